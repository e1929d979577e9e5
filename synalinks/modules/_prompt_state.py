"""The first value of a generator's trainable variable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict, is_row
from synalinks.data_models import Instructions, is_data_model, json_of
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject


def first_state(
    schema: JsonObject | None, instructions: Any, examples: Any, seeds: Any
) -> JsonObject:
    """Return the first instructions, examples and seed candidates.

    Args:
        schema: JSON schema of the answer; None for free text.
        instructions: What to do, or None for a default made from the schema.
        examples: Pairs (inputs, outputs), or None.
        seeds: Further instructions to start from, or None.

    Raises:
        ConfigurationError: One of them is of another kind.
    """
    if instructions is not None and not isinstance(instructions, str):
        msg = f"`instructions` is a text, received: {show(instructions)}."
        raise ConfigurationError(msg)
    pairs = _list_argument("examples", examples, "pairs (inputs, outputs)")
    texts = _list_argument("seed_instructions", seeds, "texts")
    for text in texts:
        if not isinstance(text, str):
            msg = f"`seed_instructions` is a list of texts, received: {show(text)}."
            raise ConfigurationError(msg)
    return Instructions(
        instructions=instructions or default_instructions(schema),
        examples=[_to_prediction(pair) for pair in pairs],
        seed_candidates=[{"instructions": text} for text in texts],
    ).get_json()


def default_instructions(schema: JsonObject | None) -> str | None:
    """Return what a model is told where the user says nothing.

    Args:
        schema: JSON schema of the answer; None for free text.
    """
    if schema is None:
        return None
    keys = ", ".join(f"`{key}`" for key in schema.get("properties", {}))
    return f"Your task is to answer with a JSON object that has the keys {keys}."


def _list_argument(argument: str, value: Any, parts: str) -> list[Any]:
    if value is None:
        return []
    if not is_row(value):
        msg = f"`{argument}` is a list of {parts}, received: {show(value)}."
        raise ConfigurationError(msg)
    return list(value)


def _to_prediction(pair: Any) -> Any:
    sides = [_side(one) for one in pair] if is_row(pair) else []
    if len(sides) != 2 or None in sides:
        msg = (
            "`examples` are pairs (inputs, outputs) of dicts or data models, "
            f"received: {show(pair)}."
        )
        raise ConfigurationError(msg)
    return {"inputs": sides[0], "outputs": sides[1]}


def _side(value: Any) -> JsonObject | None:
    if is_data_model(value):
        return json_of(value)
    return value if is_dict(value) else None
