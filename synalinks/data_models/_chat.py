"""Chat messages and tool calls."""

from __future__ import annotations

import warnings
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from synalinks._internal.json import dumps
from synalinks.data_models._data_model import DataModel
from synalinks.data_models._json_shape import is_array, is_object
from synalinks.data_models._media import Audio, Image


class ChatRole(StrEnum):
    """Who says something in a chat."""

    SYSTEM = "system"
    DEVELOPER = "developer"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"
    FUNCTION = "function"


def _json_text(arguments: Any) -> Any:
    if is_object(arguments) or is_array(arguments):
        return dumps(arguments)
    return arguments


def _content_parts(content: Any) -> Any:
    if isinstance(content, (Image, Audio)):
        content = [content]
    return list(map(_content_part, content)) if is_array(content) else content


def _content_part(part: Any) -> Any:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    return part.to_content_part() if isinstance(part, (Image, Audio)) else part


class ToolCallFunction(DataModel):
    """The function that a language model wants to be called."""

    name: str = Field(description="The name of the function")
    arguments: Annotated[str, BeforeValidator(_json_text)] = Field(
        description="The arguments, as JSON text"
    )


class ToolCall(DataModel):
    """A call that a language model wants to be made."""

    id: str = Field(description="The identity of the call")
    type: Literal["function"] = Field(
        default="function", description="The kind of tool that is called"
    )
    function: ToolCallFunction = Field(description="What is called")


ToolCalling = ToolCall


class ChatMessage(DataModel):
    """What someone says in a chat.

    The content is text, or a list of parts: content parts of the chat completion
    format, `str`, `Image` and `Audio` may be mixed, and become content parts.
    """

    role: ChatRole = Field(description="Who says it")
    reasoning_content: str | None = Field(
        default=None, description="The reasoning that led to the content"
    )
    thinking_blocks: list[dict[str, Any]] | None = Field(
        default=None, description="The reasoning, in the format of its provider"
    )
    content: Annotated[
        str | list[dict[str, Any]] | dict[str, Any] | None,
        BeforeValidator(_content_parts),
    ] = Field(default=None, description="What is said")
    tool_call_id: str | None = Field(
        default=None, description="The identity of the call that this answers"
    )
    tool_calls: list[ToolCall] | None = Field(
        default=None, description="The calls that are to be made"
    )
    name: str | None = Field(default=None, description="The name of who says it")
    refusal: str | None = Field(
        default=None, description="Why the model refuses to answer"
    )
    audio: dict[str, Any] | None = Field(
        default=None, description="What is said, as sound"
    )

    @model_validator(mode="before")
    @classmethod
    def _accept_thinking(cls, values: Any) -> Any:
        if not is_object(values) or "thinking" not in values:
            return values
        warnings.warn(  # noqa: TID251 - a deprecation is of its own category
            "`thinking` of `ChatMessage` is now `reasoning_content`.",
            DeprecationWarning,
            stacklevel=2,
        )
        thinking = {"reasoning_content": values["thinking"]}
        rest = {key: part for key, part in values.items() if key != "thinking"}
        return {**thinking, **rest}


class ChatMessages(DataModel):
    """A chat, from the first message to the last."""

    messages: list[ChatMessage] = Field(
        default=[], description="The messages, oldest first"
    )
