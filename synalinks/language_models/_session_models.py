"""Models by name or configuration: one object per name and session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from synalinks import config
from synalinks._internal.shape import is_dict
from synalinks.errors import ConfigurationError, show
from synalinks.saving import deserialize_synalinks_object, twin_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject
    from synalinks.language_models._provider_model import ProviderModel

M = TypeVar("M", bound="ProviderModel")

_models: dict[tuple[type[ProviderModel], str], Any] = {}
config.on_clear_session(_models.clear)


def resolve_model(kind: type[M], identifier: Any) -> M | None:
    """Return the model that an argument stands for.

    Two modules that are given the same name share the calls in flight that the
    provider allows, the counters, and the connections. For a model of its own, a
    module is given an object.

    Args:
        kind: The class of the model.
        identifier: A model, its `"provider/name"`, its configuration, or None.

    Returns:
        The model; None for None.

    Raises:
        ConfigurationError: It is none of these.
    """
    if identifier is None or isinstance(identifier, kind):
        return identifier
    if isinstance(identifier, str):
        key = (kind, identifier)
        if key not in _models:
            make: Any = kind  # subclasses have defaults for all other arguments
            _models[key] = make(identifier)
        return twin_of(_models[key])
    if is_dict(identifier):
        return load_model(kind, identifier)
    article = kind.called.split(" ", maxsplit=1)[0].lower()
    msg = (
        f"{kind.called} is {article} `{kind.__name__}`, a name such as "
        f"{kind.example!r}, or a configuration, received: {show(identifier)}."
    )
    raise ConfigurationError(msg)


def load_model(
    kind: type[M], config: JsonObject, custom_objects: Mapping[str, Any] | None = None
) -> M:
    """Return the model that a JSON form describes.

    Args:
        kind: The class of the model.
        config: What `serialize` returned, or the constructor's arguments.
        custom_objects: Further classes by name.

    Raises:
        ConfigurationError: It describes something else.
    """
    if "class_name" not in config:
        return kind.from_config(config)
    found = deserialize_synalinks_object(config, custom_objects)
    if not isinstance(found, kind):
        msg = (
            f"Expected the configuration of {kind.called.lower()}, "
            f"received: {show(config)}."
        )
        raise ConfigurationError(msg)
    return found
