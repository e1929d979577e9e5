"""`Decision` and `MultiDecision`: choosing one, or some, of several labels."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_row
from synalinks.data_models import DataModel, JsonDataModel, json_of
from synalinks.errors import ConfigurationError, show
from synalinks.modules._generator import Generator
from synalinks.modules._generator_options import refuse_confidence
from synalinks.modules._module import Module

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.language_models import LanguageModel


class Question(DataModel):
    """A question to decide."""

    question: str


class _Deciding(Module):
    """What choosing one label and choosing several have in common.

    Args:
        question: What is to be decided.
        labels: The possible choices.
        schema: JSON schema of the answer, for some labels.
        name: Name of the module.
        description: What the module is for.
        trainable: Whether optimizers may change the prompt.
        options: Further arguments of `Generator`.
    """

    def __init__(
        self,
        *,
        question: str,
        labels: Sequence[str],
        schema: Callable[[list[str]], JsonObject],
        name: str | None,
        description: str | None,
        trainable: bool,
        **options: Any,
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        self.question = question
        self._question = Question(question=question).to_json_data_model()
        self.labels: list[str] = check_labels(self.name, labels)
        self.generator: Generator = Generator(
            schema=schema(self.labels),
            name=f"generator_{self.name}",
            description=self.description,
            trainable=trainable,
            **options,
        )

    @property
    def language_model(self) -> LanguageModel | None:
        """The language model that is asked."""
        return self.generator.language_model

    async def call(self, inputs: Any, training: bool = False) -> Any:
        """Decide.

        Args:
            inputs: What the decision is about; None gives None.
            training: Whether the call is part of training.

        Returns:
            The thinking and what was chosen; None for no inputs.
        """
        if inputs is None:
            return None
        return await self.generator(inputs + self._question, training=training)


class Decision(_Deciding):
    """Choose one of several labels, with the thinking that led there.

    Args:
        question: What is to be decided.
        labels: The possible choices.
        language_model: The model, its `"provider/model"` name, or None for the
            session's default.
        name: Name of the module.
        description: What the module is for.
        trainable: Whether optimizers may change the prompt.
        min_confidence: Out of scope; accepted only as None.
        options: Further arguments of `Generator`.

    Raises:
        ConfigurationError: There are fewer than two labels, or they repeat.

    A call costs one LM call and gives `{"thinking": ..., "choice": ...}`.
    """

    def __init__(
        self,
        *,
        question: str,
        labels: Sequence[str],
        language_model: LanguageModel | str | JsonObject | None = None,
        name: str | None = None,
        description: str | None = None,
        trainable: bool = True,
        min_confidence: float | None = None,
        **options: Any,
    ) -> None:
        super().__init__(
            question=question,
            labels=labels,
            schema=_decision_schema,
            language_model=language_model,
            name=name,
            description=description,
            trainable=trainable,
            **options,
        )
        refuse_confidence(self.name, "min_confidence", min_confidence)


class MultiDecision(_Deciding):
    """Choose all of several labels that apply, with the thinking that led there.

    Args:
        question: What is to be decided.
        labels: The possible choices.
        inline: Whether the labels stand in the field of the choices; if not, they are
            a definition of their own, `Choice`, which the field refers to.
        language_model: The model, its `"provider/model"` name, or None for the
            session's default.
        name: Name of the module.
        description: What the module is for.
        trainable: Whether optimizers may change the prompt.
        threshold: Out of scope; accepted only as None.
        options: Further arguments of `Generator`.

    Raises:
        ConfigurationError: There are fewer than two labels, or they repeat.

    A call costs one LM call and gives `{"thinking": ..., "choices": [...]}`: no label,
    one, or several, each once.
    """

    def __init__(
        self,
        *,
        question: str,
        labels: Sequence[str],
        inline: bool = True,
        language_model: LanguageModel | str | JsonObject | None = None,
        name: str | None = None,
        description: str | None = None,
        trainable: bool = True,
        threshold: float | None = None,
        **options: Any,
    ) -> None:
        super().__init__(
            question=question,
            labels=labels,
            schema=partial(_multi_decision_schema, inline=inline),
            language_model=language_model,
            name=name,
            description=description,
            trainable=trainable,
            **options,
        )
        refuse_confidence(self.name, "threshold", threshold)
        self.inline = inline

    async def call(self, inputs: Any, training: bool = False) -> Any:
        """Decide.

        Args:
            inputs: What the decision is about; None gives None.
            training: Whether the call is part of training.

        Returns:
            `{"thinking": ..., "choices": [...]}`; None for no inputs.
        """
        decision = await super().call(inputs, training=training)
        if not isinstance(decision, JsonDataModel):  # nothing, or a symbol
            return decision
        # Not every provider can be asked for different ones.
        choices = list(dict.fromkeys(decision["choices"]))
        json = {**json_of(decision), "choices": choices}
        return JsonDataModel(decision.get_schema(), json, name=decision.name)


def check_labels(module_name: str, labels: Any) -> list[str]:
    """Return the labels as a list.

    Args:
        module_name: The module, for messages.
        labels: What was given.

    Raises:
        ConfigurationError: There are fewer than two, they repeat, or are no texts.
    """
    given: list[Any] = list(labels) if is_row(labels) else []
    are_texts = all(isinstance(label, str) for label in given)
    if not are_texts or len(given) < 2 or len(set(given)) != len(given):
        msg = (
            f"`labels` of `{module_name}` is a list of two or more different texts, "
            f"received: {show(labels)}."
        )
        raise ConfigurationError(msg)
    return given


def _decision_schema(labels: list[str]) -> JsonObject:
    choice = {
        "title": "Choice",
        "type": "string",
        "enum": labels,
        "description": "The label that answers the question",
    }
    thinking = "Your step by step thinking to choose the right label"
    return _schema_of("choice", choice, thinking)


def _multi_decision_schema(labels: list[str], *, inline: bool) -> JsonObject:
    label: JsonObject = {"title": "Choice", "type": "string", "enum": labels}
    choices: JsonObject = {
        "title": "Choices",
        "type": "array",
        "items": label if inline else {"$ref": "#/$defs/Choice"},
        "description": "All labels that apply; none, if none does",
    }
    thinking = "Your step by step thinking to choose the right labels"
    schema = _schema_of("choices", choices, thinking)
    return schema if inline else {"$defs": {"Choice": label}, **schema}


def _schema_of(field: str, chosen: JsonObject, thinking: str) -> JsonObject:
    return {
        "title": "Decision",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "thinking": {
                "title": "Thinking",
                "type": "string",
                "description": thinking,
            },
            field: chosen,
        },
        "required": ["thinking", field],
    }
