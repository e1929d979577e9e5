"""`SelfCritique`: saying what is right and wrong about the inputs, and how good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.data_models import (
    FineScore,
    JsonDataModel,
    Rating,
    Rating10,
    Rating20,
    Score,
    SymbolicDataModel,
    get_score_type,
    json_of,
    normalize_score,
)
from synalinks.modules._generator import Generator
from synalinks.modules._generator_options import refuse_decision_model
from synalinks.modules._module import Module
from synalinks.saving import register_synalinks_serializable

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.data_models import ScoreType
    from synalinks.language_models import LanguageModel

# What judges on a scale is saved with it.
for _scale in (Score, FineScore, Rating, Rating10, Rating20):
    register_synalinks_serializable(package="synalinks.data_models")(_scale)

_CRITIQUE: JsonObject = {
    "title": "Critique",
    "type": "string",
    "description": "What is right and what is wrong, step by step",
}
_REWARD: JsonObject = {
    "title": "Reward",
    "type": "number",
    "minimum": 0.0,
    "maximum": 1.0,
    "description": "How good it is, from 0.0 to 1.0",
}
_INSTRUCTIONS = (
    "You are a strict and fair critic of the answer that you are given. First write "
    "the `critique`: what is right, what is wrong, and what is missing, with the "
    "reason for each."
)


class SelfCritique(Module):
    """Criticise the inputs, and say how good they are.

    Args:
        return_reward: Whether to ask for a `reward` beside the `critique`.
        return_inputs: Whether the output is the inputs with critique and reward.
        score_type: Scale that the model judges on: `Score`, `FineScore`, `Rating`,
            `Rating10` or `Rating20`, or its name; None for `FineScore`. The output has
            the `reward` from 0.0 to 1.0, whatever the scale.
        language_model: The model, its `"provider/model"` name, or None for the
            session's default.
        instructions: What the critic is to look at; None for a default.
        name: Name of the module.
        description: What the module is for.
        trainable: Whether optimizers may change the prompt.
        decision_model: Out of scope; accepted only as None.
        options: Further arguments of `Generator`.

    Raises:
        ConfigurationError: There is no such scale.

    A call costs one LM call.
    """

    def __init__(
        self,
        *,
        return_reward: bool = True,
        return_inputs: bool = True,
        score_type: Any = None,
        language_model: LanguageModel | str | JsonObject | None = None,
        instructions: str | None = None,
        name: str | None = None,
        description: str | None = None,
        trainable: bool = True,
        decision_model: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        refuse_decision_model(self.name, decision_model)
        self.return_reward = return_reward
        self.return_inputs = return_inputs
        self.score_type: ScoreType = get_score_type(score_type)
        scale = [step.value for step in self.score_type]
        self.generator: Generator = Generator(
            schema=critique_schema(self.score_type if return_reward else None),
            language_model=language_model,
            instructions=instructions or _default_instructions(scale, return_reward),
            name=f"generator_{self.name}",
            description=self.description,
            trainable=trainable,
            **options,
        )
        self._schema = _with_reward(_REWARD if return_reward else None)

    @property
    def language_model(self) -> LanguageModel | None:
        """The language model that is asked."""
        return self.generator.language_model

    async def call(self, inputs: Any, training: bool = False) -> Any:
        """Criticise.

        Args:
            inputs: What is criticised; None gives None.
            training: Whether the call is part of training.

        Returns:
            The inputs with `critique` and `reward`, or these alone.
        """
        if inputs is None:
            return None
        said = {**json_of(await self.generator(inputs, training=training))}
        if self.return_reward:
            said["reward"] = normalize_score(said["reward"], self.score_type)
        critique = JsonDataModel(
            schema=self._schema, json=said, name=f"critique_{self.name}"
        )
        return inputs + critique if self.return_inputs else critique

    async def compute_output_spec(self, inputs: Any, training: bool = False) -> Any:
        """Return the schema of the output, without a call.

        Args:
            inputs: Symbolic inputs.
            training: Has no effect here.

        Returns:
            A symbol of the inputs with critique and reward, or of these alone.
        """
        await self.generator(inputs, training=training)  # which builds it
        critique = SymbolicDataModel(schema=self._schema)
        return inputs + critique if self.return_inputs else critique


def critique_schema(score_type: Any) -> JsonObject:
    """Return the schema that a critic is asked for: `critique`, and `reward`.

    Args:
        score_type: Scale of the reward; None for no reward.
    """
    if score_type is None:
        return _with_reward(None)
    return _with_reward(scale_schema([step.value for step in score_type]))


def _with_reward(reward: JsonObject | None) -> JsonObject:
    properties = {"critique": _CRITIQUE, **({"reward": reward} if reward else {})}
    return {
        "title": "Critique",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": list(properties),
    }


def scale_schema(scale: list[Any]) -> JsonObject:
    """Return the schema of a score on a scale.

    Args:
        scale: The steps, from the worst to the best.
    """
    is_whole = all(isinstance(step, int) for step in scale)
    return {
        "title": "Reward",
        "type": "integer" if is_whole else "number",
        "enum": [step if is_whole else float(step) for step in scale],
        "description": f"How good it is, from {scale[0]} (worst) to {scale[-1]} (best)",
    }


def _default_instructions(scale: list[Any], return_reward: bool) -> str:
    if not return_reward:
        return _INSTRUCTIONS
    return (
        f"{_INSTRUCTIONS} Then give the `reward` that follows from it, from {scale[0]} "
        f"(worthless) to {scale[-1]} (perfect)."
    )
