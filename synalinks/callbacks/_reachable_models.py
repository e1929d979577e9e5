"""All language and embedding models that a run may call, whoever holds them."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict, is_row
from synalinks.language_models import ProviderModel
from synalinks.modules import Module
from synalinks.saving import Configurable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_PARTS = ("optimizer", "reward", "compiled_metrics")


def reachable_models(
    program: Any, parts: Sequence[str] = _PARTS
) -> list[ProviderModel]:
    """Return the models that training or running a program may call.

    These are the program's own, those of its optimizer, of its reward (a judge) and
    metrics, also if these are functions that use a program or a model, and those that
    any of them falls back to.

    Args:
        program: A program, compiled or not.
        parts: Attributes of the program that may have models of their own.

    Returns:
        Each model once.
    """
    roots = [program, *(getattr(program, name, None) for name in parts)]
    return list(_models_in(roots, {}))


def _models_in(value: Any, seen: dict[int, Any]) -> Iterator[ProviderModel]:
    if id(value) in seen:
        return
    seen[id(value)] = value  # kept: the identity of what is gone is used again
    if isinstance(value, ProviderModel):
        yield value
        yield from _models_in(vars(value).get("fallback"), seen)
        return
    for part in _parts_of(value):
        yield from _models_in(part, seen)


def _parts_of(value: Any) -> list[Any]:
    """Return what may lead to a model."""
    if is_dict(value):
        return list(value.values())
    if is_row(value):
        return list(value)
    if isinstance(value, Configurable):
        # Programs know the modules of their graph, which are no attributes of theirs.
        children = value.children() if isinstance(value, Module) else []
        return [*vars(value).values(), *children]
    return _parts_of_function(value)


def _parts_of_function(value: Any) -> list[Any]:
    if isinstance(value, functools.partial):
        return [value.func, *value.args, *value.keywords.values()]
    if inspect.ismethod(value):
        return [value.__self__, value.__func__]
    return _used_by(value) if inspect.isfunction(value) else []


def _used_by(function: Any) -> list[Any]:
    try:
        used = inspect.getclosurevars(function)
    except ValueError:  # a cell that is not filled yet
        return []
    return [*used.nonlocals.values(), *used.globals.values()]
