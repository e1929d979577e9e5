"""Chunks one after the other."""

import pytest

from synalinks.errors import ServerError
from synalinks.language_models._chunk import LMChunk
from synalinks.language_models._chunk_stream import ReadStream, WholeStream

ONE, TWO, THREE = (LMChunk(content=text) for text in ("1", "2", "3"))


class Source:
    """Gives what each step of reading brings, and notes that it was closed."""

    def __init__(self, *steps):
        self.steps = list(steps)
        self.n_closed = 0

    async def read(self):
        step = self.steps.pop(0)
        return step() if callable(step) else step

    async def close(self):
        self.n_closed += 1


def failing():
    yield ONE
    yield TWO
    raise ServerError("no")


async def test_steps_may_bring_any_number():
    """Of chunks; the source is closed at the end."""
    source = Source((ONE, TWO), (), (THREE,), None)

    stream = ReadStream(source.read, source.close)

    assert [chunk async for chunk in stream] == [ONE, TWO, THREE]
    assert source.n_closed == 1


async def test_what_came_before_an_error_is_given_first():
    """It was received, and is shown."""
    source = Source(failing)
    stream = ReadStream(source.read, source.close)

    assert [await anext(stream), await anext(stream)] == [ONE, TWO]
    with pytest.raises(ServerError):
        await anext(stream)

    assert source.n_closed == 1


async def test_a_closed_stream_gives_nothing():
    """Not even what it had ready."""
    source = Source((ONE, TWO))
    stream = ReadStream(source.read, source.close)
    await anext(stream)

    await stream.aclose()

    assert [chunk async for chunk in stream] == []


async def test_a_whole_answer():
    """What is there is given, until it is closed."""
    stream = WholeStream([ONE, TWO])
    assert await anext(stream) == ONE

    await stream.aclose()

    assert [chunk async for chunk in stream] == []
    assert [chunk async for chunk in WholeStream([THREE])] == [THREE]
