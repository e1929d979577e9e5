"""The records that cross layers: frozen, typed, checked at construction."""

from synalinks.contracts._estimate import Estimate, Span
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
    "Estimate",
    "Failure",
    "Override",
    "Progress",
    "Proposal",
    "Rollout",
    "Span",
    "Stage",
    "Stop",
    "TrainerState",
    "Trial",
    "Usage",
]
