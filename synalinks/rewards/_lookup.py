"""Rewards by name, by configuration, or made of functions."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, cast

from synalinks._internal.naming import snake_case
from synalinks.errors import ConfigurationError, did_you_mean, show
from synalinks.rewards._reward import Reward
from synalinks.rewards._reward_function_wrapper import RewardFunctionWrapper
from synalinks.saving import (
    deserialize_synalinks_object,
    get_custom_objects,
    serialize_synalinks_object,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject

_EXPECTED = (
    "Expected a `Reward`, the name of one, its configuration "
    "(`{'class_name': ..., 'config': ...}`), or a function `(y_true, y_pred)`."
)


def get(identifier: object) -> Reward | None:
    """Return the reward that an identifier stands for.

    Args:
        identifier: A reward; its name, in Camel or snake case, whatever the capitals;
            its configuration; a function of target and prediction; or None.

    Returns:
        The reward; None for None.

    Raises:
        ConfigurationError: The identifier stands for no reward.
    """
    match identifier:
        case None | Reward():
            return identifier
        case str():
            return _by_name(identifier)
        case dict() if "class_name" in identifier:
            return deserialize(cast("dict[str, Any]", identifier))
        case _ if callable(identifier) and not inspect.isclass(identifier):
            return RewardFunctionWrapper(identifier)
        case _:
            raise ConfigurationError(_refusal(identifier))


def serialize(reward: Reward) -> JsonObject:
    """Return a reward as JSON.

    Args:
        reward: The reward.
    """
    return serialize_synalinks_object(reward)


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Reward:
    """Return the reward that `serialize` described.

    Args:
        config: What `serialize` returned; `class_name` alone is enough to name a
            built-in class.
        custom_objects: Further classes and functions by name.

    Raises:
        ConfigurationError: It describes something that is not a reward.
    """
    known = {cls.__name__: cls for cls in _known().values()}
    form: JsonObject = {"config": {}, **config}
    loaded = deserialize_synalinks_object(form, {**known, **(custom_objects or {})})
    if not isinstance(loaded, Reward):
        msg = f"{show(config)} describes {show(loaded)}. {_EXPECTED}"
        raise ConfigurationError(msg)
    return loaded


def _refusal(identifier: object) -> str:
    hint = ""
    if inspect.isclass(identifier):
        hint = f" This is a class; pass an instance: `{identifier.__name__}()`."
    elif isinstance(identifier, (list, tuple, dict)):
        hint = " Rewards of single outputs belong into `compile(reward=...)`."
    return f"{show(cast('object', identifier))} is not a reward.{hint} {_EXPECTED}"


def _known() -> dict[str, type[Reward]]:
    """Return the classes that can be named, by name in snake case."""
    found = {
        snake_case(key.rpartition(">")[2]): target
        for key, target in get_custom_objects().items()
        if inspect.isclass(target) and issubclass(target, Reward)
    }
    return {name: cls for name, cls in found.items() if not inspect.isabstract(cls)}


def _by_name(name: str) -> Reward:
    known = _known()
    by_letters = {_letters(key): cls for key, cls in known.items()}
    cls = by_letters.get(_letters(name))
    if cls is None:
        names = sorted(key for key in known if not _required(known[key]))
        msg = (
            f"There is no reward named {show(name)}.{did_you_mean(name, names)} Known "
            f"names: {', '.join(f'`{known_name}`' for known_name in names)}. A class "
            "of your own needs `@synalinks.saving.register_synalinks_serializable()`."
        )
        raise ConfigurationError(msg)
    if missing := _required(cls):
        msg = (
            f"The reward {show(name)} cannot be made from its name alone: it needs "
            f"{', '.join(f'`{argument}`' for argument in missing)}. Pass an instance: "
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
