"""Records in a file that is only appended to: one line each, with a checksum.

A line is `checksum length json`, where the JSON is `[number, kind, key, value]`. What
was written half, or damaged since, is told apart from what is whole; damage costs no
more than the lines that it touches.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from zlib import crc32

_HEADER = re.compile(rb"([0-9a-f]{8}) ((\d{1,10}) )")
_HEAD = re.compile(rb'\[(\d+),"([a-z]+)",("(?:[^"\\]|\\.)*"),')
# What has itself as a part is refused all the same: it never comes to an end.
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), check_circular=False
)
_LONGEST_HEADER = 20
_LINE_END = b"\n"


class Place(NamedTuple):
    """Where a record is."""

    kind: str
    """What it is about."""
    key: str
    """What it is found by."""
    offset: int
    """Where its line begins."""


class Damage(NamedTuple):
    """A part of a file that holds no record."""

    offset: int
    """Where it begins."""
    n_bytes: int
    """How long it is."""


@dataclass(slots=True)
class Scan:
    """What is in a part of a file."""

    places: list[Place] = field(default_factory=list[Place])
    """All whole records."""
    damages: list[Damage] = field(default_factory=list[Damage])
    """What lies between them."""
    end: int = 0
    """Offset behind the last whole line; what follows is written half, or not yet."""


def encode_value(value: Any) -> bytes:
    """Return a JSON value as it is written.

    Answers may hold any text, even half characters.

    Args:
        value: JSON.
    """
    return _ENCODER.encode(value).encode("utf-8", "surrogatepass")


def decode_value(content: bytes) -> Any:
    """Return the JSON value that `encode_value` wrote.

    Args:
        content: What it returned.
    """
    return json.loads(content.decode("utf-8", "surrogatepass"))


def encode(number: int, kind: str, key: str, value: bytes) -> bytes:
    """Return the line of a record.

    Args:
        number: Its number in the file's order.
        kind: What it is about, in small letters.
        key: What it is found by.
        value: What `encode_value` returned.
    """
    body = b'[%d,"%s",%s,%s]' % (number, kind.encode(), encode_value(key), value)
    counted = b"%d %s" % (len(body), body)
    return b"%08x %s\n" % (crc32(counted), counted)


def scan(content: bytes, start: int = 0) -> Scan:
    """Find the records in a part of a file.

    Args:
        content: The part. It begins where a line does.
        start: Where it begins in the file.

    Returns:
        The records, and what lies between them.
    """
    found = Scan(end=start)
    at = 0
    while at < len(content):
        record = _record_at(content, at)
        if record is not None:
            place, behind = record
            found.places.append(place._replace(offset=start + at))
        else:
            behind = content.find(_LINE_END, at) + 1
            if not behind:
                break
            found.damages.append(Damage(start + at, behind - at))
        at = behind
        found.end = start + at
    return found


def _record_at(content: bytes, at: int) -> tuple[Place, int] | None:
    bounds = _checked(content, at)
    if bounds is None or bounds[1] >= len(content):  # the line has no end yet
        return None
    head = _HEAD.match(content, bounds[0])
    if head is None:
        return None
    place = Place(head[2].decode(), decode_value(head[3]), at)
    return place, bounds[1] + len(_LINE_END)


def _checked(content: bytes, at: int) -> tuple[int, int] | None:
    """Return where the JSON of a line begins and ends, if the checksum is right."""
    header = _HEADER.match(content, at)
    if header is None:
        return None
    begin, end = header.end(), header.end() + int(header[3])
    if end > len(content):
        return None
    is_right = crc32(memoryview(content)[header.start(2) : end]) == int(header[1], 16)
    return (begin, end) if is_right else None


def line_length(content: bytes) -> int:
    """Return how long a line is, from its first bytes; 0 if that cannot be told.

    Args:
        content: At least `_LONGEST_HEADER` bytes, or the whole line.
    """
    header = _HEADER.match(content)
    return 0 if header is None else header.end() + int(header[3])


def decode(content: bytes) -> Any:
    """Return the value of a record, or None if it is damaged.

    Args:
        content: The line, with or without its end.
    """
    bounds = _checked(content, 0)
    if bounds is None:
        return None
    return decode_value(content[bounds[0] : bounds[1]])[3]
