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
_WHOLE = re.compile(f"(?:{_BEGIN})(.*?)(?:{_END})(.*)", re.DOTALL)
_FIRST_BEGIN, _FIRST_END = re.compile(_BEGIN), re.compile(_END)


def taken_apart(text: str | None) -> tuple[str | None, str | None]:
    """Return the thoughts of a whole answer, None if there are none, and the rest.

    Args:
        text: The answer.
    """
    found = _WHOLE.match(text or "")
    return (found[1], found[2]) if found else (None, text)


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
        if chunk.finish_reason is not None:  # what is held back was no tag
            thoughts += self._held if self._has_begun else ""
            text += "" if self._has_begun else self._held
            self._held = ""
        return replace(chunk, content=text, reasoning_content=thoughts)

    def _apart(self, text: str) -> tuple[str, str]:
        """Return the next part of the thoughts, and what is none."""
        if not self._has_begun:
            found = _FIRST_BEGIN.match(text)
            if found is None:
                return "", self._no_thought(text)
            self._has_begun = True
            text = text[found.end() :]
        found = _FIRST_END.search(text)
        if found is not None:
            self._is_over = True
            return text[: found.start()], text[found.end() :]
        at = text.rfind("<")
        if at >= 0 and _may_become(text[at:], _ENDS):
            text, self._held = text[:at], text[at:]
        return text, ""

    def _no_thought(self, text: str) -> str:
        if _may_become(text, _BEGINS):
            self._held = text
            return ""
        self._is_over = True
        return text


def _may_become(text: str, tags: Iterable[str]) -> bool:
    return any(tag.startswith(text) for tag in tags)
