"""Helpers around training: plots."""

from synalinks._internal.public import publish
from synalinks.utils._plot_history import plot_history

__all__ = ["plot_history"]

publish(__name__)
