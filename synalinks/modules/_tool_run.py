"""Running the calls that a language model asks for; what goes wrong is told to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict
from synalinks.data_models import json_of
from synalinks.errors import ConfigurationError, did_you_mean, show
from synalinks.modules._journaled_call import is_of_the_system
from synalinks.modules._tool import Tool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synalinks._internal.json import JsonObject

# A traceback in a message is no help to a model, and is paid for at every turn.
_MAX_ERROR_CHARS = 2000


async def run_tool(tool: Tool, arguments: JsonObject, *, training: bool = False) -> Any:
    """Return what a tool gives, or `{"error": ...}` with what went wrong.

    Args:
        tool: The tool.
        arguments: JSON values by the names of its arguments.
        training: Whether the call is part of training.

    Returns:
        JSON; None where the tool gives nothing.

    Raises:
        SynalinksError: It is not the call that is wrong: a provider does not answer, a
            budget is spent, or the journal cannot be written.
    """
    try:
        result = await tool(training=training, **arguments)
    except Exception as error:
        if is_of_the_system(error):
            error.add_note(f"in the tool `{tool.name}`")
            raise
        return {"error": f"{type(error).__name__}: {error}"[:_MAX_ERROR_CHARS]}
    return None if result is None else json_of(result)


async def answer_call(
    call: JsonObject, tools: Mapping[str, Tool], *, training: bool = False
) -> Any:
    """Return what a call of a model gives, or `{"error": ...}`.

    Args:
        call: The call, in the form of a `ToolCall`.
        tools: The tools there are, by name.
        training: Whether the call is part of training.

    Returns:
        JSON.
    """
    name, text = call["function"]["name"], call["function"]["arguments"]
    tool = tools.get(name)
    if tool is None:
        known = ", ".join(f"`{one}`" for one in tools)
        hint = did_you_mean(name, tools)
        return {"error": f"There is no tool `{name}`.{hint} The tools are: {known}."}
    try:
        arguments = json.loads(text)
    except ValueError as error:
        return {"error": f"The arguments are no JSON: {error}. Received: {show(text)}."}
    if not is_dict(arguments):
        return {"error": f"The arguments are no JSON object. Received: {show(text)}."}
    return await run_tool(tool, arguments, training=training)


def as_tools(module_name: str, given: Any) -> dict[str, Tool]:
    """Return tools by name.

    Args:
        module_name: The module, for messages.
        given: A list, or a dict, of `Tool`s and `async` functions.

    Raises:
        ConfigurationError: There is none, one is no tool, or two have the same name.
    """
    listed: Sequence[Any] = (
        list(given.values()) if is_dict(given) else list(given or ())
    )
    tools: dict[str, Tool] = {}
    for one in listed:
        tool = one if isinstance(one, Tool) else Tool(one)
        if tool.name in tools:
            msg = f"`{module_name}` has two tools named `{tool.name}`: pass a `name=`."
            raise ConfigurationError(msg)
        tools[tool.name] = tool
    if not tools:
        msg = f"`{module_name}` needs one or more `tools`, received: {show(given)}."
        raise ConfigurationError(msg)
    return tools
