"""`Monitored`: the value that a callback goes by, found before anything is paid for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks.callbacks._enrichment import may_enrich, provided_by
from synalinks.callbacks._improvement import check_mode
from synalinks.errors import (
    ConfigurationError,
    MonitorError,
    did_you_mean,
    show,
    warn,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks.callbacks._improvement import Mode, Sense
    from synalinks.contracts import TrainerState

_FAILED = "failed"
# What is better low: how a word of the name begins.
_LOW_WORDS = ("cost", "token", "latency", "error", "loss", _FAILED)


class Monitored:
    """A key of the logs, and whether it is better high or low.

    Args:
        key: Name of the value in the logs.
        mode: `max`, `min`, or `auto`: as the metric of that name says, low for costs,
            tokens, latencies, errors, losses and failures.
        owner: Class of the callback, for messages.
        strict: Whether a value that the run does not have is an error or a warning.

    Raises:
        ConfigurationError: An argument is none of these.
    """

    def __init__(self, key: str, mode: Mode, *, owner: str, strict: bool) -> None:
        if not isinstance(key, str) or not key:  # pyright: ignore[reportUnnecessaryIsInstance]
            msg = f"`monitor` is the name of a value, received: {show(key)}."
            raise ConfigurationError(msg)
        check_mode(mode)
        self.key = key
        self._mode: Mode = mode
        self._owner = owner
        self._strict = strict
        self._has_warned = False

    def resolve(self, program: Any) -> Sense:
        """Find the value among those of the run, and which side is better.

        Args:
            program: The program of the run; None in a loop of one's own without one.

        Returns:
            `max` or `min`.

        Raises:
            MonitorError: The run will not have the value, or does not tell which side
                is better.
        """
        self._has_warned = False
        state: TrainerState | None = context.trainer.get()
        if state is not None and self.key not in known_keys(state):
            others = state.callbacks if state.callbacks is not None else ()
            if not any(may_enrich(one) for one in others):
                self._complain(state, known_keys(state))
        declared = _declared_sense(self._base_name(state), program)
        if self._mode == "auto":
            return declared or self._sense_of_name()
        if declared is not None and declared != self._mode:
            better = "higher" if declared == "max" else "lower"
            warn(
                f"`{self._owner}(monitor={self.key!r}, mode={self._mode!r})`: the "
                f"metric says that {better} is better. Leave `mode` at 'auto'."
            )
        return self._mode

    def read(self, logs: Mapping[str, Any] | None) -> float | None:
        """Return the value at the end of an epoch.

        Args:
            logs: Those of the epoch.

        Returns:
            The value; None where it was not produced, or with `strict=False`.

        Raises:
            MonitorError: It should be there and is not.
        """
        logs = logs or {}
        if self.key in logs:
            return float(logs[self.key])
        state: TrainerState | None = context.trainer.get()
        prefix = self.key.removesuffix(_FAILED)
        if prefix != self.key and f"{prefix}reward" in logs:
            return 0.0  # failures are in the logs only where there are some
        if _is_due(self.key, logs, state):
            self._complain(state, logs)
        return None

    def evaluation(self, state: TrainerState) -> str | None:
        """Return the name of the evaluator, other than validation, that measures it.

        Args:
            state: The state of the run.
        """
        names = state.params.get("evaluators", ())
        return next(
            (one for one in names if one != "val" and self.key.startswith(f"{one}_")),
            None,
        )

    def _base_name(self, state: TrainerState | None) -> str:
        names = () if state is None else state.params.get("evaluators", ())
        for name in ("val", *names):
            if self.key.startswith(f"{name}_"):
                return self.key.removeprefix(f"{name}_")
        return self.key

    def _sense_of_name(self) -> Sense:
        if any(word.startswith(_LOW_WORDS) for word in self.key.split("_")):
            return "min"
        msg = (
            f"`{self._owner}(monitor={self.key!r}, mode='auto')`: neither a metric nor "
            "the name tells whether higher is better. Give `mode='max'` or `'min'`."
        )
        raise MonitorError(msg, monitor=self.key)

    def _complain(self, state: TrainerState | None, known: Any) -> None:
        names = sorted(known)
        has_validation = state is None or any(one.startswith("val_") for one in names)
        hint = did_you_mean(self.key, names)
        if self.key.startswith("val_") and not has_validation:
            hint = " There is no validation: give `validation_data`."
        available = ", ".join(f"`{one}`" for one in names)
        msg = (
            f"`{self._owner}(monitor={self.key!r})`: the run has no such value.{hint} "
            f"Available: {available}. A callback that adds it to the logs names it in "
            "`provides`."
        )
        if self._strict:
            raise MonitorError(msg, monitor=self.key)
        if not self._has_warned:
            self._has_warned = True
            warn(msg)


def known_keys(state: TrainerState) -> set[str]:
    """Return the names that the logs of an epoch will have.

    Args:
        state: The state of the run.
    """
    own = [*state.program.metrics_names, _FAILED]
    prefixes = [f"{one}_" for one in state.params.get("evaluators", ())]
    if state.params.get("val_size"):
        prefixes.append("val_")
    known = {f"{prefix}{name}" for prefix in ("", *prefixes) for name in own}
    for callback in state.callbacks if state.callbacks is not None else ():
        known.update(provided_by(callback))
    return known


def _is_due(key: str, logs: Mapping[str, Any], state: TrainerState | None) -> bool:
    names = ("val", *(state.params.get("evaluators", ()) if state else ()))
    for prefix in (f"{name}_" for name in names):
        if key.startswith(prefix):
            return any(one.startswith(prefix) for one in logs)
    return state is None or state.epoch_complete


def _declared_sense(name: str, program: Any) -> Sense | None:
    if name == "reward":
        return "max"
    for metric in getattr(program, "compiled_metrics", None) or ():
        if metric.name == name and metric.direction is not None:
            return "max" if metric.direction == "up" else "min"
    return None
