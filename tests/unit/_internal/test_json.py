"""Canonical JSON."""

import json

import pytest

from synalinks._internal.json import canonical, digest, digest_of_list, dumps


def test_key_order_does_not_change_the_digest():
    """Equal values have one digest; different ones have others."""
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    assert digest({"a": 1}) != digest({"a": "1"})
    assert canonical({"b": 1, "a": "é"}) == '{"a":"é","b":1}'


def test_text_keeps_order_and_unicode():
    """What people read keeps the order and the letters."""
    assert dumps({"b": 1, "a": "é"}) == '{"b": 1, "a": "é"}'


def test_half_a_surrogate_pair_has_a_digest():
    """Texts that were cut inside a character are told apart like any others."""
    assert digest("a\ud83d") != digest("a")


@pytest.mark.parametrize("indent", [None, 2])
def test_half_a_surrogate_pair_can_be_written(indent):
    """The text is like any other, and means the same."""
    value = {"a": "cut \ud83d off, é \\"}

    text = dumps(value, indent=indent)

    assert json.loads(text.encode()) == value
    assert "é" in text


def test_a_list_of_half_surrogate_pairs_has_a_digest():
    """It is that of the list."""
    values = ["a\ud83d", {"b": "\ud83d"}]

    assert digest_of_list(values) == digest(values)
