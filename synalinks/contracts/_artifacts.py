"""`Artifacts`: what a run leaves, and what it has taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from synalinks.contracts._checkpoint import MANIFEST_NAME, ManifestRow
from synalinks.contracts._records import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from synalinks.contracts._records import Candidate

USAGE_KEYS = ("calls", "tokens", "cost")
"""Names in the logs of what a batch or an epoch has taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The best validated program of a run."""

    val_reward: float
    """Its mean validation reward."""
    epoch: int
    """Index of the epoch in which it was validated."""
    step: int
    """Training steps completed then."""
    candidate: Candidate
    """Its learnable fields."""


@dataclass(slots=True, kw_only=True)
class Artifacts:
    """What a run has left and taken so far; complete in `on_train_end`."""

    run_id: str
    """Identity of the run, also in the rows of its checkpoints."""
    backup_dir: Path | None = None
    """Folder in which the run is saved as a whole; None where it is not."""
    run_dir: Path | None = None
    """Folder of its checkpoints; None where there are none."""
    checkpoints: list[ManifestRow] = field(default_factory=list[ManifestRow])
    """Programs saved by this run, oldest first; a later one may have replaced it."""
    requested_steps: int = 0
    """Training steps asked for: batches of all epochs."""
    executed_steps: int = 0
    """Training steps completed by this run."""
    seconds: float = 0.0
    """Seconds on the wall."""
    usage: Usage = field(default_factory=Usage)
    """What language models have taken: the program's, the optimizer's and judges."""
    usage_by_phase: Mapping[str, Usage] = field(default_factory=dict[str, Usage])
    """The same by phase: `inference`, `reward`, `optimizer`."""

    in_flight: Usage = field(default_factory=lambda: Usage(cost_usd=0.0))
    """What calls were expected to take that were in flight when earlier processes of
    the run died: nobody knows whether they were answered, and paid for."""

    @property
    def manifest_path(self) -> Path | None:
        """The list of its checkpoints."""
        return None if self.run_dir is None else self.run_dir / MANIFEST_NAME
