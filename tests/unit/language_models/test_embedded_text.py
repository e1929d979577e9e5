"""Words, features and overlap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synalinks.language_models._embedded_text import (
    estimate_tokens,
    features_of,
    overlap,
    spell_out,
    telling_words_of,
)


@pytest.mark.parametrize(
    ("name", "words"),
    [("card_arrival", "card arrival"), ("CardArrival", "Card Arrival"), ("", "")],
)
def test_names_are_spelled_out(name, words):
    """Identifiers become words."""
    assert spell_out(name) == words


def test_telling_words_leave_out_function_words_and_repeats():
    """What says little about a topic is not told."""
    assert telling_words_of("Where is my card? My CARD is a mess!") == ["card", "mess"]


def test_features_are_words_and_four_characters():
    """Related forms share grams; function words weigh a fifth."""
    card, cards = features_of("card"), features_of("cards")

    assert set(card) == {"card ", "<car", "card", "ard>"}
    assert set(card) & set(cards) == {"<car", "card"}
    assert features_of("the")["the "] == pytest.approx(0.2)
    assert features_of("card card")["card "] == pytest.approx(1.693, abs=0.001)


@given(left=st.text(), right=st.text())
def test_overlap_is_a_symmetric_share(left, right):
    """0.0 to 1.0, the same both ways, 1.0 of a text with itself."""
    assert 0.0 <= overlap(left, right) == overlap(right, left) <= 1.0
    assert overlap(left, left) == 1.0


@pytest.mark.parametrize(
    ("left", "right", "f1"), [("a b", "b c", 0.5), ("a", "b", 0.0), ("a b b", "b", 0.5)]
)
def test_overlap_is_the_f1_of_words(left, right, f1):
    """Repeated words count as often as both texts have them."""
    assert overlap(left, right) == pytest.approx(f1)


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2)]
)
def test_a_token_is_four_characters(text, tokens):
    """Rounded up."""
    assert estimate_tokens(text) == tokens
