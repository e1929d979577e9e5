"""`AgentAsJudge`: a model that may use tools says how good a prediction is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.data_models import (
    JsonDataModel,
    get_score_type,
    json_of,
    normalize_score,
)
from synalinks.modules import FunctionCallingAgent, critique_schema
from synalinks.rewards._judge import Judge, one_output, score_of, with_gold

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from synalinks.data_models import ScoreType
    from synalinks.ops import MaskArguments, Outputs
    from synalinks.rewards._score import Score

_INSTRUCTIONS = (
    "You check an answer. Fields whose names begin with `gold_` are the right answer, "
    "the others the answer to judge. Use the tools to find out whether what it says is "
    "true and whether it does what is asked for. Do not believe it: look."
)
_FINAL_INSTRUCTIONS = (
    "Judge the answer by what was found out. First write the `critique`: what is "
    "right, what is wrong and what is missing, with the reason for each. Then give the "
    "`reward` that follows, from worthless to perfect."
)


class AgentAsJudge(Judge):
    """Let a model that may use tools say how good a prediction is, from 0.0 to 1.0.

    It is shown what `LMAsJudge` is shown, and may look things up, run a check or
    compute before it judges.

    Args:
        language_model: The model, its `"provider/model"` name, or None for the
            session's default.
        tools: As in `FunctionCallingAgent`.
        instructions: What it is told while it may call tools; None for a default.
        final_instructions: What it is told for its judgement; None for a default.
        score_type: Scale that it judges on; see `SelfCritique`.
        max_iterations: How often it may ask for calls.
        reduction: As for `Reward`.
        name: Name in messages and logs.
        **masks: `in_mask`, `out_mask`, `in_mask_pattern`, `out_mask_pattern`, as for
            `Reward`.

    Raises:
        ConfigurationError: An argument cannot work.

    It costs at most `max_iterations + 1` LM calls per sample, in the phase `reward`.
    """

    def __init__(  # noqa: PLR0917 - in the order of the other judges
        self,
        language_model: Any = None,
        tools: Any = None,
        instructions: str | None = None,
        final_instructions: str | None = None,
        score_type: Any = None,
        max_iterations: int = 5,
        reduction: str | None = "mean",
        name: str | None = "agent_as_judge",
        **masks: Unpack[MaskArguments],
    ) -> None:
        super().__init__(name=name, reduction=reduction, **masks)
        self.score_type: ScoreType = get_score_type(score_type)
        self.agent: FunctionCallingAgent = FunctionCallingAgent(
            schema=critique_schema(self.score_type),
            language_model=language_model,
            tools=tools,
            instructions=instructions or _INSTRUCTIONS,
            final_instructions=final_instructions or _FINAL_INSTRUCTIONS,
            return_inputs_with_trajectory=False,
            max_iterations=max_iterations,
            trainable=False,
            name=f"critic_{self.name}",
        )

    async def judge(self, y_true: Outputs, y_pred: Outputs) -> Score | None:
        """Return what the agent says of a prediction.

        Args:
            y_true: The target, masked; None if there is none.
            y_pred: The prediction, masked.
        """
        shown = with_gold(y_true, one_output(self.name, y_pred))
        output = await self.agent(shown, training=False)
        said = json_of(output)
        said = {**said, "reward": normalize_score(said["reward"], self.score_type)}
        return score_of(self.name, JsonDataModel(output.get_schema(), said))
