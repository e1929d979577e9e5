"""What callbacks need of a run, checked before it pays for anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from synalinks.contracts import TrainerState


def check_requirements(callbacks: Iterable[Any], state: TrainerState) -> None:
    """Refuse a run of `fit` that lacks what a callback needs.

    Args:
        callbacks: The callbacks of the run; members of groups are asked as well.
        state: The state of the run.

    Raises:
        ConfigurationError: Something is missing, or nobody knows what it is.
    """
    has = {
        "validation": bool(state.params.get("val_size")),
        "optimizer": state.optimizer is not None,
    }
    for callback in callbacks:
        check_requirements(getattr(callback, "members", ()), state)
        for need in getattr(callback, "requires", ()):
            if not has.get(need):
                what = "the run has none" if need in has else f"known are {list(has)}"
                msg = f"`{type(callback).__name__}` requires {need!r}: {what}."
                raise ConfigurationError(msg)
