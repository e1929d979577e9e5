"""The records that cross layers: frozen, typed, checked at construction."""

from synalinks.contracts._records import (
    CallRecord,
    Candidate,
    Failure,
    Progress,
    Rollout,
    Trial,
    Usage,
)
from synalinks.contracts._trainer_state import (
    Override,
    Proposal,
    Stage,
    Stop,
    TrainerState,
)

__all__ = [
    "CallRecord",
    "Candidate",
    "Failure",
    "Override",
    "Progress",
    "Proposal",
    "Rollout",
    "Stage",
    "Stop",
    "TrainerState",
    "Trial",
    "Usage",
]
