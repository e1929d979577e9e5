"""Callbacks: they watch and steer training, evaluation and prediction."""

from synalinks._internal.public import publish
from synalinks.callbacks._callback import Callback
from synalinks.callbacks._callback_list import CallbackList
from synalinks.callbacks._csv_logger import CSVLogger
from synalinks.callbacks._history import History
from synalinks.callbacks._progbar_logger import ProgbarLogger

__all__ = ["CSVLogger", "Callback", "CallbackList", "History", "ProgbarLogger"]

publish(__name__)
