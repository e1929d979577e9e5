"""Sampling parameters: refused before anything is sent."""

import re

import pytest

import synalinks
from synalinks.errors import ConfigurationError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", "hot"),
        ("temperature", -1),
        ("temperature", float("inf")),
        ("top_p", 1.1),
        ("top_k", 2.0),
        ("max_tokens", 0),
        ("max_completion_tokens", "many"),
        ("seed", 1.5),
        ("seed", True),
        ("stop", 3),
        ("stop", []),
        ("stop", ["a", ""]),
        ("frequency_penalty", 3),
        ("presence_penalty", "no"),
    ],
)
def test_what_no_provider_takes_is_refused(name, value):
    """The message names parameter, model, and what was received."""
    message = f"`{name}` of `LanguageModel('openai/x')` is a "
    received = f"received: {value!r}."
    with pytest.raises(
        ConfigurationError, match=f"{re.escape(message)}.*{re.escape(received)}"
    ):
        synalinks.LanguageModel("openai/x", **{name: value})


def test_what_some_provider_takes_is_left_to_it():
    """The edges of the ranges, None, and parameters that are not known here."""
    params = {
        "temperature": 0,
        "top_p": 1,
        "top_k": -1,
        "max_tokens": 1,
        "seed": -3,
        "stop": "end",
        "frequency_penalty": -2.0,
        "presence_penalty": None,
        "repetition_penalty": "whatever",
    }

    model = synalinks.LanguageModel("openai/x", **params)

    assert model.default_kwargs == params
