"""Names given to objects that the user did not name."""

from __future__ import annotations

import inspect
import re

from synalinks._internal import context

_counts: dict[str, int] = {}


def snake_case(name: str) -> str:
    """Return `ChainOfThought` as `chain_of_thought`, `OMEGA` as `omega`.

    Args:
        name: A class name.
    """
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower().strip("_")


def unique_name(class_name: str) -> str:
    """Return `generator`, then `generator_1`, `generator_2`, ... for a class.

    Args:
        class_name: The name of the class to be named after.
    """
    base = snake_case(class_name)
    here = context.name_counts.get()
    counts = _counts if here is None else here
    count = counts.get(base, 0)
    counts[base] = count + 1
    return f"{base}_{count}" if count else base


def described(cls: type) -> str:
    """Return the first line of a class's own docstring; its name if it has none.

    That of a base class would say what another class is for.

    Args:
        cls: The class.
    """
    lines = inspect.cleandoc(cls.__dict__.get("__doc__") or "").splitlines()
    return lines[0] if lines else cls.__name__


def forget_names() -> None:
    """Start all counts anew."""
    _counts.clear()
