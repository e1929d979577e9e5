"""Public names carry the path that users import them from."""

from __future__ import annotations

import sys
from functools import partial
from typing import NoReturn


def publish(module_name: str) -> None:
    """Set `__module__` of everything in a module's `__all__` to that module.

    Representations, tracebacks and saved files then show the public path and survive
    moving a private file. A name that the module does not have is explained.

    Args:
        module_name: The `__name__` of the package that exports.
    """
    module = sys.modules[module_name]
    for name in module.__all__:
        exported = getattr(module, name)
        if getattr(exported, "__module__", "").startswith(f"{module_name}._"):
            exported.__module__ = module_name
    vars(module)["__getattr__"] = partial(_refuse, module_name)


def _refuse(module_name: str, name: str) -> NoReturn:
    from synalinks._internal.absent import missing_name

    raise missing_name(module_name, name, sys.modules[module_name].__all__)
