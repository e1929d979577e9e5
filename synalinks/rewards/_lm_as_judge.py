"""`LMAsJudge`: a language model says how good a prediction is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.modules import SelfCritique
from synalinks.rewards._judge import Judge, one_output, score_of, with_gold

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from synalinks.ops import MaskArguments, Outputs
    from synalinks.rewards._score import Score

_INSTRUCTIONS = (
    "You judge an answer. Fields whose names begin with `gold_` are the right answer; "
    "the others are the answer to judge. First write the `critique`: what is right, "
    "what is wrong and what is missing, with the reason for each, so that whoever "
    "answered learns from it. Other words for the same are right. Where there is no "
    "right answer, judge by what is asked for. Then give the `reward` that follows, "
    "from worthless to perfect."
)


class LMAsJudge(Judge):
    """Let a language model say how good a prediction is, from 0.0 to 1.0.

    It is shown the target, with `gold_` before the names of its fields, and the
    prediction. It writes a critique first, which is the feedback that optimizers that
    rewrite instructions read.

    Args:
        language_model: The model, its `"provider/model"` name, or None for the
            session's default.
        prompt_template: As in `Generator`.
        examples: Pairs (inputs, outputs), as in `Generator`: the fields that the judge
            is shown, and `critique` and `reward`.
        instructions: What the judge is told; None for a default.
        score_type: Scale that it judges on; see `SelfCritique`.
        reduction: As for `Reward`.
        name: Name in messages and logs.
        **masks: `in_mask`, `out_mask`, `in_mask_pattern`, `out_mask_pattern`, as for
            `Reward`.

    Raises:
        ConfigurationError: An argument cannot work.

    It costs one LM call per sample, in the phase `reward`.
    """

    def __init__(  # noqa: PLR0917 - the public API has them
        self,
        language_model: Any = None,
        prompt_template: str | None = None,
        examples: Any = None,
        instructions: str | None = None,
        score_type: Any = None,
        reduction: str | None = "mean",
        name: str | None = "lm_as_judge",
        **masks: Unpack[MaskArguments],
    ) -> None:
        super().__init__(name=name, reduction=reduction, **masks)
        self.critic: SelfCritique = SelfCritique(
            language_model=language_model,
            prompt_template=prompt_template,
            examples=examples,
            instructions=instructions or _INSTRUCTIONS,
            score_type=score_type,
            return_inputs=False,
            trainable=False,
            name=f"critic_{self.name}",
        )

    async def judge(self, y_true: Outputs, y_pred: Outputs) -> Score | None:
        """Return what the model says of a prediction.

        Args:
            y_true: The target, masked; None if there is none.
            y_pred: The prediction, masked.
        """
        shown = with_gold(y_true, one_output(self.name, y_pred))
        return score_of(self.name, await self.critic(shown, training=False))
