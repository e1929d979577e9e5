"""Finding an object by what a user calls it."""

from __future__ import annotations

import inspect
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar, cast

from synalinks._internal.naming import snake_case
from synalinks._internal.shape import is_dict
from synalinks.errors import ConfigurationError, did_you_mean, show
from synalinks.saving._registry import get_custom_objects
from synalinks.saving._serialization import deserialize_synalinks_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from synalinks._internal.json import JsonObject

T = TypeVar("T")

# More names than that say nothing; all are where the message says.
_MAX_LISTED = 40


def look_up(
    identifier: object,
    *,
    kind: type[T],
    from_function: Callable[[Any], T] | None = None,
) -> T | None:
    """Return the object that an identifier stands for.

    Args:
        identifier: An instance; a name in Camel or snake case, whatever the capitals;
            a configuration; a function, where `from_function` takes one; or None.
        kind: The class that the result must be of.
        from_function: Makes an object of a function of target and prediction.

    Returns:
        The object, made with its defaults if it is named; None for None.

    Raises:
        ConfigurationError: The identifier stands for no such object.
    """
    if identifier is None or isinstance(identifier, kind):
        return identifier
    if isinstance(identifier, str):
        return _by_name(identifier, kind)
    if is_dict(identifier) and "class_name" in identifier:
        return load_as(identifier, kind=kind)
    is_function = callable(identifier) and not inspect.isclass(identifier)
    if from_function is not None and is_function:
        return from_function(identifier)
    takes_function = from_function is not None
    raise ConfigurationError(_refusal(identifier, kind, takes_function=takes_function))


def load_as(
    config: Mapping[str, Any],
    *,
    kind: type[T],
    custom_objects: Mapping[str, Any] | None = None,
) -> T:
    """Return the object of a kind that a configuration describes.

    Args:
        config: What `serialize` returned; `class_name` alone is enough to name a
            built-in class.
        kind: The class that the result must be of.
        custom_objects: Further classes and functions by name.

    Returns:
        The object.

    Raises:
        ConfigurationError: It describes something else.
    """
    known = {cls.__name__: cls for cls in _known(kind).values()}
    form: JsonObject = {"config": {}, **config}
    loaded = deserialize_synalinks_object(form, {**known, **(custom_objects or {})})
    if not isinstance(loaded, kind):
        msg = f"{show(config)} describes {show(loaded)}. {_expected(kind)}"
        raise ConfigurationError(msg)
    return loaded


def _what(kind: type) -> str:
    return snake_case(kind.__name__).replace("_", " ")


def _with_article(noun: str) -> str:
    return f"{'an' if noun.strip('`')[0] in 'aeiouAEIOU' else 'a'} {noun}"


def _expected(kind: type, *, takes_function: bool = True) -> str:
    function = ", or a function `(y_true, y_pred)`" if takes_function else ""
    return (
        f"Expected {_with_article(f'`{kind.__name__}`')}, the name of one, its "
        f"configuration (`{{'class_name': ..., 'config': ...}}`){function}."
    )


def _refusal(identifier: object, kind: type, *, takes_function: bool) -> str:
    hint = ""
    if inspect.isclass(identifier):
        hint = f" This is a class; pass an instance: `{identifier.__name__}()`."
    elif isinstance(identifier, (list, tuple, dict)):
        hint = f" It takes one {_what(kind)}."
    expected = _expected(kind, takes_function=takes_function)
    return (
        f"{show(cast('object', identifier))} is not {_with_article(_what(kind))}."
        f"{hint} {expected}"
    )


def _known(kind: type[T]) -> dict[str, type[T]]:
    """Return the classes that can be named, by name in snake case."""
    found = {
        snake_case(key.rpartition(">")[2]): target
        for key, target in get_custom_objects().items()
        # Not `issubclass`, which leaves a note in each of two hundred classes.
        if inspect.isclass(target) and kind in inspect.getmro(target)
        if not target.__name__.startswith("_")
    }
    return {
        name: cast("type[T]", cls)
        for name, cls in found.items()
        if not inspect.isabstract(cls)
    }


def _listed(name: str, names: list[str], kind: type) -> str:
    """Return all names, or those like the one that was given."""
    n_more = len(names) - _MAX_LISTED
    if n_more <= 0:
        return _quoted(names)
    like = sorted(get_close_matches(name, names, n=_MAX_LISTED, cutoff=0.0))
    return f"{_quoted(like)}, and {n_more} more in `{kind.__module__}`"


def _quoted(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _by_name(name: str, kind: type[T]) -> T:
    known = _known(kind)
    by_letters = {_letters(key): cls for key, cls in known.items()}
    cls = by_letters.get(_letters(name))
    if cls is None:
        names = sorted(key for key in known if not _required(known[key]))
        msg = (
            f"There is no {_what(kind)} named {show(name)}."
            f"{did_you_mean(name, names)} Known names: {_listed(name, names, kind)}. A "
            "class of your own needs "
            "`@synalinks.saving.register_synalinks_serializable()`."
        )
        raise ConfigurationError(msg)
    if missing := _required(cls):
        msg = (
            f"The {_what(kind)} {show(name)} cannot be made from its name alone: it "
            f"needs {', '.join(f'`{argument}`' for argument in missing)}. Pass an "
            f"instance: "
            f"`{cls.__name__}({', '.join(f'{argument}=...' for argument in missing)})`."
        )
        raise ConfigurationError(msg)
    return cls()


def _letters(name: str) -> str:
    return name.replace("_", "").casefold()


def _required(cls: type) -> list[str]:
    """Return the names of the arguments without which a class cannot be made."""
    return [
        name
        for name, parameter in inspect.signature(cls).parameters.items()
        if parameter.default is inspect.Parameter.empty
        and parameter.kind
        not in {inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL}
    ]
