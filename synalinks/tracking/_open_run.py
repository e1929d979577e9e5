"""`OpenRun`: a run of MLflow that this process writes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject

BEGUN = "synalinks.begun_ms"


class OpenRun:
    """A run that entries are written to.

    Args:
        entry: What opened it.
        run_id: MLflow's name of the run.
        experiment_id: MLflow's name of its experiment.
        mode: `new`; `continue`: what is there already is not written again; `append`:
            steps go on behind those that are there.

    Attributes:
        known: The steps that it has of a number.
        offsets: What is added to the steps of a number.
        status: How it was ended by this process; None while it is open.
        is_superseded: Whether a later process of the run says how it ended.
    """

    def __init__(
        self, entry: JsonObject, run_id: str, experiment_id: str, mode: str
    ) -> None:
        self.entry = {**entry, "mode": "continue"}
        self.run_id = run_id
        self.experiment_id = experiment_id
        self.mode = mode
        self.known: dict[str, set[int]] = {}
        self.offsets: dict[str, int] = {}
        self.status: str | None = None
        self.is_superseded = False


def is_superseded_by(found: Any, entry: JsonObject) -> bool:
    """Return whether a later process has written to a run before this one could.

    A process that was killed may have its entries written after those of the process
    that went on, and came to the end.

    Args:
        found: The run in MLflow.
        entry: What would open it again.
    """
    begun: str = found.data.tags.get(BEGUN, "0")
    return int(begun) > entry.get("begun_ms", 0)
