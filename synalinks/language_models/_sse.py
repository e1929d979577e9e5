"""Server-sent events: from the bytes of a stream to the data of its events."""

from __future__ import annotations

import re

_LINE_END = re.compile(rb"\r\n|\n|\r")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class EventParser:
    """Collects the bytes of a stream, however they are split, into events.

    Only the data of events is of interest here: names, identities and comments (which
    servers send to keep a connection open) are left out. Source: the WHATWG HTML
    standard, section 9.2.6, except that an event at the end of the stream counts
    without an empty line after it.
    """

    def __init__(self) -> None:
        self._rest = bytearray()
        self._n_searched = 0
        self._data: list[str] = []
        self._is_first_line = True

    def feed(self, content: bytes) -> list[str]:
        """Return the data of the events that are complete now.

        Args:
            content: The next bytes of the stream.
        """
        self._rest += content
        # A `\r` at the end may be the first half of a line end.
        end = len(self._rest) - self._rest.endswith(b"\r")
        events: list[str] = []
        start = 0
        for found in _LINE_END.finditer(self._rest, self._n_searched, end):
            events += self._line(self._rest[start : found.start()])
            start = found.end()
        self._n_searched = end - start
        del self._rest[:start]
        return events

    def close(self) -> list[str]:
        """Return the data of the last event, if the stream ended inside it."""
        return [*self.feed(b"\n\n"), *self._dispatch()]

    def _line(self, line: bytearray) -> list[str]:
        if self._is_first_line:
            line = line.removeprefix(_BYTE_ORDER_MARK)
            self._is_first_line = False
        if not line:
            return self._dispatch()
        name, _, value = line.decode(errors="replace").partition(":")
        if name == "data":
            self._data.append(value.removeprefix(" "))
        return []

    def _dispatch(self) -> list[str]:
        if not self._data:
            return []
        data, self._data = "\n".join(self._data), []
        return [data]
