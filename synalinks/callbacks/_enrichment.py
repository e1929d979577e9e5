"""Which callbacks may add values to the logs that nobody knows of beforehand."""

from __future__ import annotations

from typing import Any

from synalinks.callbacks._callback import Callback

# Hooks after which what they have added is in the logs of the epoch.
_ENRICHING_HOOKS = (
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_batch_begin",
    "on_batch_end",
    "on_step_begin",
    "on_propose_begin",
    "on_propose_end",
    "before_update",
    "on_test_batch_end",
    "on_test_end",
    "on_eval",
    "on_epoch_end",
)


def may_enrich(callback: Any) -> bool:
    """Return whether a callback of the user may add values it does not name.

    Args:
        callback: A callback; one with `provides` of its own names all that it adds.
    """
    members = getattr(callback, "members", None)
    if members is not None:
        return any(may_enrich(one) for one in members)
    if _names_what_it_adds(callback):
        return False
    function = getattr(callback, "function", None)
    hooks = [getattr(callback, hook, None) for hook in _ENRICHING_HOOKS]
    return any(_is_of_the_user(one) for one in (function, *hooks))


def provided_by(callback: Any) -> set[str]:
    """Return the names of the values that a callback says it adds to the logs.

    Args:
        callback: A callback; a group speaks for its members.
    """
    names: set[str] = set(getattr(callback, "provides", ()))
    for member in getattr(callback, "members", ()):
        names |= provided_by(member)
    return names


def _names_what_it_adds(callback: Any) -> bool:
    classes = [one for one in type(callback).__mro__ if one is not Callback]
    return any("provides" in vars(one) for one in (callback, *classes))


def _is_of_the_user(method: Any) -> bool:
    if method is None:
        return False
    module: str = getattr(method, "__module__", None) or ""
    return module.partition(".")[0] != __name__.partition(".")[0]
