"""Experiments: arms, replicates, stages and benchmarks, compared in one call."""

from synalinks._internal.public import publish
from synalinks.contracts import ArmResult, EvalResult, RunContext
from synalinks.experiments._arm import Arm
from synalinks.experiments._benchmark import Benchmark
from synalinks.experiments._comparison import Comparison
from synalinks.experiments._executor import Executor
from synalinks.experiments._experiment import Experiment
from synalinks.experiments._experiment_folder import (
    ExperimentCard,
    ExperimentFolder,
    find_experiments,
)
from synalinks.experiments._experiment_record import ExperimentRecord, read_experiment
from synalinks.experiments._experiment_result import ExperimentResult
from synalinks.experiments._ray_executor import RayExecutor
from synalinks.experiments._statistics import MeanEstimate, estimate, holm

__all__ = [
    "Arm",
    "ArmResult",
    "Benchmark",
    "Comparison",
    "EvalResult",
    "Executor",
    "Experiment",
    "ExperimentCard",
    "ExperimentFolder",
    "ExperimentRecord",
    "ExperimentResult",
    "MeanEstimate",
    "RayExecutor",
    "RunContext",
    "estimate",
    "find_experiments",
    "holm",
    "read_experiment",
]

publish(__name__)
