"""Plots, tools of other servers, and telling kinds of data models apart."""

from synalinks._internal.public import publish
from synalinks.data_models import (
    is_json_data_model,
    is_meta_class,
    is_symbolic_data_model,
)
from synalinks.modules import MultiServerMCPClient
from synalinks.utils._plot_history import plot_history
from synalinks.utils._plot_lineage import plot_lineage
from synalinks.utils._plot_program import plot_program, program_to_dot

__all__ = [
    "MultiServerMCPClient",
    "is_json_data_model",
    "is_meta_class",
    "is_symbolic_data_model",
    "plot_history",
    "plot_lineage",
    "plot_program",
    "program_to_dot",
]

publish(__name__)
