"""An answer becomes a value only if it is complete and permitted."""

import pytest

from synalinks.contracts import Usage
from synalinks.errors import ContentRefusedError, InvalidOutputError
from synalinks.language_models import LMRequest, LMResponse
from synalinks.language_models._answer import read_value

SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string"}, "n": {"type": "integer"}},
    "required": ["a"],
}


def ask(model="openai/x", schema=SCHEMA, **params):
    return LMRequest(model=model, messages=[], schema=schema, params=params)


def test_free_text_becomes_a_chat_message():
    """Without a schema the value is what the assistant said."""
    response = LMResponse(
        content="hi", reasoning_content="hm", tool_calls=({"id": "1"},)
    )

    assert read_value(response, ask(schema=None)) == {
        "role": "assistant",
        "content": "hi",
        "reasoning_content": "hm",
        "tool_calls": [{"id": "1"}],
    }
    assert read_value(LMResponse(content="hi"), ask(schema=None)) == {
        "role": "assistant",
        "content": "hi",
    }


@pytest.mark.parametrize("reason", ["content_filter", "refusal"])
def test_refusals(reason):
    """What was refused is no answer, with or without a schema."""
    for schema in (SCHEMA, None):
        with pytest.raises(ContentRefusedError, match="`openai/x` refused to answer"):
            read_value(
                LMResponse(content="no", finish_reason=reason), ask(schema=schema)
            )


def test_a_cut_answer_is_invalid_even_if_it_parses():
    """Half an answer may look whole; it is not taken."""
    response = LMResponse(
        content='{"a": "x"}',
        finish_reason="length",
        usage=Usage(calls=1, completion_tokens=7),
    )

    with pytest.raises(InvalidOutputError) as caught:
        read_value(response, ask(max_tokens=7))

    assert str(caught.value) == (
        "The answer of `openai/x` was cut off after 7 tokens (`max_tokens=7`). Allow "
        "more, or ask for less."
    )


def test_a_cut_text_is_returned():
    """Free text may end anywhere."""
    response = LMResponse(content="and the", finish_reason="length")

    assert read_value(response, ask(schema=None))["content"] == "and the"


def test_nulls_are_dropped_only_where_the_wire_made_fields_required():
    """Only strict endpoints have to answer fields that are optional."""
    response = LMResponse(content='{"a": "x", "n": null}')

    assert read_value(response, ask()) == {"a": "x"}
    with pytest.raises(InvalidOutputError):
        read_value(response, ask(model="ollama/x"))
