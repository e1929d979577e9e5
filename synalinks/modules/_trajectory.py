"""The chat between a model and its tools, beside the inputs that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.json import dumps
from synalinks.data_models import (
    ChatMessages,
    JsonDataModel,
    SymbolicDataModel,
    is_chat_messages,
    is_strictly_chat_message,
    json_of,
    schema_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject


def begun(inputs: Any) -> Any:
    """Return inputs as a chat, or with an empty chat behind them.

    Args:
        inputs: `ChatMessages`, a model that contains `messages`, one `ChatMessage`, or
            anything else; a value or a symbol.
    """
    if is_chat_messages(inputs):
        return inputs
    is_symbol = isinstance(inputs, SymbolicDataModel)
    is_message = is_strictly_chat_message(inputs)
    if is_symbol:
        chat: Any = ChatMessages.to_symbolic_data_model()
    else:
        chat = chat_of([json_of(inputs)] if is_message else [])
    return chat if is_message else inputs + chat


def messages_of(trajectory: JsonDataModel) -> list[JsonObject]:
    """Return the messages of a trajectory, the oldest first.

    Args:
        trajectory: What `begun` or `extended` returned.
    """
    return trajectory.get("messages") or []


def extended(trajectory: JsonDataModel, messages: Sequence[JsonObject]) -> Any:
    """Return a trajectory with further messages.

    Args:
        trajectory: What `begun` or `extended` returned.
        messages: Chat messages as JSON.
    """
    json = json_of(trajectory)
    return JsonDataModel(
        schema=schema_of(trajectory),
        json={**json, "messages": [*json.get("messages", ()), *messages]},
    )


def chat_of(messages: Sequence[JsonObject]) -> JsonDataModel:
    """Return `ChatMessages` of messages.

    Args:
        messages: Chat messages as JSON.
    """
    json = {"messages": list(messages)}
    return JsonDataModel(schema=schema_of(ChatMessages), json=json)


def pending_calls(messages: Sequence[JsonObject]) -> list[JsonObject]:
    """Return the calls that the last answer of the model asks for and nobody answered.

    Args:
        messages: A chat.
    """
    answered: set[Any] = set()
    for message in reversed(messages):
        if message.get("role") == "tool":
            answered.add(message.get("tool_call_id"))
            continue
        calls: list[JsonObject] = message.get("tool_calls") or []
        return [call for call in calls if call["id"] not in answered]
    return []


def with_own_ids(message: JsonObject) -> tuple[JsonObject, dict[str, str]]:
    """Return a message whose calls differ in their ids, and what repeats what.

    Each call is answered by its id: of two that share one, the second gets another. If
    it asks for the same, too, it is a repetition and not a second call.

    Args:
        message: An answer of a model.

    Returns:
        The message, and the ids of calls that repeat another by the id of that.
    """
    seen: dict[str, JsonObject] = {}
    repeated: dict[str, str] = {}
    for call in message.get("tool_calls") or ():
        first, given = call["id"], call["id"]
        n = 1
        while given in seen:
            n += 1
            given = f"{first}_{n}"
        if given != first and call["function"] == seen[first]["function"]:
            repeated[given] = first
        seen[given] = {**call, "id": given}
    if not seen:
        return message, repeated
    return {**message, "tool_calls": list(seen.values())}, repeated


def tool_message(call_id: str, result: Any) -> JsonObject:
    """Return the message that answers a call.

    Args:
        call_id: Id of the call.
        result: JSON.
    """
    return {"role": "tool", "tool_call_id": call_id, "content": dumps(result)}
