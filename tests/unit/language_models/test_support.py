"""What the price list says that a model can do."""

import pytest

import synalinks
from synalinks.language_models import (
    supports_audio,
    supports_reasoning,
    supports_vision,
)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("openai/gpt-4o-mini", (False, True, False)),
        ("openai/o3-mini", (True, False, False)),
        ("openai/gpt-audio-mini", (False, False, True)),
        ("openai/not-in-the-list", (False, False, False)),
    ],
)
def test_the_list_tells_what_a_model_can_do(model, expected):
    """The same as the methods of the model."""
    lm = synalinks.LanguageModel(model)

    found = (supports_reasoning(model), supports_vision(model), supports_audio(model))

    assert found == expected
    methods = (lm.supports_reasoning(), lm.supports_vision(), lm.supports_audio())
    assert methods == expected
