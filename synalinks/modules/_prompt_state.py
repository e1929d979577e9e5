"""The first value of a generator's trainable variable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict, is_row
from synalinks.data_models import (
    Instructions,
    SymbolicDataModel,
    first_violation,
    is_data_model,
    is_strictly_chat_message,
    is_strictly_chat_messages,
    json_of,
    schema_of,
)
from synalinks.errors import ConfigurationError, show
from synalinks.modules._descriptions import DescribedSchema, texts_schema

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject

# What some modules add to the fields of an answer; examples of the task have it not.
_ADDED = "thinking"
FIELD_DESCRIPTIONS = "field_descriptions"


def state_schema(module_name: str, fields: DescribedSchema | None) -> SymbolicDataModel:
    """Return the schema of a state whose field descriptions are learned, too.

    Args:
        module_name: The module, for messages.
        fields: The fields of the answer; None for free text.

    Raises:
        ConfigurationError: The answer has no fields.
    """
    if fields is None:
        msg = (
            f"`trainable_descriptions` of `{module_name}` is about the fields of its "
            "answer: it needs a `data_model` or `schema`."
        )
        raise ConfigurationError(msg)
    instructions = schema_of(Instructions)
    learned = {
        **texts_schema("Field Descriptions", fields.descriptions()),
        "description": "What each field of the answer is to hold",
    }
    properties = {**instructions["properties"], FIELD_DESCRIPTIONS: learned}
    return SymbolicDataModel(schema={**instructions, "properties": properties})


def first_state(
    module_name: str,
    schema: JsonObject | None,
    instructions: Any,
    examples: Any,
    seeds: Any,
) -> JsonObject:
    """Return the first instructions, examples and seed candidates.

    Args:
        module_name: The module, for messages.
        schema: JSON schema of the answer; None for free text.
        instructions: What to do, or None for a default made from the schema.
        examples: Pairs (inputs, outputs), or None.
        seeds: Further instructions to start from, or None.

    Raises:
        ConfigurationError: One of them is of another kind, or the outputs of an example
            do not fit the schema.
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
    predictions = [_to_prediction(pair) for pair in pairs]
    if schema is not None:
        required = [key for key in schema.get("required", ()) if key != _ADDED]
        _check_sides(
            module_name, "outputs", predictions, {**schema, "required": required}
        )
    return Instructions(
        instructions=instructions or default_instructions(schema),
        examples=predictions,
        seed_candidates=[{"instructions": text} for text in texts],
    ).get_json()


def check_example_inputs(
    module_name: str, examples: list[JsonObject], inputs: Any
) -> None:
    """Refuse examples whose inputs are not those of a module.

    An example may leave inputs out: some are added on the way, such as the question of
    a decision. What a chat is about stands in no schema: its examples may be anything.

    Args:
        module_name: The module, for messages.
        examples: Predictions with `inputs`.
        inputs: What the module is called with first; checked only if it is a data
            model.

    Raises:
        ConfigurationError: An example has an input of another name or kind.
    """
    is_chat = is_strictly_chat_message(inputs) or is_strictly_chat_messages(inputs)
    if is_data_model(inputs) and not is_chat:
        schema: JsonObject = {**schema_of(inputs), "required": []}
        _check_sides(module_name, "inputs", examples, schema)


def _check_sides(
    module_name: str, side: str, examples: list[JsonObject], schema: JsonObject
) -> None:
    for number, example in enumerate(examples):
        violation = first_violation(example[side], schema)
        if violation:
            keys = ", ".join(f"`{key}`" for key in schema.get("properties", {}))
            msg = (
                f"`examples[{number}]` of `{module_name}` has {side} of another "
                f"schema: {violation}. Received: {show(example[side])}; expected the "
                f"keys {keys}."
            )
            raise ConfigurationError(msg)


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
