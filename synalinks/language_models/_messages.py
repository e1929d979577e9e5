"""Chat messages in every form that a call takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject


def to_message_list(messages: Any) -> list[JsonObject]:
    """Return messages in the form of OpenAI's API.

    Args:
        messages: `ChatMessages`, one `ChatMessage`, one text, or a list of message
            dicts or `ChatMessage`s.

    Raises:
        ConfigurationError: It is none of these, or there is no message.
    """
    if hasattr(messages, "get_json"):
        messages = messages.get_json()
    if isinstance(messages, str):
        messages = [{"role": "user", "content": messages}]
    elif isinstance(messages, dict):
        one = cast("JsonObject", messages)
        messages = one.get("messages", [one])
    if not isinstance(messages, (list, tuple)) or not messages:
        error = _no_messages(cast("object", messages))
        raise error
    return [_to_message(message) for message in cast("list[Any]", messages)]


def _to_message(message: Any) -> JsonObject:
    if hasattr(message, "get_json"):
        message = message.get_json()
    if not isinstance(message, dict) or "role" not in message:
        raise _no_messages(cast("object", message))
    return cast("JsonObject", message)


def _no_messages(received: object) -> ConfigurationError:
    return ConfigurationError(
        "A language model takes `ChatMessages` or a list of dicts with `role` and "
        f"`content`, at least one; received: {show(received)}."
    )
