"""The records that cross layers: frozen, typed, checked at construction."""

from synalinks.contracts._artifacts import USAGE_KEYS, Artifacts, Best
from synalinks.contracts._brief import ProgramBrief, VariableBrief, brief_of
from synalinks.contracts._checkpoint import (
    MANIFEST_NAME,
    ManifestRow,
    append_to_manifest,
    read_manifest,
)
from synalinks.contracts._estimate import Estimate, Span
from synalinks.contracts._evaluations import VALIDATION
from synalinks.contracts._gate import CallGate
from synalinks.contracts._invocations import Invocations
from synalinks.contracts._outcomes import ArmResult, EvalResult, RunStatus
from synalinks.contracts._proposal import Override, Proposal
from synalinks.contracts._records import (
    CallRecord,
    Candidate,
    CandidateEvent,
    Failure,
    Progress,
    Rollout,
    Trial,
    Usage,
)
from synalinks.contracts._rollout_json import (
    rollout_from_json,
    rollout_to_json,
    sample_to_json,
)
from synalinks.contracts._run_context import RunContext
from synalinks.contracts._schedules import (
    Constant,
    Cosine,
    Linear,
    Schedule,
    Step,
    value_at,
)
from synalinks.contracts._snapshot import (
    commit,
    present_candidate,
    trainable_by_path,
)
from synalinks.contracts._stopping import Stop
from synalinks.contracts._trainer_state import Stage, TrackedRun, TrainerState

__all__ = [
    "MANIFEST_NAME",
    "USAGE_KEYS",
    "VALIDATION",
    "ArmResult",
    "Artifacts",
    "Best",
    "CallGate",
    "CallRecord",
    "Candidate",
    "CandidateEvent",
    "Constant",
    "Cosine",
    "Estimate",
    "EvalResult",
    "Failure",
    "Invocations",
    "Linear",
    "ManifestRow",
    "Override",
    "ProgramBrief",
    "Progress",
    "Proposal",
    "Rollout",
    "RunContext",
    "RunStatus",
    "Schedule",
    "Span",
    "Stage",
    "Step",
    "Stop",
    "TrackedRun",
    "TrainerState",
    "Trial",
    "Usage",
    "VariableBrief",
    "append_to_manifest",
    "brief_of",
    "commit",
    "present_candidate",
    "read_manifest",
    "rollout_from_json",
    "rollout_to_json",
    "sample_to_json",
    "trainable_by_path",
    "value_at",
]
