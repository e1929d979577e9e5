"""Plots, and telling kinds of data models apart."""

from synalinks._internal.public import publish
from synalinks.data_models import (
    is_json_data_model,
    is_meta_class,
    is_symbolic_data_model,
)
from synalinks.utils._plot_history import plot_history

__all__ = [
    "is_json_data_model",
    "is_meta_class",
    "is_symbolic_data_model",
    "plot_history",
]

publish(__name__)
