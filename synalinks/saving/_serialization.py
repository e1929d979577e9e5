"""Between objects and JSON: `{module, class_name, config, registered_name}`."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.json import canonical
from synalinks._internal.shape import is_dict, is_list, is_row
from synalinks.data_models import (
    JsonDataModel,
    SymbolicDataModel,
    is_json_data_model,
    is_meta_class,
    is_symbolic_data_model,
)
from synalinks.errors import (
    FileFormatError,
    UnregisteredObjectError,
    did_you_mean,
    show,
)
from synalinks.saving._registry import (
    CustomObjectScope,
    get_custom_objects,
    get_registered_name,
    is_registered,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject

_SCHEMA = "__schema__"
_JSON = "__json_data_model__"
_FUNCTION = "__function__"
_CLASS = "__class__"


def serialize_synalinks_object(obj: Any) -> Any:
    """Return an object as JSON.

    Args:
        obj: A configurable object (module, language model, optimizer, ...), a data
            model, a function, or any nesting of lists and dicts of these.

    Raises:
        UnregisteredObjectError: There is no JSON form for an object of this kind.
    """
    return to_json_form(obj)


def deserialize_synalinks_object(
    config: Any,
    custom_objects: Mapping[str, Any] | None = None,
    safe_mode: bool = True,
) -> Any:
    """Return the object that a JSON form describes.

    Only registered classes and functions, and those in `custom_objects`, are used.

    Args:
        config: What `serialize_synalinks_object` returned.
        custom_objects: Further classes and functions by name.
        safe_mode: Has no effect: there is no unsafe mode. No file can hold code.

    Raises:
        UnregisteredObjectError: The form names something that is not registered.
        FileFormatError: The form is malformed.
    """
    shared = context.shared_objects.get({})
    with (
        CustomObjectScope(custom_objects),
        context.bound(context.shared_objects, shared),
    ):
        return from_json_form(config)


def to_json_form(value: Any) -> Any:
    """Return the JSON form of a value; see `serialize_synalinks_object`.

    Args:
        value: What to describe.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if is_dict(value):
        items = value.items()
        return {str(key): to_json_form(part) for key, part in items}
    if is_row(value):
        return [to_json_form(part) for part in value]
    return _object_to_json_form(value)


def _object_to_json_form(value: Any) -> JsonObject:
    if is_meta_class(value) or is_symbolic_data_model(value):
        return {"class_name": _SCHEMA, "config": {"schema": value.get_schema()}}
    if is_json_data_model(value) or hasattr(value, "to_json_data_model"):
        json_form = {"schema": value.get_schema(), "json": value.get_json()}
        return {"class_name": _JSON, "config": json_form}
    if inspect.isfunction(value) or isinstance(value, type):
        return {
            "class_name": _CLASS if isinstance(value, type) else _FUNCTION,
            "config": value.__name__,
            "registered_name": _registered_name(value),
        }
    if hasattr(value, "get_config"):
        cls: type[Any] = type(value)  # pyright: ignore[reportUnknownVariableType]
        return {
            "module": cls.__module__,
            "class_name": cls.__name__,
            "config": value.get_config(),
            "registered_name": _registered_name(cls),
        }
    msg = (
        f"{show(value)} has no JSON form. Expected a JSON value, a data model, a "
        "function, or an object with `get_config` and `from_config`."
    )
    raise UnregisteredObjectError(msg)


def _registered_name(target: object) -> str | None:
    return get_registered_name(target) if is_registered(target) else None


def from_json_form(value: Any) -> Any:
    """Return the value that a JSON form describes.

    Args:
        value: A JSON form; plain JSON values come back as they are.

    Raises:
        FileFormatError: The form is malformed.
    """
    if is_list(value):
        return [from_json_form(part) for part in value]
    if not is_dict(value):
        return value
    form = value
    if "class_name" in form and "config" in form:
        return _named_from_json_form(form)
    return {key: from_json_form(part) for key, part in form.items()}


def _named_from_json_form(form: JsonObject) -> Any:
    match form["class_name"]:
        case "__schema__":
            return SymbolicDataModel(schema=form["config"]["schema"])
        case "__json_data_model__":
            return JsonDataModel(**form["config"])
        case "__function__" | "__class__":
            return _find(form)
        case _:
            return _object_from_json_form(form)


def _object_from_json_form(form: JsonObject) -> Any:
    cls: Any = _find(form)
    if not callable(getattr(cls, "from_config", None)):
        msg = f"`{form['class_name']}` is not a class with `from_config`: {show(cls)}."
        raise FileFormatError(msg)
    if not is_dict(form["config"]):
        msg = f"The config of `{form['class_name']}` is no object: {show(form)}."
        raise FileFormatError(msg)
    if not getattr(cls, "shared_on_load", False):
        return cls.from_config(form["config"])
    # Several modules may share one object, such as a language model with its limits.
    shared = context.shared_objects.get({})
    key = canonical(form)
    if key not in shared:
        shared[key] = cls.from_config(form["config"])
    return shared[key]


def _find(form: JsonObject) -> Any:
    """Return the registered class or function that a form names.

    Raises:
        UnregisteredObjectError: There is none of this name.
    """
    known = get_custom_objects()
    is_reference = form["class_name"] in (_FUNCTION, _CLASS)
    name = str(form["config"] if is_reference else form["class_name"])
    registered_name = form.get("registered_name")
    for key in (registered_name, name, f"{form.get('module')}>{name}"):
        if isinstance(key, str) and key in known:
            return known[key]
    msg = (
        f"`{name}` is not registered for loading."
        f"{did_you_mean(name, (key.rpartition('>')[2] for key in known))} "
        "Decorate it with `@synalinks.saving.register_synalinks_serializable()` and "
        f"import it before loading, or pass `custom_objects={{{name!r}: ...}}`."
    )
    raise UnregisteredObjectError(msg)
