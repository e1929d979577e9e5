"""Thoughts in the text of an answer, from servers that do not take them out."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from synalinks.language_models._chunk import LMChunk

_NAMES = ("think", "thinking", "budget:think", "budget:thinking")
_BEGINS = tuple(f"<{name}>" for name in _NAMES)
_ENDS = tuple(f"</{name}>" for name in _NAMES)
_BEGIN, _END = "|".join(_BEGINS), "|".join(_ENDS)
# A thought that is cut off is no answer: its stream could not have told either.
_WHOLE = re.compile(rf"\s*(?:{_BEGIN})(.*?)(?:(?:{_END})(.*)|\Z)", re.DOTALL)
_LEADING_BEGIN = re.compile(rf"\s*(?:{_BEGIN})")
_ANY_BEGIN, _ANY_END = re.compile(_BEGIN), re.compile(_END)


def taken_apart(text: str | None) -> tuple[str | None, str | None]:
    """Return the thoughts of a whole answer, and the rest; None for what is not there.

    Args:
        text: The answer.
    """
    found = _WHOLE.match(text or "")
    return (found[1] or None, found[2] or None) if found else (None, text)


def after_thoughts(text: str) -> str | None:
    """Return what comes after all thoughts, wherever they are; None in one of them.

    Args:
        text: The answer.
    """
    rest = _ANY_END.split(text)[-1]
    return None if _ANY_BEGIN.search(rest) else rest


class ThoughtSplitter:
    """Takes the thoughts out of the text of one stream.

    What may be the beginning of a tag is held back until the next chunk tells.
    """

    def __init__(self) -> None:
        self._held = ""
        self._has_begun = False
        self._is_over = False

    def split(self, chunk: LMChunk) -> LMChunk:
        """Return the next chunk, with its thoughts where they belong.

        Args:
            chunk: The chunk, as the server sent it.
        """
        if self._is_over:
            return chunk
        text, self._held = self._held + chunk.content, ""
        if chunk.reasoning_content:  # the server takes them out
            self._is_over = True
            return replace(chunk, content=text)
        thoughts, text = self._apart(text)
        # Some servers send an empty reason until there is one.
        if chunk.finish_reason:  # what is held back was no tag
            thoughts += self._held if self._has_begun else ""
            text += "" if self._has_begun else self._held
            self._held = ""
        return replace(chunk, content=text, reasoning_content=thoughts)

    def _apart(self, text: str) -> tuple[str, str]:
        """Return the next part of the thoughts, and what is none."""
        if not self._has_begun:
            found = _LEADING_BEGIN.match(text)
            if found is None:
                return "", self._no_thought(text)
            self._has_begun = True
            text = text[found.end() :]
        found = _ANY_END.search(text)
        if found is not None:
            self._is_over = True
            return text[: found.start()], text[found.end() :]
        at = text.rfind("<")
        if at >= 0 and _may_become(text[at:], _ENDS):
            text, self._held = text[:at], text[at:]
        return text, ""

    def _no_thought(self, text: str) -> str:
        if _may_become(text.lstrip(), _BEGINS):
            self._held = text
            return ""
        self._is_over = True
        return text


def _may_become(text: str, tags: Iterable[str]) -> bool:
    return any(tag.startswith(text) for tag in tags)
