"""Modules by configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.modules._module import Module
from synalinks.saving import load_as, look_up, serialize_synalinks_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject


def get(identifier: object) -> Module | None:
    """Return the module that an identifier stands for.

    Args:
        identifier: A module; the name of a class that needs no arguments, in Camel or
            snake case; a configuration; or None.

    Returns:
        The module; None for None.

    Raises:
        ConfigurationError: The identifier stands for no module.
    """
    return look_up(identifier, kind=Module)


def serialize(module: Module) -> JsonObject:
    """Return a module as JSON: its arguments, without its variables.

    Args:
        module: The module.
    """
    return serialize_synalinks_object(module)


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Module:
    """Return the module that `serialize` described.

    Args:
        config: What `serialize` returned.
        custom_objects: Further classes and functions by name.

    Raises:
        ConfigurationError: It describes something that is not a module.
    """
    return load_as(config, kind=Module, custom_objects=custom_objects)
