"""`ProgramAsJudge`: a program of one's own says how good a prediction is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.errors import ConfigurationError, show
from synalinks.modules import Module
from synalinks.rewards._judge import Judge, one_output, score_of

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from synalinks.ops import MaskArguments, Outputs
    from synalinks.rewards._score import Score


class ProgramAsJudge(Judge):
    """Let a program say how good a prediction is.

    Args:
        program: A program of two inputs, `[y_true, y_pred]`, whose output has the
            number `reward`, and perhaps the text `critique`, which optimizers that
            rewrite instructions read.
        reduction: As for `Reward`.
        name: Name in messages and logs; that of the program if None.
        **masks: `in_mask`, `out_mask`, `in_mask_pattern`, `out_mask_pattern`, as for
            `Reward`.

    Raises:
        ConfigurationError: It is no program, or its output has no `reward`.

    It costs the calls of the program per sample.
    """

    def __init__(
        self,
        program: Any,
        reduction: str | None = "mean",
        name: str | None = None,
        **masks: Unpack[MaskArguments],
    ) -> None:
        if not isinstance(program, Module):
            msg = f"`program` of `ProgramAsJudge` is a program, received: {program!r}."
            raise ConfigurationError(msg)
        super().__init__(name=name or program.name, reduction=reduction, **masks)
        self.program = program
        schema = getattr(program, "output_schema", None)
        if schema is not None and "reward" not in schema.get("properties", {}):
            msg = (
                f"The output of the program `{program.name}` has no `reward`: received "
                f"{show(list(schema.get('properties', {})))}. A judge gives a number "
                "`reward`; `SelfCritique` does."
            )
            raise ConfigurationError(msg)

    async def judge(self, y_true: Outputs, y_pred: Outputs) -> Score | None:
        """Return what the program says of a prediction.

        Args:
            y_true: The target, masked; None if there is none.
            y_pred: The prediction, masked.
        """
        pair = [y_true, one_output(self.name, y_pred)]
        output = await self.program(pair, training=False)
        return None if output is None else score_of(self.name, output)
