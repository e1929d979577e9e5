"""The records that cross layers: frozen, typed, checked at construction."""

from synalinks.contracts._artifacts import USAGE_KEYS, Artifacts, Best
from synalinks.contracts._checkpoint import (
    MANIFEST_NAME,
    ManifestRow,
    append_to_manifest,
    read_manifest,
)
from synalinks.contracts._estimate import Estimate, Span
from synalinks.contracts._evaluations import VALIDATION
from synalinks.contracts._gate import CallGate
from synalinks.contracts._proposal import Override, Proposal
from synalinks.contracts._records import (
    CallRecord,
    Candidate,
    Failure,
    Progress,
    Rollout,
    Trial,
    Usage,
)
from synalinks.contracts._schedules import Constant, Cosine, Linear, Schedule, Step
from synalinks.contracts._snapshot import (
    commit,
    present_candidate,
    trainable_by_path,
)
from synalinks.contracts._stopping import Stop
from synalinks.contracts._trainer_state import Stage, TrainerState

__all__ = [
    "MANIFEST_NAME",
    "USAGE_KEYS",
    "VALIDATION",
    "Artifacts",
    "Best",
    "CallGate",
    "CallRecord",
    "Candidate",
    "Constant",
    "Cosine",
    "Estimate",
    "Failure",
    "Linear",
    "ManifestRow",
    "Override",
    "Progress",
    "Proposal",
    "Rollout",
    "Schedule",
    "Span",
    "Stage",
    "Step",
    "Stop",
    "TrainerState",
    "Trial",
    "Usage",
    "append_to_manifest",
    "commit",
    "present_candidate",
    "read_manifest",
    "trainable_by_path",
]
