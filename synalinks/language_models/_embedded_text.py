"""Texts as the embedded model sees them: words, character 4-grams, overlap."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORD = re.compile(r"[^\W_]+")
_WORD_BORDER = re.compile(r"(?<=[a-z])(?=[A-Z])|[_\W]+")
_GRAM_CHARS = 4
_TOKEN_CHARS = 4

# English words that say little about the topic of a text.
_FUNCTION_WORDS = frozenset(
    _WORD.findall(
        "a about again all also am an and any are as at be because been being but by "
        "can could did do does doing don down for from get got had has have having he "
        "her here his how i if im in into is it its just ll may me might must my no "
        "nor not of on once or our out over please re s shall she should so some t "
        "than that the their them then there these they this those to too under until "
        "up us ve very was we were what when where which while who whom why will with "
        "would you your"
    )
)
_FUNCTION_WORD_WEIGHT = 0.2


def words_of(text: str) -> list[str]:
    """Return the lower-case words of a text, in order.

    Args:
        text: Any text; `_` separates words.
    """
    return _WORD.findall(text.lower())


def telling_words_of(text: str) -> list[str]:
    """Return the distinct words of a text that carry its topic, in order.

    Args:
        text: Any text.
    """
    return [
        word
        for word in dict.fromkeys(words_of(text))
        if word not in _FUNCTION_WORDS and len(word) > 1
    ]


def spell_out(name: str) -> str:
    """Return `cardArrival` or `card_arrival` as `card arrival`.

    Args:
        name: An identifier, or any text.
    """
    return " ".join(_WORD_BORDER.sub(" ", name).split())


def estimate_tokens(text: str) -> int:
    """Return a token count: one for every four characters, rounded up.

    Args:
        text: The text to count.
    """
    return -(-len(text) // _TOKEN_CHARS)


@lru_cache(maxsize=4096)
def features_of(text: str) -> Mapping[str, float]:
    """Return words (`word `) and character 4-grams of a text with their weights.

    The grams make `refunded` resemble `refund`. A feature that occurs n times
    weighs 1 + ln n; one of a function word a fifth of that.

    Args:
        text: Any text.
    """
    counts: Counter[str] = Counter()
    weights: dict[str, float] = {}
    for word in words_of(text):
        weight = _FUNCTION_WORD_WEIGHT if word in _FUNCTION_WORDS else 1.0
        for feature in _features_of_word(word):
            counts[feature] += 1
            weights[feature] = max(weight, weights.get(feature, 0.0))
    return {
        feature: weights[feature] * (1 + math.log(count))
        for feature, count in counts.items()
    }


@lru_cache(maxsize=16384)
def _features_of_word(word: str) -> tuple[str, ...]:
    padded = f"<{word}>"
    n_grams = max(0, len(padded) - _GRAM_CHARS + 1)
    return (
        f"{word} ",
        *(padded[start : start + _GRAM_CHARS] for start in range(n_grams)),
    )


def overlap(text: str, other: str) -> float:
    """Return the F1 of the words of two texts, 0.0 to 1.0; equal texts give 1.0.

    Args:
        text: A text.
        other: The text to compare it with.
    """
    left, right = Counter(words_of(text)), Counter(words_of(other))
    if not left or not right:
        return float(text.strip() == other.strip())
    n_common = (left & right).total()
    return 2 * n_common / (left.total() + right.total())
