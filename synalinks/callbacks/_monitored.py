"""`Monitored`: the value that a callback goes by, found before anything is paid for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks.callbacks._enrichment import may_enrich, provided_by
from synalinks.callbacks._improvement import check_mode
from synalinks.contracts import USAGE_KEYS, VALIDATION
from synalinks.errors import (
    ConfigurationError,
    MonitorError,
    did_you_mean,
    show,
    warn,
)
from synalinks.metrics import OperationalMetric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks.callbacks._improvement import Mode, Sense
    from synalinks.contracts import TrainerState

_FAILED = "failed"
_SENSES: Mapping[str | None, Sense] = {"up": "max", "down": "min"}
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
        declared = self._declared_sense(state, program)
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
            The value; None where it was not produced or nobody knows it, or with
            `strict=False`.

        Raises:
            MonitorError: It should be there and is not.
        """
        logs = logs or {}
        state: TrainerState | None = context.trainer.get()
        if self.key in logs:
            value = float(logs[self.key])
            return None if self._is_unknown(value, state) else value
        if state is not None and self.key in USAGE_KEYS:
            return self._read_usage(state)
        prefix = self.key.removesuffix(_FAILED)
        if prefix != self.key and f"{prefix}reward" in logs:
            return 0.0  # a batch method of a subclass may not count them
        if _is_due(self.key, logs, state):
            self._complain(state, logs)
        return None

    def _is_unknown(self, value: float, state: TrainerState | None) -> bool:
        if not math.isnan(value) or state is None:
            return False
        name = self.key.removeprefix(f"{VALIDATION}_")
        if not may_be_unknown(name, state.program):
            return False
        self._warn_once(
            f"`{self._owner}(monitor={self.key!r})` passes over an epoch: the value is "
            "not known, since no sample was scored, a model that was called has no "
            "known price, or there were no calls."
        )
        return True

    def _warn_once(self, msg: str) -> None:
        if not self._has_warned:
            self._has_warned = True
            warn(msg)

    def _read_usage(self, state: TrainerState) -> float | None:
        value = state.get_metric(self.key, None)
        if value is None:  # the price of a model is not known
            self._complain(state, state.logged_metrics)
        return value

    def evaluation(self, state: TrainerState) -> str | None:
        """Return the name of the evaluator, other than validation, that measures it.

        Args:
            state: The state of the run.
        """
        name = state.evaluator_of(self.key)
        return None if name == VALIDATION else name

    def _declared_sense(self, state: TrainerState | None, program: Any) -> Sense | None:
        if self.key in USAGE_KEYS:
            return "min"
        name = state.evaluator_of(self.key) if state is not None else None
        if name is None and self.key.startswith(f"{VALIDATION}_"):
            name = VALIDATION
        base = self.key if name is None else self.key.removeprefix(f"{name}_")
        directions = {
            metric.name: metric.direction
            for metric in getattr(program, "compiled_metrics", None) or ()
        }
        if state is not None:
            directions.update(state.params.get("evaluators", {}).get(name, {}))
        return "max" if base == "reward" else _SENSES.get(directions.get(base))

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
        if self.key in USAGE_KEYS:
            hint = " The price of a language model is not known."
        available = ", ".join(f"`{one}`" for one in names)
        msg = (
            f"`{self._owner}(monitor={self.key!r})`: the run has no such value.{hint} "
            f"Available: {available}. A callback that adds it to the logs names it in "
            "`provides`."
        )
        if self._strict:
            raise MonitorError(msg, monitor=self.key)
        self._warn_once(msg)


def may_be_unknown(name: str, program: Any) -> bool:
    """Return whether NaN is no fault: nothing was scored, or a price is not known.

    Args:
        name: Name of the reward or metric.
        program: The program of the run.
    """
    return name == "reward" or any(
        one.name == name and isinstance(one, OperationalMetric)
        for one in getattr(program, "compiled_metrics", None) or ()
    )


def known_keys(state: TrainerState) -> set[str]:
    """Return the names that the logs of an epoch will have.

    Args:
        state: The state of the run.
    """
    own = [*state.program.metrics_names, _FAILED]
    known = {*own, *USAGE_KEYS}
    if state.params.get("val_size"):
        known.update(f"{VALIDATION}_{one}" for one in own)
    for name, directions in state.params.get("evaluators", {}).items():
        known.update(f"{name}_{one}" for one in (*directions, _FAILED))
    for callback in state.callbacks if state.callbacks is not None else ():
        known.update(provided_by(callback))
    return known


def _is_due(key: str, logs: Mapping[str, Any], state: TrainerState | None) -> bool:
    if state is None:
        prefix = f"{VALIDATION}_"
        return not key.startswith(prefix) or any(one.startswith(prefix) for one in logs)
    name = state.evaluator_of(key)
    if name is None:
        return state.epoch_complete
    return any(one.startswith(f"{name}_") for one in logs)
