"""One model object per identifier and session: limits and counts are shared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from synalinks import config

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_models: dict[tuple[Any, str], Any] = {}
config.on_clear_session(_models.clear)


def session_model(make: Callable[[str], T], identifier: str) -> T:
    """Return the model of an identifier, the same one until the session is cleared.

    Two modules that are given the same name share the calls in flight that the
    provider allows, the counters, and the connections. For a model of its own, a
    module is given an object.

    Args:
        make: The class of the model.
        identifier: Full identifier, such as `"openai/gpt-4o-mini"`.
    """
    key = (make, identifier)
    if key not in _models:
        _models[key] = make(identifier)
    return _models[key]
