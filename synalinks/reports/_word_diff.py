"""Two texts as one, with the words that were taken away and those that came."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Kind: TypeAlias = Literal["same", "gone", "new"]

_WORDS = re.compile(r"\n|[^\S\n]+|\w+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
# Beyond that, words are compared for too long: lines are compared.
_MAX_WORDS = 4000
_ALIKE = 0.35


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the text."""

    kind: Kind
    text: str


def word_diff(before: str, after: str) -> list[Piece]:
    """Return what is the same in two texts, what is gone and what is new.

    Texts that have little in common are shown one after the other: a mosaic of the
    words that they happen to share cannot be read.

    Args:
        before: The earlier text.
        after: The later one.
    """
    if not before or not after:
        return _whole(before, after)
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) + len(new) > _MAX_WORDS:
        old, new = _LINES.findall(before), _LINES.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _ALIKE and not after.startswith(before):
        return _whole(before, after)
    return _joined(_pieces(matcher, old, new))


def _whole(before: str, after: str) -> list[Piece]:
    pieces = (Piece("gone", before), Piece("new", after))
    return [piece for piece in pieces if piece.text]


def _pieces(
    matcher: SequenceMatcher[str], old: Sequence[str], new: Sequence[str]
) -> Iterator[Piece]:
    for kind, low, high, start, end in matcher.get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(old[low:high]))
            continue
        yield Piece("gone", "".join(old[low:high]))
        yield Piece("new", "".join(new[start:end]))


def _joined(pieces: Iterator[Piece]) -> list[Piece]:
    """Return pieces without those that are empty, or a space between two changes."""
    found: list[Piece] = []
    for piece in pieces:
        if not piece.text:
            continue
        if found and found[-1].kind == piece.kind:
            found[-1] = Piece(piece.kind, found[-1].text + piece.text)
        else:
            found.append(piece)
    return found
