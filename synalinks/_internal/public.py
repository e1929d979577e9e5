"""Public names carry the path that users import them from."""

from __future__ import annotations

import importlib
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def publish(module_name: str, aliases: Mapping[str, str] | None = None) -> None:
    """Set `__module__` of everything in a module's `__all__` to that module.

    Representations, tracebacks and saved files then show the public path and survive
    moving a private file. A name that the module does not have is explained.

    Args:
        module_name: The `__name__` of the package that exports.
        aliases: Names of a higher layer that may be used from here, too, each with the
            module that it is loaded from when it is used.
    """
    module = sys.modules[module_name]
    for name in module.__all__:
        exported = getattr(module, name)
        if getattr(exported, "__module__", "").startswith(f"{module_name}._"):
            exported.__module__ = module_name
    vars(module)["__getattr__"] = partial(_look_up, module_name, aliases or {})


# `Any`: what a name stands for is for the type checker to see in its own module.
def _look_up(module_name: str, aliases: Mapping[str, str], name: str) -> Any:
    if name in aliases:
        return getattr(importlib.import_module(aliases[name]), name)
    from synalinks._internal.absent import missing_name

    raise missing_name(module_name, name, sys.modules[module_name].__all__)
