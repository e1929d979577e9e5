"""Events in a stream of bytes."""

import pytest

from synalinks.language_models._sse import EventParser


@pytest.mark.parametrize(
    ("content", "events"),
    [
        (b"data: a\n\n", ["a"]),
        (b"data:a\r\n\r\ndata: b\r\r", ["a", "b"]),
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b": keep-alive\n\ndata: a\n\n", ["a"]),
        (b"event: x\nid: 1\nretry: 5\ndata: a\n\n", ["a"]),
        (b"\n\n\n", []),
        (b"data\n\n", [""]),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b"data:  two\n\n", [" two"]),
        ("data: é☃\n\n".encode(), ["é☃"]),
        (b"data: \xff\n\n", ["\N{REPLACEMENT CHARACTER}"]),
        (b"data: a", ["a"]),
        (b"data: a\n", ["a"]),
        (b"data: a\r", ["a"]),
    ],
)
def test_events(content, events):
    """As the standard says, except that the end of the stream ends an event."""
    parser = EventParser()

    assert [*parser.feed(content), *parser.close()] == events


def test_an_event_comes_as_soon_as_it_is_complete():
    """Nothing waits for the next event."""
    parser = EventParser()

    assert parser.feed(b"data: a\n") == []
    assert parser.feed(b"\n") == ["a"]
    assert parser.feed(b"data: b\r\n\r\n") == ["b"]


def test_a_line_end_in_two_halves():
    """Where the bytes are cut makes no difference, however often."""
    content = b"data: one\r\n\r\ndata: two\r\ndata: three\r\n\r\n"
    parser = EventParser()

    events = [event for byte in content for event in parser.feed(bytes([byte]))]

    assert events == ["one", "two\nthree"]
