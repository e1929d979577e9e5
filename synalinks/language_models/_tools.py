"""Tools that a model may call, and the calls that it wants, on the wire."""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

from synalinks._internal.json import JsonObject, dumps
from synalinks._internal.shape import is_dict, is_row
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CHOICES = ("auto", "none", "required")


def wire_tools(
    tools: Any = None, tool_schemas: Sequence[JsonObject] | None = None
) -> list[JsonObject]:
    """Return tools in the form of OpenAI's API.

    Args:
        tools: A list, or a dict by name, of `Tool`s or of dicts in that form.
        tool_schemas: Further dicts in that form.

    Raises:
        ConfigurationError: One of them is no tool, or two have the same name.
    """
    wire = [_wire_tool(tool) for tool in (*_listed(tools), *(tool_schemas or ()))]
    names = [str(tool["function"]["name"]) for tool in wire]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        msg = f"Tools of one call have different names; {show(twice)} came twice."
        raise ConfigurationError(msg)
    return wire


def _listed(tools: Any) -> list[Any]:
    if is_dict(tools):
        is_one = isinstance(tools.get("name"), str) or is_dict(tools.get("function"))
        return [tools] if is_one else list(tools.values())
    if tools is None or is_row(tools):
        return list(tools or ())
    return [tools]


def _wire_tool(tool: Any) -> JsonObject:
    get_tool_schema = getattr(tool, "get_tool_schema", None)
    wire: Any = tool if get_tool_schema is None else get_tool_schema()
    if is_dict(wire) and "name" in wire and "function" not in wire:
        function = {key: part for key, part in wire.items() if key != "type"}
        wire = {"type": "function", "function": function}
    named: Any = wire.get("function") if is_dict(wire) else None
    name: Any = named.get("name") if is_dict(named) else None
    if not isinstance(name, str):
        msg = (
            "A tool is a `synalinks.Tool` or a dict such as {'type': 'function', "
            "'function': {'name': ..., 'description': ..., 'parameters': ...}}, "
            f"received: {show(tool)}."
        )
        raise ConfigurationError(msg)
    if not _NAME.fullmatch(name):
        msg = (
            "The name of a tool is at most 64 letters, digits, `_` and `-`, "
            f"received: {show(name)}."
        )
        raise ConfigurationError(msg)
    return cast("JsonObject", wire)


def wire_choice(choice: Any, tools: Sequence[JsonObject]) -> Any:
    """Return which tool a model must call, in the form of OpenAI's API.

    Args:
        choice: `"auto"`, `"none"`, `"required"`, the name of a tool, a dict in that
            form, or None.
        tools: The tools of the call, in that form.

    Raises:
        ConfigurationError: There is no such tool.
    """
    if choice is None or choice in _CHOICES:
        return choice if tools else None
    names = [tool["function"]["name"] for tool in tools]
    name: Any = choice
    if is_dict(choice):
        function: Any = choice.get("function", choice)
        name = function.get("name") if is_dict(function) else None
    if name not in names:
        msg = (
            f"`tool_choice` is one of {_CHOICES} or the name of a tool of the call "
            f"({show(names)}), received: {show(choice)}."
        )
        raise ConfigurationError(msg)
    return {"type": "function", "function": {"name": name}}


def read_tool_calls(received: Any) -> tuple[JsonObject, ...]:
    """Return the calls that a model wants, each in the form of a `ToolCall`.

    Args:
        received: `tool_calls` of a message; None for none.
    """
    calls: list[Any] = list(received) if is_row(received) else []
    return tuple(
        _tool_call(call, index) for index, call in enumerate(calls) if is_dict(call)
    )


def _tool_call(call: JsonObject, index: int) -> JsonObject:
    function: JsonObject = call.get("function") or {}
    arguments = function.get("arguments")
    if not isinstance(arguments, str):
        arguments = dumps(arguments or {})
    return {
        # Some servers name no call; its answer must be told apart all the same.
        "id": str(call.get("id") or f"call_{index}"),
        "type": "function",
        "function": {
            "name": str(function.get("name") or ""),
            "arguments": arguments if arguments.strip() else "{}",
        },
    }


class ToolCallParts:
    """Puts the pieces of tool calls in a stream together."""

    def __init__(self) -> None:
        self._calls: list[JsonObject] = []
        self._by_index: dict[int, JsonObject] = {}
        self._last = -1

    def add(self, parts: Sequence[JsonObject]) -> None:
        """Take the pieces of one chunk.

        Args:
            parts: `tool_calls` of its delta.
        """
        for part in parts:
            call = self._call_of(part)
            function: JsonObject = part.get("function") or {}
            call["id"] = call["id"] or part.get("id")
            call["name"] = call["name"] or function.get("name")
            arguments = function.get("arguments") or ""
            call["text"] += (
                arguments if isinstance(arguments, str) else dumps(arguments)
            )

    def calls(self) -> tuple[JsonObject, ...]:
        """Return the calls, each in the form of a `ToolCall`."""
        return read_tool_calls(
            [
                {"id": one["id"], "function": {**one, "arguments": one["text"]}}
                for one in sorted(self._calls, key=itemgetter("index"))
            ]
        )

    def _call_of(self, part: JsonObject) -> JsonObject:
        index = self._last = self._index_of(part)
        call = self._by_index.get(index)
        if call is None or _begins_another(part, call):
            call = {"index": index, "id": "", "name": "", "text": ""}
            self._by_index[index] = call
            self._calls.append(call)
        return call

    def _index_of(self, part: JsonObject) -> int:
        index: Any = part.get("index")
        if isinstance(index, int):
            return index
        # Servers that number nothing send a call at a time, most of them whole.
        known = self._by_index.get(self._last)
        is_new = known is None or (part.get("id") and part["id"] != known["id"])
        return max(self._by_index, default=-1) + 1 if is_new else self._last


def _begins_another(part: JsonObject, call: JsonObject) -> bool:
    """Return whether a piece is of another call, though it has the number of this.

    Some servers give all calls the same number. Others give each piece of a call an id
    of its own; only what begins a call names a function.
    """
    function: JsonObject = part.get("function") or {}
    is_other = part.get("id") and call["id"] and part["id"] != call["id"]
    return bool(is_other and function.get("name"))
