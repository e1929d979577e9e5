"""Answers against schemas: valid as a whole, or an error that says where and why."""

from __future__ import annotations

import re
from functools import lru_cache
from json import JSONDecoder, loads
from math import isinf
from typing import TYPE_CHECKING, Any, cast

from synalinks.errors import InvalidOutputError, SchemaError, show
from synalinks.language_models._schema_text import schema_text
from synalinks.language_models._subschemas import subschemas
from synalinks.language_models._thoughts import after_thoughts
from synalinks.language_models._validator import Validator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from synalinks._internal.json import JsonObject

_CACHED_VALIDATORS = 1024
_BYTE_ORDER_MARK = "\ufeff"


def validator_of(schema: JsonObject) -> Validator:
    """Return the validator of a schema; checked and made once, and kept.

    Args:
        schema: JSON schema.

    Raises:
        SchemaError: The schema is malformed, or refers to what it does not contain.
    """
    return validator_of_text(schema_text(schema))


@lru_cache(maxsize=_CACHED_VALIDATORS)
def validator_of_text(text: str) -> Validator:
    """Return the validator of a schema; see `validator_of`.

    Args:
        text: What `schema_text` made of it.

    Raises:
        SchemaError: As there.
    """
    schema = loads(text)
    _check_form(schema)
    _check_references(schema)
    try:
        return Validator(schema)
    except re.error as error:
        msg = f"`pattern: {show(error.pattern)}` is no regular expression: {error}."
        raise SchemaError(msg) from None


def _check_form(schema: JsonObject) -> None:
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.exceptions import SchemaError as Malformed

    # Without formats: by them, a pattern would have to be one of Python's.
    formats = FormatChecker(formats=())
    try:
        Draft202012Validator.check_schema(schema, format_checker=formats)
    except Malformed as error:
        msg = f"Malformed JSON schema at `{error.json_path}`: {show(error.message)}."
        raise SchemaError(msg) from None


def _check_references(schema: JsonObject) -> None:
    import referencing
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT202012

    # An empty registry: what is elsewhere is not fetched.
    registry = cast("Any", referencing).Registry()
    resolver = registry.resolver_with_root(DRAFT202012.create_resource(schema))
    waiting = list(subschemas(schema))
    known = {id(part) for part in waiting}
    while waiting:
        for reference in _references(waiting.pop()):
            try:
                target = resolver.lookup(reference).contents
            except Unresolvable:
                msg = f"`$ref: {show(reference)}` refers to nothing in its schema."
                raise SchemaError(msg) from None
            if id(target) not in known:  # it stands where no keyword puts a schema
                _check_form(target)
                waiting += subschemas(target)
                known |= {id(part) for part in waiting}


def _references(schema: JsonObject) -> list[str]:
    return [schema[key] for key in ("$ref", "$dynamicRef") if key in schema]


def parse_answer(
    text: str,
    schema: JsonObject,
    *,
    model: str,
    may_drop_nulls: Callable[[], bool] = lambda: False,
) -> JsonObject:
    """Return the JSON object in an answer, valid against its schema.

    Args:
        text: What the model answered.
        schema: The user's JSON schema.
        model: The model, for messages.
        may_drop_nulls: Tells whether optional fields may be null to say that they are
            absent; asked only of a value that does not fit as it is.

    Raises:
        InvalidOutputError: The text is not JSON, or does not fit the schema.
    """
    try:
        return _valid(text, schema, model, may_drop_nulls)
    except RecursionError:  # it could be read, but not be looked through
        msg = f"`{model}` answered what is nested too deeply: {show(text)}."
    raise InvalidOutputError(msg, model=model, answer=text)


def _valid(
    text: str, schema: JsonObject, model: str, may_drop_nulls: Callable[[], bool]
) -> JsonObject:
    value = _parse(text, model)
    validator = validator_of(schema)
    is_valid = validator.is_valid(value)
    if not is_valid and may_drop_nulls():
        value = _without_nulls(value, schema, schema.get("$defs", {}))
        is_valid = validator.is_valid(value)
    if not is_valid:
        error = _violation(validator.exact, value, text, model)
        raise error
    if not isinstance(value, dict):
        msg = f"`{model}` answered no JSON object, but: {show(value)}."
        raise InvalidOutputError(msg, model=model, answer=text)
    return cast("JsonObject", value)


def _parse(text: str, model: str) -> Any:
    whole = text.strip().lstrip(_BYTE_ORDER_MARK)
    try:
        return _DECODER.decode(whole)
    except (ValueError, RecursionError) as error:
        value = _enclosed(whole)
        if value is not None:
            return value
        what = "answered nothing" if not whole else f"answered no JSON ({error})"
        msg = f"`{model}` {what}. Received: {show(text)}; expected a JSON object."
        raise InvalidOutputError(msg, model=model, answer=text) from None


def _enclosed(text: str) -> Any:
    """Return the one JSON object that has words or a fence around it, or None.

    Models show JSON that way, and to ask again would be paid for. What they think
    aloud before it is no answer.
    """
    answer = after_thoughts(text)
    if answer is None:
        return None
    start, end = answer.find("{"), answer.rfind("}") + 1
    around = answer[:start] + answer[end:]
    if start < 0 or end <= start or "[" in around or "]" in around:
        return None
    try:
        return _DECODER.decode(answer[start:end])
    except (ValueError, RecursionError):
        return None


def _refuse_constant(name: str) -> Any:
    msg = f"{name} is not a JSON value"
    raise ValueError(msg)


def _finite(digits: str) -> float:
    number = float(digits)
    if isinf(number):  # such as 1e999; what is written of it would be no JSON
        _refuse_constant(digits)
    return number


_DECODER = JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)


def _violation(validator: Any, value: Any, text: str, model: str) -> InvalidOutputError:
    from jsonschema import exceptions

    error = cast("Any", exceptions).best_match(validator.iter_errors(value))
    msg = (
        f"The answer of `{model}` does not fit its schema at `{error.json_path}`: "
        f"received {show(error.instance)}; expected {_expectation(error)}."
    )
    return InvalidOutputError(msg, model=model, answer=text)


def _expectation(error: Any) -> str:
    match error.validator:
        case "enum":
            return f"one of {show(error.validator_value)}"
        case "type":
            return f"a value of type {show(error.validator_value)}"
        case "required":
            missing = [k for k in error.validator_value if k not in error.instance]
            return f"the keys {show(missing)} as well"
        case "additionalProperties":
            known = list(error.schema.get("properties", {}))
            return f"no keys but {show(known)}"
        case _:
            return f"`{error.validator}`: {show(error.validator_value)}"


def _without_nulls(value: Any, schema: Any, definitions: Mapping[str, Any]) -> Any:
    """Return a value without nulls in optional fields that do not take null."""
    if isinstance(value, list):
        return [
            _without_nulls(part, branch.get("items", {}), definitions)
            for part in cast("list[Any]", value)
            for branch in [_fitting(part, schema, definitions, key="items")]
        ]
    if not isinstance(value, dict):
        return value
    value = cast("JsonObject", value)
    branch = _fitting(value, schema, definitions, key="properties")
    properties = branch.get("properties", {})
    required = branch.get("required", ())
    return {
        key: _without_nulls(part, properties.get(key, {}), definitions)
        for key, part in value.items()
        if part is not None
        or key in required
        or _takes_null(properties.get(key, {}), definitions)
    }


def _fitting(
    value: Any, schema: Any, definitions: Mapping[str, Any], *, key: str
) -> JsonObject:
    """Return the branch of a schema that describes a value, as far as keys tell."""
    for branch in _branches(schema, definitions):
        if key not in branch:
            continue
        known = branch["properties"] if key == "properties" else ()
        if key == "items" or set(value) <= set(known):
            return branch
    return {}


def _branches(schema: Any, definitions: Mapping[str, Any]) -> Iterator[JsonObject]:
    if not isinstance(schema, dict):
        return
    schema = cast("JsonObject", schema)
    if "$ref" in schema:
        name = str(schema["$ref"]).removeprefix("#/$defs/")
        yield from _branches(definitions.get(name, {}), definitions)
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _branches(part, definitions)
    for part in schema.get("allOf", ()):
        yield from _branches(part, definitions)
    yield schema


def _takes_null(schema: Any, definitions: Mapping[str, Any]) -> bool:
    return any(
        branch.get("type") == "null"
        or (isinstance(branch.get("type"), list) and "null" in branch["type"])
        or None in branch.get("enum", ())
        for branch in _branches(schema, definitions)
    )
