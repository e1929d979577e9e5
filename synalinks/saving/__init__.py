"""Saved objects: names of registered classes with their configuration, as JSON."""

from synalinks._internal.public import publish
from synalinks.saving._configurable import Configurable
from synalinks.saving._lookup import load_as, look_up
from synalinks.saving._registry import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_synalinks_serializable,
)
from synalinks.saving._serialization import (
    copy_configurable,
    deserialize_synalinks_object,
    serialize_synalinks_object,
    twin_of,
)
from synalinks.saving._sharing import shared_objects, with_shared_ids

__all__ = [
    "Configurable",
    "CustomObjectScope",
    "copy_configurable",
    "custom_object_scope",
    "deserialize_synalinks_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_as",
    "look_up",
    "register_synalinks_serializable",
    "serialize_synalinks_object",
    "shared_objects",
    "twin_of",
    "with_shared_ids",
]

publish(__name__)
