"""Helpers around training: plots."""

from synalinks._internal.public import publish
from synalinks.utils._plot_history import plot_history
from synalinks.utils._plot_lineage import plot_lineage

__all__ = ["plot_history", "plot_lineage"]

publish(__name__)
