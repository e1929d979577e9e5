"""Optimizers by name, by configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.optimizers._optimizer import Optimizer
from synalinks.saving import load_as, look_up, serialize_synalinks_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject

_DEFAULT = "out_of_bag_racing"


def get(identifier: object) -> Optimizer | None:
    """Return the optimizer that an identifier stands for.

    Args:
        identifier: An optimizer; its name, in Camel or snake case, whatever the
            capitals; `"auto"` for the one that is best in general, `OutOfBagRacing`;
            its configuration; or None.

    Returns:
        The optimizer; None for None.

    Raises:
        ConfigurationError: The identifier stands for no optimizer.
    """
    return look_up(_DEFAULT if identifier == "auto" else identifier, kind=Optimizer)


def serialize(optimizer: Optimizer) -> JsonObject:
    """Return an optimizer as JSON.

    Args:
        optimizer: The optimizer.
    """
    return serialize_synalinks_object(optimizer)


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Optimizer:
    """Return the optimizer that `serialize` described.

    Args:
        config: What `serialize` returned; `class_name` alone is enough to name a
            built-in class.
        custom_objects: Further classes and functions by name.

    Raises:
        ConfigurationError: It describes something that is not an optimizer.
    """
    return load_as(config, kind=Optimizer, custom_objects=custom_objects)
