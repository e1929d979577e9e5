"""Plots, tools of other servers, and telling kinds of data models apart."""

from synalinks._internal.public import publish
from synalinks.data_models import (
    is_json_data_model,
    is_meta_class,
    is_symbolic_data_model,
)
from synalinks.modules import MultiServerMCPClient
from synalinks.utils._batch_pair import pack_x_y, unpack_x_y
from synalinks.utils._file_cache import get_file
from synalinks.utils._plot_history import plot_history
from synalinks.utils._plot_history_comparison import (
    plot_history_comparison,
    plot_history_comparison_with_mean_and_std,
)
from synalinks.utils._plot_history_with_mean_and_std import (
    plot_history_with_mean_and_std,
)
from synalinks.utils._plot_lineage import plot_lineage
from synalinks.utils._plot_metrics import (
    plot_metrics,
    plot_metrics_comparison,
    plot_metrics_comparison_with_mean_and_std,
    plot_metrics_with_mean_and_std,
)
from synalinks.utils._plot_program import plot_program, program_to_dot
from synalinks.utils._progbar import Progbar

__all__ = [
    "MultiServerMCPClient",
    "Progbar",
    "get_file",
    "is_json_data_model",
    "is_meta_class",
    "is_symbolic_data_model",
    "pack_x_y",
    "plot_history",
    "plot_history_comparison",
    "plot_history_comparison_with_mean_and_std",
    "plot_history_with_mean_and_std",
    "plot_lineage",
    "plot_metrics",
    "plot_metrics_comparison",
    "plot_metrics_comparison_with_mean_and_std",
    "plot_metrics_with_mean_and_std",
    "plot_program",
    "program_to_dot",
    "unpack_x_y",
]

publish(__name__)
