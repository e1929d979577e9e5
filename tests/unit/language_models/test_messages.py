"""Messages are taken in every form that users have them."""

import pytest

import synalinks
from synalinks.errors import ConfigurationError
from synalinks.language_models._messages import to_message_list

MESSAGE = {"role": "user", "content": "hi"}


@pytest.mark.parametrize(
    "messages",
    [
        [MESSAGE],
        (MESSAGE,),
        MESSAGE,
        {"messages": [MESSAGE]},
        "hi",
        synalinks.ChatMessage(**MESSAGE),
        synalinks.ChatMessages(messages=[synalinks.ChatMessage(**MESSAGE)]),
        synalinks.ChatMessages(
            messages=[synalinks.ChatMessage(**MESSAGE)]
        ).to_json_data_model(),
        [synalinks.ChatMessage(**MESSAGE)],
    ],
)
def test_every_form_becomes_a_list_of_dicts(messages):
    """What a call takes and what is sent are the same messages."""
    (message,) = to_message_list(messages)

    assert {key: message[key] for key in MESSAGE} == MESSAGE


@pytest.mark.parametrize("messages", [[], None, 3, ["hi"], [{"content": "hi"}]])
def test_anything_else_is_refused(messages):
    """The error says what is expected."""
    with pytest.raises(ConfigurationError, match="takes `ChatMessages` or a list"):
        to_message_list(messages)
