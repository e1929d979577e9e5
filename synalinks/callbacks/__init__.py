"""Callbacks: they watch and steer training, evaluation and prediction."""

from synalinks._internal.public import publish
from synalinks.callbacks._adapters import as_callback
from synalinks.callbacks._backup_and_restore import BackupAndRestore
from synalinks.callbacks._budget_ledger import BudgetLedger
from synalinks.callbacks._budget_stopping import BudgetStopping
from synalinks.callbacks._cadence import Cadence
from synalinks.callbacks._callback import (
    EXPERIMENT_HOOKS,
    HOOKS,
    Callback,
    Logs,
    StopRun,
)
from synalinks.callbacks._callback_group import CallbackGroup
from synalinks.callbacks._callback_list import CallbackCollection, CallbackList
from synalinks.callbacks._csv_logger import CSVLogger
from synalinks.callbacks._default_monitor import default_monitor, set_default_monitor
from synalinks.callbacks._dispatcher import overrides
from synalinks.callbacks._early_stopping import EarlyStopping
from synalinks.callbacks._history import History
from synalinks.callbacks._hyperparameter_monitor import HyperparameterMonitor
from synalinks.callbacks._hyperparameter_scheduler import HyperparameterScheduler
from synalinks.callbacks._lambda_callback import LambdaCallback
from synalinks.callbacks._leased_pool import LeasedPool
from synalinks.callbacks._metrics_logger import MetricsLogger
from synalinks.callbacks._monitor import Monitor
from synalinks.callbacks._prediction_writer import PredictionWriter
from synalinks.callbacks._probe import Probe
from synalinks.callbacks._progbar_logger import ProgbarLogger
from synalinks.callbacks._program_checkpoint import ProgramCheckpoint
from synalinks.callbacks._reachable_models import reachable_models
from synalinks.callbacks._reduce_on_plateau import ReduceOnPlateau
from synalinks.callbacks._reject_step import RejectStep
from synalinks.callbacks._signal_checkpoint import SignalCheckpoint
from synalinks.callbacks._spending import Spent
from synalinks.callbacks._target_stopping import TargetStopping
from synalinks.callbacks._terminate_on_invalid import TerminateOnInvalid
from synalinks.callbacks._timeout import Timeout
from synalinks.contracts import Constant, Cosine, Linear, Step

__all__ = [
    "EXPERIMENT_HOOKS",
    "HOOKS",
    "BackupAndRestore",
    "BudgetLedger",
    "BudgetStopping",
    "CSVLogger",
    "Cadence",
    "Callback",
    "CallbackCollection",
    "CallbackGroup",
    "CallbackList",
    "Constant",
    "Cosine",
    "EarlyStopping",
    "History",
    "HyperparameterMonitor",
    "HyperparameterScheduler",
    "LambdaCallback",
    "LeasedPool",
    "Linear",
    "Logs",
    "MetricsLogger",
    "Monitor",
    "PredictionWriter",
    "Probe",
    "ProgbarLogger",
    "ProgramCheckpoint",
    "ReduceOnPlateau",
    "RejectStep",
    "SignalCheckpoint",
    "Spent",
    "Step",
    "StopRun",
    "TargetStopping",
    "TerminateOnInvalid",
    "Timeout",
    "as_callback",
    "default_monitor",
    "overrides",
    "reachable_models",
    "set_default_monitor",
]

publish(__name__)
