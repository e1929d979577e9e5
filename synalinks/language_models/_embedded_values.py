"""Numbers and texts that an answer may hold, in the order in which they are tried."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, cast

from synalinks.language_models._embedded_schema import (
    bounds_of,
    choices_of,
    fits,
    resolve,
)
from synalinks.language_models._formats import known_formats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synalinks._internal.json import JsonObject
    from synalinks.language_models._embedded_schema import Schema

_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_MAX_DIGITS = 16
# By format: what it looks like, and a value for want of another.
_FORMATS = {
    "date": (r"\d{4}-\d\d-\d\d", "1970-01-01"),
    "time": (r"\d\d:\d\d:\d\dZ", "00:00:00Z"),
    "date-time": (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "1970-01-01T00:00:00Z"),
    "duration": (r"P(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+S)?)?", "PT0S"),
    "email": (r"[\w.+-]+@[\w-]+\.[\w.]*\w", "nobody@example.com"),
    "uri": (r"https?://[^\s\"<>]+", "https://example.com/"),
    "uuid": (
        r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "00000000-0000-4000-8000-000000000000",
    ),
}


def numbers_in(text: str) -> list[float]:
    """Return the numbers that stand in a text, in order; whole ones as integers.

    Args:
        text: Any text; commas may group digits.
    """
    found = [number.replace(",", "") for number in _NUMBER.findall(text)]
    return [
        float(number) if "." in number else int(number)
        for number in found
        if len(number) < _MAX_DIGITS
    ]


def judged_numbers(share: float, schema: JsonObject) -> list[float]:
    """Return the numbers that stand for a share of 0.0 to 1.0, best first.

    Args:
        share: How good something is.
        schema: The resolved schema of the number; without two bounds, 0 to 1.
    """
    low, high = bounds_of(schema)
    if math.isinf(low) or math.isinf(high):
        low, high = max(low, 0.0), min(high, max(low, 0.0) + 1.0)
    exact = low + share * (high - low)
    step = schema.get("multipleOf") or (schema.get("type") == "integer" and 1)
    if not step:
        return [exact]
    return [round(exact / step) * step, exact // step * step]


def default_numbers(schema: JsonObject) -> Iterator[float]:
    """Yield numbers that a schema may allow, for want of a better one.

    Args:
        schema: The resolved schema of the number.
    """
    step: float = schema.get("multipleOf", 1)
    bounds = [bound for bound in bounds_of(schema) if math.isfinite(bound)]
    yield 0
    for bound in bounds:
        for number in (bound, math.ceil(bound / step) * step):
            yield from (number, number + step, number - step)
    if bounds:
        yield sum(bounds) / len(bounds)


def texts_in(text: str, schema: JsonObject) -> list[Any]:
    """Return parts of a text, and of a schema, that may have the form it asks for.

    Args:
        text: The text.
        schema: The resolved schema of the wanted text.
    """
    look, fallback = _FORMATS.get(schema.get("format", ""), ("", ""))
    found: list[Any] = re.findall(look, text) if look else []
    listed = cast("list[Any]", schema.get("examples", []))
    return [*found, *text.split(), schema.get("default"), *listed, fallback]


def has_format(text: str, schema: JsonObject) -> bool:
    """Return whether a text looks like the `format` of a schema, where we know it.

    Args:
        text: The text.
        schema: The resolved schema of the wanted text.
    """
    name = schema.get("format", "")
    look, _ = _FORMATS.get(name, (".*", ""))
    judge = known_formats().get(name)
    is_valid = judge is None or judge(text)
    return is_valid and re.fullmatch(look, text, re.DOTALL) is not None


def fit_length(text: str, schema: JsonObject) -> str:
    """Return a text cut, or filled up with full stops, to the length allowed.

    Args:
        text: The text.
        schema: The resolved schema of the wanted text.
    """
    return text[: schema.get("maxLength")].ljust(schema.get("minLength", 0), ".")


def another_value(
    value: object, taken: list[Any], schema: Schema, root: JsonObject
) -> Any:
    """Return a value like one that is taken but different, if the schema allows it.

    Args:
        value: The value.
        taken: Values that it must differ from.
        schema: The schema of the value.
        root: The schema that local references point into.
    """
    choices = [*(choices_of(resolve(schema, root), root) or [])]
    steps = range(1, len(taken) + 2)
    if isinstance(value, str):
        choices += [f"{value} {step}" for step in steps]
        choices += [f"{step}{value}"[: len(value)] for step in steps]
    elif isinstance(value, (int, float)):
        choices += [value + sign * step for step in steps for sign in (1, -1)]
    fitting = (
        choice
        for choice in choices
        if choice not in taken and fits(choice, schema, root)
    )
    return next(fitting, value)
