"""Callbacks: they watch and steer training, evaluation and prediction."""

from synalinks._internal.public import publish
from synalinks.callbacks._adapters import as_callback
from synalinks.callbacks._callback import HOOKS, Callback, StopRun
from synalinks.callbacks._callback_group import CallbackGroup
from synalinks.callbacks._callback_list import CallbackCollection, CallbackList
from synalinks.callbacks._csv_logger import CSVLogger
from synalinks.callbacks._history import History
from synalinks.callbacks._lambda_callback import LambdaCallback
from synalinks.callbacks._progbar_logger import ProgbarLogger

__all__ = [
    "HOOKS",
    "CSVLogger",
    "Callback",
    "CallbackCollection",
    "CallbackGroup",
    "CallbackList",
    "History",
    "LambdaCallback",
    "ProgbarLogger",
    "StopRun",
    "as_callback",
]

publish(__name__)
