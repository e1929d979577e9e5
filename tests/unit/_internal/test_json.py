"""Canonical JSON."""

from synalinks._internal.json import canonical, digest, dumps


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
