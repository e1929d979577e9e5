"""Texts as words that can be compared."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, cast

from synalinks._internal.json import canonical

_ARTICLES = frozenset({"a", "an", "the"})

# Signs and points belong to numbers, `+` and `#` to names such as "C++" and "C#", and
# `-` or `+` to single letters such as the mark "A-". A hyphen between words parts them.
_WORD = re.compile(
    r"""
      (?<![\w.])[-+]?\.?\d+(?:[.,:/]\d+)*%?(?!\w)   # -5  3.14  1,080  .5  12:30  5%
    | (?<!\w)[^\W\d_]-(?![\w-])                     # the mark A-
    | \w+(?:'\w+)*(?:[+\#]+(?!\w))?                 # don't  C++  C#  2nd
    """,
    re.VERBOSE,
)
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?%?")
_ACRONYM = re.compile(r"(?<![\w.])(?:[^\W\d_]\.){2,}")
# Chinese and Japanese are written without spaces: each character is a word.
_UNSPACED = re.compile(r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff])")


def words(text: str) -> list[str]:
    """Return the words of a text, so that texts that mean the same give the same.

    Capitals, punctuation between words, and the articles a, an, the before other words
    do not matter. A text without any word is one word; so is the empty text.

    Args:
        text: Any text.
    """
    folded = fold(text)
    text = folded.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    text = _ACRONYM.sub(lambda match: match[0].replace(".", ""), text)
    text = _UNSPACED.sub(r" \1 ", text)
    found = [_plain_number(word) for word in _WORD.findall(text)]
    # What nothing follows is no article: the mark "A", "vitamin A".
    telling = [word for word in found[:-1] if word not in _ARTICLES] + found[-1:]
    return telling or [folded]


def fold(text: str) -> str:
    """Return a text without capitals, outer spaces, and variants of characters.

    Args:
        text: Any text.
    """
    compatible = unicodedata.normalize("NFKC", text)
    return compatible.replace("\N{MINUS SIGN}", "-").strip().casefold()


def json_text(value: object) -> str:
    """Return the one text that equal JSON values share; 5.0 and 5 are equal.

    Args:
        value: Any JSON value.
    """
    return canonical(_with_whole_numbers(value))


def _with_whole_numbers(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_with_whole_numbers(part) for part in cast("list[Any]", value)]
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {key: _with_whole_numbers(part) for key, part in items}
    return value


def _plain_number(word: str) -> str:
    # `1,080` is `1080`, `+5` is `5`, `.5` is `0.5`; other words are as they are.
    if _GROUPED.fullmatch(word):
        word = word.replace(",", "")
    if word[0] == "+" and len(word) > 1:
        word = word[1:]
    sign, number = ("-", word[1:]) if word[0] == "-" else ("", word)
    return f"{sign}0{number}" if number[:1] == "." else word
