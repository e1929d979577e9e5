"""`History`: what `fit` returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.callbacks._callback import Callback
from synalinks.callbacks._history_page import history_page
from synalinks.contracts import Usage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.callbacks._callback import Logs
    from synalinks.contracts import Artifacts, Best, CandidateEvent

_COLUMNS = [
    "candidate",
    "origin",
    "parents",
    "step",
    "reward",
    "n_samples",
    "is_accepted",
    "in_use_from",
]


class History(Callback):
    """Records the logs of every epoch; `fit` returns it.

    Attributes:
        history: A list with one value per epoch, by name.
        epoch: Indices of the epochs, from 0.
        stop_reason: Why training ended before its last epoch; None if it did not.
        best: The best validated program; None if none was validated.
        artifacts: What the run has left and taken; None before a run.
        usage: What language models have taken.
        callback_seconds: Seconds spent in callbacks, by class.
        candidate_events: What became of each candidate of the optimizer, in order.
        restored: Indices of the epochs that an earlier process of the run has done.
    """

    callback_order: float = 10

    def __init__(self) -> None:
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []
        self.stop_reason: str | None = None
        self.best: Best | None = None
        self.artifacts: Artifacts | None = None
        self.callback_seconds: dict[str, float] = {}
        self.candidate_events: Sequence[CandidateEvent] = ()
        self.restored: list[int] = []

    @property
    def usage(self) -> Usage:
        """What language models have taken: the program's, the optimizer's, judges."""
        return Usage() if self.artifacts is None else self.artifacts.usage

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Start anew.

        Args:
            logs: Empty.
        """
        self.history = {}
        self.epoch = []
        self.restored = []

    def state_dict(self) -> JsonObject:
        """Return what was recorded so far, as JSON."""
        return {"history": self.history, "epoch": self.epoch}

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        self.history = {name: list(values) for name, values in state["history"].items()}
        self.epoch = list(state["epoch"])
        self.restored = list(state["epoch"])

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Note the epoch's logs.

        Args:
            epoch: Index of the epoch, from 0.
            logs: Values by name.
        """
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            # A value that first appears late is missing in the epochs before.
            values = self.history.setdefault(name, [])
            values.extend([None] * (len(self.epoch) - 1 - len(values)))
            values.append(value)

    @property
    def candidates(self) -> Any:
        """All candidates of the optimizer as a `pandas.DataFrame`, one row each.

        Columns: `candidate` and `parents` (digests), `origin`, `step` (when it was
        proposed), `reward` (mean where it was measured last), `n_samples` (on how
        many), `is_accepted` and `in_use_from` (step; none if never).
        """
        import pandas as pd

        rows: dict[str, dict[str, Any]] = {}
        for one in self.candidate_events:
            if one.event == "dropped":
                continue
            row = rows.setdefault(one.candidate, _row(one))
            row["reward"], row["n_samples"] = one.reward, one.n_samples
            row["is_accepted"] |= one.event in {"accepted", "best"}
            if one.event == "best" and row["in_use_from"] is None:
                row["in_use_from"] = one.step
        return pd.DataFrame([*rows.values()], columns=_COLUMNS)

    def _repr_html_(self) -> str:
        return history_page(self)

    def __repr__(self) -> str:
        return f"<History epochs={len(self.epoch)} of {', '.join(self.history)}>"


def _row(event: CandidateEvent) -> dict[str, Any]:
    return {
        "candidate": event.candidate,
        "origin": event.origin,
        "parents": list(event.parents),
        "step": event.step,
        "is_accepted": False,
        "in_use_from": None,
    }
