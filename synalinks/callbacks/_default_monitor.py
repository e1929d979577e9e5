"""The monitor of every run, while observability is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synalinks import config

if TYPE_CHECKING:
    from collections.abc import Callable

    from synalinks.callbacks._monitor import Monitor

_make_default: Callable[[], Monitor] | None = None


def set_default_monitor(make: Callable[[], Monitor] | None) -> None:
    """Choose the monitor that each `fit` and `evaluate` has, unless it is given one.

    Args:
        make: Makes one; None for none.
    """
    global _make_default
    _make_default = make


def default_monitor() -> Monitor | None:
    """Return a new monitor for a run, if there is to be one."""
    return None if _make_default is None else _make_default()


config.on_clear_session(lambda: set_default_monitor(None))
