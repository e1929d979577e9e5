"""Between objects and JSON: `{module, class_name, config, registered_name}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from synalinks._internal import context
from synalinks._internal.json import dumps
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
    is_own,
    is_registered,
)
from synalinks.saving._sharing import (
    SHARED_ID,
    shared_id,
    shared_objects,
    with_shared_ids,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject

T = TypeVar("T")

_SCHEMA = "__schema__"
_JSON = "__json_data_model__"
_FUNCTION = "__function__"
_CLASS = "__class__"
_DICT = "__dict__"
_ATTRIBUTES = "attributes"


def serialize_synalinks_object(obj: Any) -> Any:
    """Return an object as JSON.

    Args:
        obj: A configurable object (module, language model, optimizer, ...), a data
            model, a function, or any nesting of lists and dicts of these.

    Raises:
        UnregisteredObjectError: There is no JSON form for an object of this kind.
    """
    return with_shared_ids(lambda: to_json_form(obj))


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
    with CustomObjectScope(custom_objects), shared_objects():
        return from_json_form(config)


def copy_configurable(original: T, **changes: Any) -> T:
    """Return a new object of the same configuration, some arguments excepted.

    Functions, classes and what is shared between objects (such as language models) are
    the same in both; nothing has to be registered.

    Args:
        original: A configurable object.
        changes: Arguments of the constructor that are to be different; those that it
            does not have are left out.
    """
    source: Any = original
    with (
        context.bound(context.is_copying, True),  # noqa: FBT003 - a value to bind
        context.bound(context.shared_objects, {}),
    ):
        config = with_shared_ids(source.get_config)
        config |= {key: value for key, value in changes.items() if key in config}
        return _made(source.__class__, config, changes)


def to_json_form(value: Any) -> Any:
    """Return the JSON form of a value; see `serialize_synalinks_object`.

    Args:
        value: What to describe.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if is_dict(value):
        form = {str(key): to_json_form(part) for key, part in value.items()}
        # A user's dict that looks like the form of an object is none.
        return {"class_name": _DICT, "config": form} if _is_form(form) else form
    if is_row(value):
        return [to_json_form(part) for part in value]
    return _object_to_json_form(value)


def _object_to_json_form(value: Any) -> Any:
    if is_meta_class(value) or is_symbolic_data_model(value):
        return {"class_name": _SCHEMA, "config": {"schema": value.get_schema()}}
    if is_json_data_model(value) or hasattr(value, "to_json_data_model"):
        json_form = {"schema": value.get_schema(), "json": value.get_json()}
        return {"class_name": _JSON, "config": json_form}
    is_shared = getattr(value, "shared_on_load", False)
    if context.is_copying.get() and (callable_name(value) or is_shared):
        return twin_of(value) if is_shared else value
    if hasattr(value, "get_config") and not isinstance(value, type):
        return _configurable_to_json_form(value)
    if name := callable_name(value):
        return {
            "module": getattr(value, "__module__", None),
            "class_name": _CLASS if isinstance(value, type) else _FUNCTION,
            "config": name,
            "registered_name": _registered_name(value),
        }
    msg = (
        f"{show(value)} has no JSON form. Expected a JSON value, a data model, a "
        "function, or an object with `get_config` and `from_config`."
    )
    raise UnregisteredObjectError(msg)


def twin_of(shared: T) -> T:
    """Return the twin of a shared object here, where shared objects have twins.

    Args:
        shared: Such as a language model.
    """
    twins, original = context.twins.get(), cast("Any", shared)
    if twins is None:
        return shared
    if id(shared) not in twins:
        twin = original.twin()
        # A twin is its own: it is met again where a copy is copied.
        twins[id(shared)], twins[id(twin)] = (shared, twin), (twin, twin)
    return twins[id(shared)][1]


def _configurable_to_json_form(value: Any) -> JsonObject:
    cls: Any = value.__class__
    number = shared_id(value)
    config = value.get_config()
    if not context.is_copying.get():
        _check_is_json(config, cls.__qualname__)
    form = {
        "module": cls.__module__,
        "class_name": cls if context.is_copying.get() else cls.__name__,
        "config": config,
        "registered_name": _registered_name(cls),
    }
    present: JsonObject = getattr(value, "present_attributes", dict)()
    attributes = {key: present[key] for key in present if key not in config}
    if attributes:
        form[_ATTRIBUTES] = attributes
    if number is not None:
        form[SHARED_ID] = number
    return form


def _check_is_json(config: JsonObject, owner: str) -> None:
    # Only a `get_config` of the user's can return what is none.
    for key, part in config.items():
        try:
            dumps(part)
        except (TypeError, ValueError) as error:
            msg = (
                f"`{owner}.get_config()` returned {show(part)} as `{key}`, which is no "
                f"JSON ({error}). Return what "
                "`synalinks.saving.serialize_synalinks_object` makes of it, and undo "
                "that in `from_config`."
            )
            raise UnregisteredObjectError(msg) from error


def callable_name(value: Any) -> str | None:
    """Return the name of a class, a function, or anything else that is callable.

    Args:
        value: Any object; one that has a configuration is none of these.
    """
    if not callable(value) or (
        hasattr(value, "get_config") and not isinstance(value, type)
    ):
        return None
    return getattr(value, "__name__", None) or type(value).__name__


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
    if _is_form(value):
        return _named_from_json_form(value)
    return _parts_from_json_form(value)


def _parts_from_json_form(form: JsonObject) -> JsonObject:
    return {key: from_json_form(part) for key, part in form.items()}


def _is_form(value: JsonObject) -> bool:
    return "class_name" in value and "config" in value


def _named_from_json_form(form: JsonObject) -> Any:
    kind, config = form["class_name"], form["config"]
    if kind in (_FUNCTION, _CLASS):
        return _find(form)
    if not is_dict(config):
        msg = f"The config of `{kind}` is no object: {show(form)}."
        raise FileFormatError(msg)
    match kind:
        case "__schema__":
            return SymbolicDataModel(schema=config.get("schema"))
        case "__json_data_model__":
            return JsonDataModel(schema=config.get("schema"), json=config.get("json"))
        case "__dict__":
            return _parts_from_json_form(config)
        case _:
            return _object_from_json_form(form)


def _object_from_json_form(form: JsonObject) -> Any:
    cls: Any = _find(form)
    if not callable(getattr(cls, "from_config", None)):
        msg = f"`{form['class_name']}` is not a class with `from_config`: {show(cls)}."
        raise FileFormatError(msg)
    kinds = context.loadable.get()
    if kinds and is_own(cls) and not issubclass(cls, kinds):
        msg = f"A `{form['class_name']}` is no part of what is loaded here."
        raise FileFormatError(msg)
    number = form.get(SHARED_ID)
    with shared_objects() as known:
        if isinstance(number, int) and number in known:
            return known[number]
        attributes: Any = form.get(_ATTRIBUTES) or {}
        if not is_dict(attributes):
            msg = (
                f"The attributes of `{form['class_name']}` are no object: {show(form)}."
            )
            raise FileFormatError(msg)
        made = _made(cls, form["config"], attributes)
        if isinstance(number, int):
            known[number] = made
        return made


def _made(cls: Any, config: JsonObject, attributes: JsonObject) -> Any:
    """Return an object of a configuration, with attributes that are no part of it."""
    name = attributes.get("name")
    with context.bound(context.automatic_name, None if name is None else (cls, name)):
        made = cls.from_config(config)
    if attributes and hasattr(made, "restore_attributes"):
        made.restore_attributes(attributes)
    return made


def _find(form: JsonObject) -> Any:
    """Return the registered class or function that a form names.

    Raises:
        UnregisteredObjectError: There is none of this name.
    """
    kind = form["class_name"]
    if isinstance(kind, type):  # a copy in this process; a file can only hold a text
        return kind
    known = get_custom_objects()
    name = str(form["config"] if kind in (_FUNCTION, _CLASS) else kind)
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
