"""The records that cross layers: frozen, typed, checked at construction."""

from synalinks.contracts._gate import CallGate
from synalinks.contracts._records import (
    CallRecord,
    Candidate,
    Failure,
    Progress,
    Rollout,
    Trial,
    Usage,
)

__all__ = [
    "CallGate",
    "CallRecord",
    "Candidate",
    "Failure",
    "Progress",
    "Rollout",
    "Trial",
    "Usage",
]
