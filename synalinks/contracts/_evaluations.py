"""`Evaluations`: what a run has measured on held-out samples, and on which program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.contracts._snapshot import present_candidate, trainable_by_path
from synalinks.errors import ConfigurationError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks.contracts._records import Candidate

VALIDATION = "val"


class Evaluations:
    """The part of `TrainerState` that knows the evaluators of a run.

    Attributes:
        evaluator: Name of the evaluator that is running, `val` in validation; None
            where there is none.
        measured: By name of the evaluator, the program that it has measured last, as
            data.
    """

    program: Any
    params: Mapping[str, Any]

    def __init__(self) -> None:
        super().__init__()
        self.evaluator: str | None = None
        self.measured: dict[str, Candidate] = {}
        self._requested_evaluations: list[str] = []

    def present(self) -> Candidate:
        """Return the program as it is, as data."""
        return present_candidate(trainable_by_path(self.program))

    @property
    def validated(self) -> Candidate | None:
        """The program that was validated last, as data; None if none was."""
        return self.measured.get(VALIDATION)

    @property
    def is_val_stale(self) -> bool:
        """Whether the program is another one than that which was validated last."""
        return VALIDATION in self.stale_evaluators()

    @property
    def evaluators(self) -> list[str]:
        """Names of the evaluators, `val` first if there is a validation."""
        validation = [VALIDATION] if self.params.get("val_size") else []
        return [*validation, *self.params.get("evaluators", ())]

    def evaluator_of(self, key: str) -> str | None:
        """Return the evaluator that measures a value; None for one of training.

        Args:
            key: Name of the value in the logs.
        """
        names = (VALIDATION, *self.params.get("evaluators", ()))
        return next((name for name in names if key.startswith(f"{name}_")), None)

    def stale_evaluators(self) -> set[str]:
        """Return the evaluators whose latest values are those of another program."""
        if not self.measured:
            return set()
        present = self.present().digest
        return {name for name, one in self.measured.items() if one.digest != present}

    def request_evaluation(self, name: str) -> None:
        """Run an evaluator at the next moment at which the program stands still.

        That is after the batch under way, or after the evaluations at the end of the
        epoch; asked for in `on_epoch_end`, right after it. An evaluator runs once
        between two updates, however often it is asked for.

        Args:
            name: Name of an evaluator of `fit(evaluators=...)`, or `val`.

        Raises:
            ConfigurationError: The run has no such evaluator.
        """
        known = self.evaluators
        if name not in known:
            available = ", ".join(f"`{one}`" for one in known) or "none"
            msg = (
                f"`request_evaluation({name!r})`: the run has no such evaluator."
                f"{did_you_mean(name, known)} Available: {available}. Evaluators are "
                "given to `fit(evaluators=[synalinks.Evaluator(...)])`."
            )
            raise ConfigurationError(msg)
        if name not in self._requested_evaluations:
            self._requested_evaluations.append(name)

    def take_requested_evaluations(self) -> list[str]:
        """Return the evaluators that were asked for, and forget that they were."""
        requested, self._requested_evaluations = self._requested_evaluations, []
        return requested
