"""Chat messages."""

import pytest
from pydantic import ValidationError

from synalinks.data_models import (
    Audio,
    ChatMessage,
    ChatMessages,
    ChatRole,
    Image,
    ToolCall,
    ToolCallFunction,
    ToolCalling,
)


def test_roles():
    """Roles are texts."""
    assert [str(role.value) for role in ChatRole] == [
        "system",
        "developer",
        "user",
        "assistant",
        "tool",
        "function",
    ]
    assert ChatRole.USER == "user"


def test_json_of_a_message_has_what_was_said():
    """Fields that are None are left out, also those of messages in a chat."""
    chat = ChatMessages(messages=[ChatMessage(role="user", content="Hé")])

    assert chat.get_json() == {"messages": [{"role": "user", "content": "Hé"}]}
    assert ChatMessages().get_json() == {"messages": []}
    assert list(ChatMessage.keys()) == [
        "role",
        "reasoning_content",
        "thinking_blocks",
        "content",
        "tool_call_id",
        "tool_calls",
        "name",
        "refusal",
        "audio",
    ]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [('{"a":1}', '{"a":1}'), ({"a": "é"}, '{"a": "é"}'), ([1], "[1]")],
)
def test_arguments_of_calls_are_json_text(arguments, text):
    """Objects and lists are encoded, text is taken as it is."""
    call = ToolCall(id="1", function={"name": "f", "arguments": arguments})

    assert call.get_json() == {
        "id": "1",
        "type": "function",
        "function": {"name": "f", "arguments": text},
    }
    assert ToolCalling is ToolCall
    with pytest.raises(ValidationError):
        ToolCallFunction(name="f", arguments=5)


def test_content_may_mix_texts_and_media():
    """Every part becomes a content part."""
    image, audio = Image(url="https://x.org/a.png"), Audio(url="https://x.org/a.mp3")
    part = {"type": "text", "text": "c"}

    message = ChatMessage(role="user", content=["b", image, audio, part])

    assert message.content == [
        {"type": "text", "text": "b"},
        image.to_content_part(),
        audio.to_content_part(),
        part,
    ]
    assert ChatMessage(role="user", content=image).content == [image.to_content_part()]
    assert ChatMessage(role="user", content={"a": 1}).content == {"a": 1}


def test_thinking_is_the_old_name_of_reasoning_content():
    """The old name works, with a warning; the new one wins."""
    with pytest.warns(DeprecationWarning, match="is now `reasoning_content`"):
        old = ChatMessage(role="assistant", thinking="Hm.")
    with pytest.warns(DeprecationWarning, match="`thinking` of `ChatMessage`"):
        both = ChatMessage(role="assistant", thinking="Hm.", reasoning_content="Ah.")

    assert old.reasoning_content == "Hm."
    assert both.reasoning_content == "Ah."


def test_wrong_messages_are_refused():
    """Roles are known ones, and messages are objects."""
    with pytest.raises(ValidationError, match="role"):
        ChatMessage(role="boss")
    with pytest.raises(ValidationError, match="valid dictionary"):
        ChatMessage.model_validate("hello")
