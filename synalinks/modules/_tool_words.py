"""What models read of a tool, as a variable that optimizers change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from synalinks.data_models import SymbolicDataModel, Trainable, schema_of
from synalinks.modules._descriptions import DescribedSchema, texts_schema
from synalinks.modules._template import as_prompt_json

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject


class ToolWords:
    """The words of a tool: its description, those of its arguments, and examples.

    Args:
        description: What the tool does.
        parameters: JSON schema of its arguments.
    """

    def __init__(self, description: str, parameters: JsonObject) -> None:
        self._description = description
        self._parameters = DescribedSchema(parameters)

    def variable_schema(self) -> SymbolicDataModel:
        """Return the schema of the variable, with the first words as defaults."""
        trainable = schema_of(Trainable)
        learned: JsonObject = {
            "description": {
                "title": "Description",
                "type": "string",
                "description": "What the tool does, and when to call it",
                "default": self._description,
            }
        }
        texts = self._parameters.descriptions()
        if texts:
            learned["parameters"] = {
                **texts_schema("Parameters", texts),
                "description": "What each argument of the tool means",
            }
        return SymbolicDataModel(
            schema={
                **trainable,
                "title": "ToolWords",
                "description": "What language models read of a tool.",
                "properties": {**trainable["properties"], **learned},
            }
        )

    def parameters(self, state: JsonObject) -> JsonObject:
        """Return the JSON schema of the arguments in the words of a state.

        Args:
            state: Value of the variable.
        """
        texts = state.get("parameters")
        if texts is None:
            return self._parameters.schema
        return self._parameters.described(texts)

    @staticmethod
    def text(state: JsonObject) -> str:
        """Return the description with the examples of a state.

        Args:
            state: Value of the variable.
        """
        lines = [
            f"For {as_prompt_json(one['inputs'])} it is called with "
            f"{as_prompt_json(one['outputs'].get('calls', []))}."
            for one in state["examples"]
        ]
        heading = ["Examples, each with the arguments of all calls:"] if lines else []
        return "\n".join([state["description"], *heading, *lines])


def calls_of(name: str, message: JsonObject) -> list[Any]:
    """Return the arguments of the calls of a tool that a message asks for.

    Args:
        name: Name of the tool.
        message: A chat message.
    """
    texts = [
        call["function"]["arguments"]
        for call in message.get("tool_calls") or ()
        if call["function"]["name"] == name
    ]
    return [_read(text) for text in texts]


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
