"""Optimizers by name and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.optimizers._optimizer import Optimizer
from synalinks.optimizers._random_few_shot import RandomFewShot
from synalinks.saving import (
    deserialize_synalinks_object,
    look_up,
    serialize_synalinks_object,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject

_KNOWN: dict[str, type[Optimizer]] = {cls.__name__: cls for cls in (RandomFewShot,)}


def get(identifier: Any) -> Optimizer | None:
    """Return an optimizer.

    Args:
        identifier: An instance, a name such as `"random_few_shot"`, what `serialize`
            returned, or None.

    Returns:
        The optimizer; None for None.

    Raises:
        ConfigurationError: The name is unknown, or it is something else.
    """
    if identifier is None:
        return None
    return look_up(identifier, kind=Optimizer, known=_KNOWN)


def serialize(optimizer: Optimizer) -> JsonObject:
    """Return an optimizer's configuration as JSON.

    Args:
        optimizer: The optimizer.
    """
    return serialize_synalinks_object(optimizer)


def deserialize(
    config: JsonObject, custom_objects: Mapping[str, Any] | None = None
) -> Optimizer:
    """Return the optimizer that `serialize` described.

    Args:
        config: The configuration.
        custom_objects: Further classes by name.
    """
    return deserialize_synalinks_object(config, custom_objects)
