"""Which failed samples are data, and which end the run."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from synalinks.contracts import Failure
from synalinks.errors import (
    AllSamplesFailedError,
    AuthenticationError,
    BudgetExceededError,
    ConfigurationError,
    ContentRefusedError,
    ContextTooLongError,
    FailureRateError,
    InvalidOutputError,
    LanguageModelError,
    ModelNotFoundError,
    ResumeError,
    ToolServerError,
    WriteError,
    show,
    warn,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Rollout

_WINDOW = 100
_MIN_IN_WINDOW = 10
_CHOICES = ("record", "raise")
# Errors that the next sample will meet too: there is no point in going on.
OF_THE_SYSTEM = (
    AuthenticationError,
    ModelNotFoundError,
    BudgetExceededError,
    ConfigurationError,
    ResumeError,
    WriteError,
)
# What somebody else is to blame for, those of the answer excepted.
_OF_OTHERS = (LanguageModelError, ToolServerError)
_OF_THE_ANSWER = (InvalidOutputError, ContextTooLongError, ContentRefusedError)


class FailurePolicy:
    """Turns errors of samples into data, or ends the run.

    Args:
        on_sample_error: `record` counts a failed sample, `raise` ends the run.
        max_failure_rate: Share of failed samples among the last 100 above which the
            run ends; None for no limit. A pass over the data in which all samples
            failed ends it too, unless this is 1.0 and they are invalid answers.

    Raises:
        ConfigurationError: An argument is out of its range.
    """

    def __init__(
        self, on_sample_error: str = "record", max_failure_rate: float | None = None
    ) -> None:
        if on_sample_error not in _CHOICES:
            msg = (
                f"`on_sample_error` is one of {_CHOICES}, "
                f"received: {show(on_sample_error)}."
            )
            raise ConfigurationError(msg)
        _check_rate(max_failure_rate)
        self._raises = on_sample_error == "raise"
        self._max_failure_rate = max_failure_rate
        self._window: deque[bool] = deque(maxlen=_WINDOW)
        self._counts: Counter[str] = Counter()
        # All failures of the pass; None as soon as one of its samples came through.
        self._dead: list[Failure] | None = []
        self._latest = ""

    def to_failure(self, error: Exception) -> Failure | None:
        """Return the failure that an error of one sample is; None if it is no data.

        Args:
            error: What running the program on the sample raised.
        """
        if self._raises or isinstance(error, OF_THE_SYSTEM):
            return None
        is_lm_error = isinstance(error, LanguageModelError)
        return Failure(
            boundary="language_model" if is_lm_error else "module",
            error=type(error).__name__,
            message=str(error).partition("\n")[0],
            is_answer=not isinstance(error, _OF_OTHERS)
            or isinstance(error, _OF_THE_ANSWER),
        )

    def note(self, rollouts: Sequence[Rollout]) -> None:
        """Count failures as they happen, and end the run if there are too many.

        Args:
            rollouts: Rollouts that were just run.

        Raises:
            FailureRateError: Too many of the last samples failed.
        """
        failures = [one.failure for one in rollouts if one.failure is not None]
        self._counts.update(failure.error for failure in failures)
        self._latest = failures[-1].message if failures else self._latest
        self._window.extend(one.failure is not None for one in rollouts)
        limit, n_seen = self._max_failure_rate, len(self._window)
        if limit is None or n_seen < _MIN_IN_WINDOW or not failures:
            return
        rate = sum(self._window) / n_seen
        if rate > limit:
            msg = (
                f"{sum(self._window)} of the last {n_seen} samples failed, more than "
                f"`max_failure_rate={limit}` allows: {_causes(self._counts)}. "
                f"The latest: {failures[-1].message}"
            )
            raise FailureRateError(msg)

    def check_batch(self, rollouts: Sequence[Rollout]) -> None:
        """End the run if a whole batch is dead.

        Bad answers of a language model are not: they are what training is there for.
        They are remembered for `end_pass`.

        Args:
            rollouts: The rollouts of a batch.

        Raises:
            AllSamplesFailedError: No sample of the batch came through.
        """
        failures = [one.failure for one in rollouts if one.failure is not None]
        if len(failures) < len(rollouts):
            self._dead = None
            return
        if self._dead is not None:
            self._dead += failures
        dead = [one for one in failures if not _is_bad_answer(one)]
        if dead:
            raise AllSamplesFailedError(_all_failed(failures, dead[0]))

    def end_pass(self, *, is_complete: bool) -> None:
        """End the run if no sample of a whole pass over the data came through.

        A model that never answers as it should is the wrong one, or is asked for the
        wrong schema: that is no score of 0.0.

        Args:
            is_complete: Whether the pass went over all its batches.

        Raises:
            AllSamplesFailedError: All samples of the pass failed.
        """
        failures, self._dead = self._dead, []
        if failures and is_complete and self._max_failure_rate != 1:
            raise AllSamplesFailedError(_all_failed(failures, failures[0]))

    def identity(self) -> dict[str, Any]:
        """Return the arguments."""
        return {
            "on_sample_error": "raise" if self._raises else "record",
            "max_failure_rate": self._max_failure_rate,
        }

    def state_dict(self) -> JsonObject:
        """Return what was counted, as JSON."""
        return {
            "window": list(self._window),
            "counts": dict(self._counts),
            "latest": self._latest,
            "dead": None if self._dead is None else [asdict(one) for one in self._dead],
        }

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        self._window = deque(state["window"], maxlen=_WINDOW)
        self._counts = Counter(state["counts"])
        self._latest = state["latest"]
        # Earlier releases did not tell: then nothing is held against the pass.
        dead = state.get("dead")
        self._dead = None if dead is None else [Failure(**one) for one in dead]

    def warn_of_failures(self) -> None:
        """Tell the user what failed, once, at the end of a run."""
        if self._counts:
            warn(
                f"{self._counts.total()} samples failed: {_causes(self._counts)}. They "
                "count as wrong, or are not scored if the provider did not answer. The "
                f"latest: {self._latest}"
            )


def _is_bad_answer(failure: Failure) -> bool:
    return failure.is_answer and failure.boundary == "language_model"


def _all_failed(failures: Sequence[Failure], first: Failure) -> str:
    causes = _causes(Counter(one.error for one in failures))
    if first.boundary != "language_model":
        advice = "`on_sample_error='raise'` shows where the first one comes from."
    elif _is_bad_answer(first):
        advice = (
            "`await program(x)` shows what one sample meets. Does the model know the "
            "output schema, or is it too small for it? `max_failure_rate=1.0` counts "
            "such answers as wrong and goes on."
        )
    else:
        advice = (
            "Is the provider up, and its address right? `await program(x)` tries one "
            "sample."
        )
    return (
        f"None of {len(failures)} samples came through: {causes}. "
        f"The first: {first.message} What to do: {advice}"
    )


def _causes(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count} times" for name, count in counts.most_common())


def _check_rate(value: Any) -> None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if value is not None and not (is_number and 0 <= value <= 1):
        msg = (
            "`max_failure_rate` is a share between 0 and 1, or None, "
            f"received: {show(value)}."
        )
        raise ConfigurationError(msg)
