"""Does a value fit a schema?"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from synalinks._internal.json import dumps
from synalinks.language_models._formats import known_formats
from synalinks.language_models._subschemas import subschemas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synalinks._internal.json import JsonObject

_CACHED_KEYWORDS = 1024
# Python knows other patterns than JSON Schema does, and rounds where it divides: by the
# exact validator's own rules 0.3 is no multiple of 0.1.
_JUDGED_BY_COMPILED = ("pattern", "multipleOf")
# What the compiled one would judge by rules that the exact one does not have.
_NOT_JUDGED = (
    "hostname", "idn-email", "idn-hostname", "ipv4", "ipv6", "iri", "iri-reference",
    "json-pointer", "regex", "relative-json-pointer", "uri-reference", "uri-template",
)  # fmt: skip


class Validator:
    """Tells whether values fit a schema.

    A compiled validator looks first: it takes a hundredth of the time. What it does
    not pass, or cannot be made for, is judged by the one that can say why.

    Args:
        schema: JSON schema whose references are all its own.

    Raises:
        re.error: A pattern in it is no regular expression.
    """

    __slots__ = ("_passes", "exact")

    def __init__(self, schema: JsonObject) -> None:
        import referencing

        _check_patterns(schema)
        # An empty registry: a schema can make us fetch nothing over the network.
        registry = cast("Any", referencing).Registry()
        self.exact: Any = _exact_class()(
            schema, registry=registry, format_checker=_format_checker()
        )
        # The exact one matches keys with patterns of Python.
        is_ours = '"patternProperties"' not in dumps(schema)
        passes = _compiled(schema) if is_ours else None
        self._passes: Callable[[Any], bool] = passes or (lambda _: False)

    def is_valid(self, value: Any) -> bool:
        """Return whether a value fits.

        Args:
            value: Any JSON value.
        """
        try:
            return self._passes(value) or self.exact.is_valid(value)
        except UnicodeEncodeError:  # half of a surrogate pair, which JSON can escape
            return self.exact.is_valid(value)


def _compiled(schema: JsonObject) -> Callable[[Any], bool] | None:
    import jsonschema_rs

    try:
        compiled = jsonschema_rs.Draft202012Validator(
            schema,
            retriever=_refuse_uri,
            validate_formats=True,
            formats={**dict.fromkeys(_NOT_JUDGED, _takes_all), **known_formats()},
        )
    except ValueError:
        return None
    return compiled.is_valid


def _refuse_uri(uri: str) -> Any:
    msg = f"{uri} is not fetched"
    raise ValueError(msg)


def _takes_all(_: str) -> bool:
    return True


@lru_cache(maxsize=1)
def _format_checker() -> Any:
    from jsonschema import FormatChecker

    checker: Any = FormatChecker(formats=())
    for name, has_format in known_formats().items():
        checker.checks(name)(has_format)
    return checker


@lru_cache(maxsize=1)
def _exact_class() -> Any:
    from jsonschema import Draft202012Validator, validators

    known = cast("Any", Draft202012Validator).VALIDATORS
    judges = {name: _judge(name, known[name]) for name in _JUDGED_BY_COMPILED}
    return cast("Any", validators).extend(Draft202012Validator, judges)


def _judge(keyword: str, otherwise: Any) -> Any:
    from jsonschema.exceptions import ValidationError

    def judge(owner: Any, wanted: Any, value: Any, schema: Any) -> Iterator[Exception]:
        passes = _compiled_keyword(keyword, wanted)
        if passes is None:
            yield from otherwise(owner, wanted, value, schema)
        elif isinstance(value, (str, int, float)) and not passes(_encodable(value)):
            yield ValidationError(f"{value!r} does not fit {keyword} {wanted!r}")

    return judge


@lru_cache(maxsize=_CACHED_KEYWORDS, typed=True)
def _compiled_keyword(keyword: str, wanted: Any) -> Callable[[Any], bool] | None:
    return _compiled({keyword: wanted})


def _encodable(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return value.encode("utf-8", "replace").decode()


def _check_patterns(schema: JsonObject) -> None:
    for part in subschemas(schema):
        pattern = part.get("pattern")
        if pattern is not None and not _compiled_keyword("pattern", pattern):
            re.compile(pattern)
        for key in part.get("patternProperties", ()):
            re.compile(key)
