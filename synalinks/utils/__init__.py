"""Helpers around training: plots."""

from synalinks._internal.public import publish
from synalinks.utils._plot_history import plot_history
from synalinks.utils._plot_program import plot_program, program_to_dot

__all__ = ["plot_history", "plot_program", "program_to_dot"]

publish(__name__)
