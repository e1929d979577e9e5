"""Inputs for chats with pictures or sound."""

import pytest

import synalinks


@pytest.mark.parametrize("make", [synalinks.ImageInput, synalinks.AudioInput])
def test_they_are_chats(make):
    """With names of their own."""
    symbol = make()

    assert symbol.get_schema() == synalinks.ChatMessages.get_schema()
    assert symbol.name in {"image_input", "audio_input"}
    assert make().name != symbol.name
    named = make(name="n", optional=True)
    assert (named.name, named.origin.node.operation.optional) == ("n", True)
