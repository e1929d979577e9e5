"""What the embedded model reads in the messages: instructions, examples, question."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

from synalinks._internal.json import dumps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from synalinks._internal.json import JsonObject

_BLOCK = re.compile(
    r"<(instructions|input_schema|output_schema|examples)>(.*?)</\1>", re.DOTALL
)
_EXAMPLE = re.compile(r"<example>(.*?)</example>", re.DOTALL)
_PAIR = re.compile(
    r"^[ \t]*(?:inputs?|question|q|user)[ \t]*:[ \t]*(.*?)"
    r"^[ \t]*(?:outputs?|answer|a|assistant)[ \t]*:[ \t]*(.*)",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)
_FENCE = re.compile(r"^\s*```\w*\s*(.*?)```\s*$", re.DOTALL)
_KEY_VALUE = re.compile(r"^[ \t]*([A-Za-z_][\w ]{0,40}?)[ \t]*:[ \t]*(\S.*)$")
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_MAX_LITERAL_CHARS = 20_000


@dataclass(frozen=True, slots=True)
class Example:
    """A few-shot example of the prompt."""

    text: str
    """The text of its input."""
    output: Any
    """Its output: JSON, or a text where it is not JSON."""


@dataclass(frozen=True, slots=True, eq=False)
class Prompt:
    """All of the messages that stays the same from one input to the next.

    Equal only to itself: what is learned from a prompt is cached by its identity.
    """

    instructions: str
    """The instructions; the whole system message where it has no such block."""
    examples: tuple[Example, ...]
    """The few-shot examples."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the last user message asks."""

    value: Any
    """The input as JSON; a text where it is not JSON."""
    text: str
    """All texts of the input, without keys."""


def read_messages(messages: Sequence[JsonObject]) -> tuple[Prompt, Question]:
    """Return what stays and what is asked.

    Args:
        messages: OpenAI-style messages; pairs of user and assistant turns before the
            last user message are read as further examples.
    """
    system = "\n".join(
        content_text(message)
        for message in messages
        if message.get("role") in {"system", "developer"}
    )
    turns = [
        (str(message.get("role")), content_text(message))
        for message in messages
        if message.get("role") in {"user", "assistant"}
    ]
    asked_at = [i for i, (role, _) in enumerate(turns) if role == "user"]
    values = {i: read_value(turns[i][1]) for i in asked_at}
    # A text after JSON is no new input, but a remark on the answer to it.
    inputs = [i for i in asked_at if not isinstance(values[i], str)] or asked_at
    last = inputs[-1] if inputs else 0
    value = values.get(last, "")
    shots = tuple(
        (asked, answered)
        for (role, asked), (reply, answered) in pairwise(turns[:last])
        if (role, reply) == ("user", "assistant") and answered
    )
    return _read_prompt(system, shots), Question(value, text_of(value))


def content_text(message: JsonObject) -> str:
    """Return the text of a message, whatever form its content has.

    Args:
        message: An OpenAI-style message.
    """
    content: Any = message.get("content")
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = cast("list[object]", content)
        return "\n".join(_part_text(part) for part in parts)
    return "" if content is None else dumps(content)


def _part_text(part: object) -> str:
    if isinstance(part, dict):
        return str(cast("JsonObject", part).get("text") or "")
    return str(part)


@lru_cache(maxsize=64)
def _read_prompt(system: str, shots: tuple[tuple[str, str], ...]) -> Prompt:
    blocks = dict(_BLOCK.findall(system))
    rest = _BLOCK.sub("", system)
    pairs = [*_pairs(blocks.get("examples", system)), *shots]
    examples = tuple(
        Example(text_of(read_value(asked)), read_value(answered))
        for asked, answered in pairs
    )
    instructions = blocks.get("instructions") or _EXAMPLE.sub("", rest)
    return Prompt(instructions.strip(), examples)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for entry in _EXAMPLE.findall(text):
        if found := _PAIR.search(entry):
            yield found[1], found[2]
        else:
            head, _, tail = entry.strip().rpartition("\n")
            yield head, tail


def read_value(text: str) -> Any:
    """Return a text as JSON if it is JSON (or a Python literal), else as it is.

    Args:
        text: JSON on one or more lines, fenced or not; or lines `key: value`; or
            plain text.
    """
    fenced = _FENCE.match(text)
    body = (fenced[1] if fenced else text).strip()
    if body[:1] in {"{", "["}:
        return _read_structure(body)
    lines = [line for line in body.splitlines() if line.strip()]
    pairs = [_KEY_VALUE.match(line) for line in lines]
    if len(pairs) > 1 and all(pairs):
        return {pair[1]: pair[2].replace("<\\/", "</") for pair in pairs if pair}
    return _unquote(body).replace("<\\/", "</")


def _read_structure(body: str) -> Any:
    try:
        return json.JSONDecoder().raw_decode(body)[0]
    except ValueError:
        pass
    try:
        if len(body) <= _MAX_LITERAL_CHARS:
            return ast.literal_eval(body)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        pass
    return body


def _unquote(body: str) -> str:
    return body[1:-1] if len(body) > 1 and body[0] == body[-1] == '"' else body


def leaves_of(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield the leaves of a JSON value with the key that each stands under.

    Args:
        value: Any JSON value.
        path: Keys that lead to it.
    """
    if isinstance(value, dict):
        for key, child in cast("JsonObject", value).items():
            yield from leaves_of(child, (*path, str(key)))
    elif isinstance(value, (list, tuple)):
        for child in cast("list[Any]", value):
            yield from leaves_of(child, path)
    else:
        yield (path[-1] if path else ""), value


def text_of(value: object) -> str:
    """Return all texts and numbers of a JSON value, one per line, without keys.

    Args:
        value: Any JSON value.
    """
    if isinstance(value, str):
        return value
    return "\n".join(str(leaf) for _, leaf in leaves_of(value) if leaf is not None)


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text; a line break ends a sentence too.

    Args:
        text: Any text.
    """
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


def label_of(value: object) -> str:
    """Return a scalar as the text that stands for it: itself, or its JSON.

    Args:
        value: A JSON value.
    """
    return value if isinstance(value, str) else json.dumps(value, default=str)


def value_at(output: object, path: tuple[str, ...]) -> Any:
    """Return the value at a path of an example's output, or None.

    Args:
        output: The output of an example; a plain text stands for its only field.
        path: Keys; where they lead nowhere, the last key is looked for anywhere.
    """
    if not isinstance(output, dict) or not path:
        return cast("Any", output)
    found: Any = cast("JsonObject", output)
    for key in path:
        found = cast("JsonObject", found).get(key) if isinstance(found, dict) else None
    if found is not None:
        return found
    leaves = leaves_of(cast("JsonObject", output))
    return next((leaf for key, leaf in leaves if key == path[-1]), None)
