"""What sampling parameters may be: checked before anything is sent."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_row
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _is_number(value: Any, least: float, most: float = math.inf) -> bool:
    is_real = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_real and math.isfinite(value) and least <= value <= most


def _is_whole(value: Any, least: float = -math.inf) -> bool:
    return isinstance(value, int) and _is_number(value, least)


def _is_stop(value: Any) -> bool:
    texts = list(value) if is_row(value) else [value]
    return bool(texts) and all(isinstance(text, str) and text for text in texts)


# What no provider takes is refused; narrower limits are theirs to know.
_EXPECTED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "temperature": (
        lambda value: _is_number(value, 0),
        "a number of 0 or more, such as 0.7",
    ),
    "top_p": (lambda value: _is_number(value, 0, 1), "a number from 0 to 1"),
    "top_k": (
        lambda value: _is_whole(value, -1),
        "a whole number of 1 or more (some servers: 0 or -1 for all tokens)",
    ),
    "max_tokens": (lambda value: _is_whole(value, 1), "a whole number of 1 or more"),
    "max_completion_tokens": (
        lambda value: _is_whole(value, 1),
        "a whole number of 1 or more",
    ),
    "seed": (_is_whole, "a whole number"),
    "stop": (_is_stop, "a text, or a list of texts, none of them empty"),
    "frequency_penalty": (
        lambda value: _is_number(value, -2, 2),
        "a number from -2 to 2",
    ),
    "presence_penalty": (
        lambda value: _is_number(value, -2, 2),
        "a number from -2 to 2",
    ),
}


def check_sampling(params: Mapping[str, Any], owner: str) -> None:
    """Refuse sampling parameters that no provider takes.

    Args:
        params: Parameters by name; None for one that is not sent. Names that are not
            known here are left to the provider.
        owner: What was given them, for messages.

    Raises:
        ConfigurationError: A value is of another type, or out of range.
    """
    for name, value in params.items():
        is_fine, expected = _EXPECTED.get(name, (None, ""))
        if value is not None and is_fine is not None and not is_fine(value):
            msg = f"`{name}` of {owner} is {expected}, received: {show(value)}."
            raise ConfigurationError(msg)
