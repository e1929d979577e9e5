"""How each provider is made to answer in the shape of a schema."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from json import loads
from typing import TYPE_CHECKING

from synalinks._internal.json import JsonObject, dumps
from synalinks.errors import SchemaError, show
from synalinks.language_models._providers import (
    Provider,
    StrategyName,
    provider_or_default,
)
from synalinks.language_models._schema_text import schema_text
from synalinks.language_models._validation import validator_of_text
from synalinks.language_models._wire_schema import inlined, strict, with_object_root

if TYPE_CHECKING:
    from collections.abc import Callable

ANSWER_TOOL = "answer"
_CACHED_PLANS = 1024

# A schema that a strategy cannot express goes to the next one that can.
_DOWNGRADES: dict[StrategyName, tuple[StrategyName, ...]] = {
    "strict_json_schema": ("strict_json_schema", "json_schema", "json_object"),
    "json_schema": ("json_schema", "json_object"),
    "forced_tool": ("forced_tool", "json_object"),
    "json_object": ("json_object",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputPlan:
    """What is added to a request so that the answer fits a schema."""

    strategy: StrategyName
    """Which strategy it is."""
    fields: JsonObject
    """Fields of the request, such as `response_format`."""
    prompt: str | None = None
    """Text for the end of the system message."""


def plan_output(schema: JsonObject, provider: str) -> OutputPlan:
    """Return how to ask a provider for answers of a schema; made once and kept.

    Args:
        schema: The user's JSON schema.
        provider: Name of the provider.

    Raises:
        SchemaError: No strategy of the provider can express the schema.
    """
    return _plan(schema_text(schema), provider)


@lru_cache(maxsize=_CACHED_PLANS)
def _plan(text: str, provider_name: str) -> OutputPlan:
    schema = with_object_root(loads(text))
    provider = provider_or_default(provider_name)
    *preferred, last = _DOWNGRADES[provider.strategy]
    for strategy in preferred:
        try:
            return _STRATEGIES[strategy](schema, provider)
        except SchemaError:
            continue
    return _STRATEGIES[last](schema, provider)


def check_schema(schema: JsonObject, provider: str) -> StrategyName:
    """Check before the first call that a provider can be asked for a schema.

    Args:
        schema: The user's JSON schema.
        provider: Name of the provider, such as `"openai"`.

    Returns:
        The strategy that will be used: the provider's own, or the next that can
        express the schema.

    Raises:
        SchemaError: The schema is malformed, or no strategy can express it.
    """
    text = schema_text(schema)
    validator_of_text(text)
    return _plan(text, provider).strategy


def _name_of(schema: JsonObject) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", str(schema.get("title", "")))[:64] or "answer"


def _prompt(schema: JsonObject) -> str:
    return (
        "Answer with one JSON object, and nothing else, that fits this JSON schema:\n"
        f"{dumps(schema)}"
    )


def _wire_form(schema: JsonObject, provider: Provider) -> JsonObject:
    return inlined(schema) if provider.inlines_refs else schema


def _strict_json_schema(schema: JsonObject, provider: Provider) -> OutputPlan:
    json_schema = {"name": _name_of(schema), "schema": strict(schema), "strict": True}
    return OutputPlan(
        strategy="strict_json_schema",
        fields={"response_format": {"type": "json_schema", "json_schema": json_schema}},
        prompt=_prompt(schema) if provider.shows_schema else None,
    )


def _json_schema(schema: JsonObject, provider: Provider) -> OutputPlan:
    json_schema = {"name": _name_of(schema), "schema": _wire_form(schema, provider)}
    return OutputPlan(
        strategy="json_schema",
        fields={"response_format": {"type": "json_schema", "json_schema": json_schema}},
        prompt=_prompt(schema) if provider.shows_schema else None,
    )


def _json_object(schema: JsonObject, _: Provider) -> OutputPlan:
    return OutputPlan(
        strategy="json_object",
        fields={"response_format": {"type": "json_object"}},
        prompt=_prompt(schema),
    )


def _forced_tool(schema: JsonObject, provider: Provider) -> OutputPlan:
    function = {
        "name": ANSWER_TOOL,
        "description": "Give the answer.",
        "parameters": _wire_form(schema, provider),
    }
    return OutputPlan(
        strategy="forced_tool",
        fields={
            "tools": [{"type": "function", "function": function}],
            "tool_choice": {"type": "function", "function": {"name": ANSWER_TOOL}},
        },
    )


_STRATEGIES: dict[StrategyName, Callable[[JsonObject, Provider], OutputPlan]] = {
    "strict_json_schema": _strict_json_schema,
    "json_schema": _json_schema,
    "json_object": _json_object,
    "forced_tool": _forced_tool,
}


def schema_argument(schema: object) -> JsonObject | None:
    """Return the JSON schema that an argument stands for.

    Args:
        schema: A JSON schema, a data model, or None.

    Raises:
        SchemaError: It is none of these.
    """
    if schema is None or isinstance(schema, dict):
        return schema  # pyright: ignore[reportUnknownVariableType]
    get_schema = getattr(schema, "get_schema", None)
    if get_schema is None:
        msg = f"`schema` is a JSON schema or a data model, received: {show(schema)}."
        raise SchemaError(msg)
    return get_schema()
