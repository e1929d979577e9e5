"""From instructions, examples and inputs to chat messages.

User data is written as JSON, is never read as a template, and cannot close a block: in
`</` the slash is escaped, which means the same in JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.data_models import is_strictly_chat_message, json_of, schema_of
from synalinks.modules._template import as_prompt_json, render

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.data_models import JsonDataModel

_OWN_INSTRUCTIONS = ("system", "developer")


class PromptCache:
    """The last prompts rendered, by the identity of what they were made from.

    All samples of a batch and all trials of a candidate share one. Values of variables
    are replaced, never changed, so that the same objects give the same prompt.
    """

    _MAX_PROMPTS = 64

    def __init__(self) -> None:
        # The parts are kept with the text: a freed object's identity may come back.
        self._texts: dict[tuple[int, ...], tuple[Sequence[Any], str]] = {}

    def get(self, parts: Sequence[Any], make: Callable[[], str]) -> str:
        """Return the prompt of some parts, rendered only if it is not known.

        Args:
            parts: What the prompt is made from.
            make: Makes the prompt.
        """
        key = tuple(map(id, parts))
        if key not in self._texts:
            if len(self._texts) >= self._MAX_PROMPTS:
                del self._texts[next(iter(self._texts))]
            self._texts[key] = (parts, make())
        return self._texts[key][1]


def render_system(
    template: str,
    *,
    instructions: str | None,
    examples: Sequence[JsonObject],
    schemas: Sequence[Any],
    variables: JsonObject,
) -> str:
    """Return the system message.

    Args:
        template: A Jinja2 template.
        instructions: What to do.
        examples: Predictions with `inputs` and `outputs`.
        schemas: JSON schemas of inputs and outputs; None for one that is not shown.
        variables: Further template variables.
    """
    inputs_schema, outputs_schema = schemas
    pairs = [
        (as_prompt_json(example["inputs"]), as_prompt_json(example["outputs"]))
        for example in examples
    ]
    return render(
        template,
        instructions=instructions,
        examples=pairs,
        inputs_schema=inputs_schema and as_prompt_json(inputs_schema),
        outputs_schema=outputs_schema and as_prompt_json(outputs_schema),
        **variables,
    )


def to_messages(system: str, inputs: JsonDataModel) -> list[JsonObject]:
    """Return the chat messages of one call.

    Chat inputs are passed through with the system message in front, unless they bring
    one. Of inputs that contain `messages` among other fields, those before become one
    user message in front of the chat, those after one behind it. Everything else is one
    user message of JSON.

    Args:
        system: The rendered system message; may be empty.
        inputs: What the module was called with.
    """
    value = json_of(inputs)
    if "messages" in value and _is_chat(schema_of(inputs)):
        turns = _chat_of(value)
    elif "role" in value and is_strictly_chat_message(inputs):
        turns = [value]
    else:
        turns = [_user_message(value)]
    if not system or any(turn.get("role") in _OWN_INSTRUCTIONS for turn in turns):
        return turns
    return [{"role": "system", "content": system}, *turns]


def _is_chat(schema: JsonObject) -> bool:
    """Return whether `messages` of a schema is a list of chat messages."""
    part = schema.get("properties", {}).get("messages", {}).get("items", {})
    name = str(part.get("$ref", "")).rpartition("/")[2]
    message = schema.get("$defs", {}).get(name, part)
    return message.get("properties", {}).keys() >= {"role", "content"}


def _chat_of(value: JsonObject) -> list[JsonObject]:
    keys = list(value)
    position = keys.index("messages")
    before = {key: value[key] for key in keys[:position]}
    after = {key: value[key] for key in keys[position + 1 :]}
    return [
        *([_user_message(before)] if before else []),
        *value["messages"],
        *([_user_message(after)] if after else []),
    ]


def _user_message(value: JsonObject) -> JsonObject:
    return {"role": "user", "content": as_prompt_json(value)}
