"""Embeddings are decided by the text alone, or by a function."""

import base64
import json
import struct

import pytest

from synalinks.testing import ChatServer, Status
from synalinks.testing._vectors import vector_of
from tests.unit.testing.test_bad_replies import post


async def embedded(server, texts, **more):
    """Return the payload of an embeddings request."""
    body = {"model": "m", "input": texts, **more}
    _, _, content = await post(server, body, "embeddings")
    return json.loads(content)


def test_vectors_have_length_one_and_are_repeatable():
    """Equal texts have equal vectors, other texts other ones."""
    one, other = vector_of("a"), vector_of("b")

    assert sum(number**2 for number in one) == pytest.approx(1)
    assert one == vector_of("a")
    assert one != other
    assert len(vector_of("a", 3)) == 3


async def test_one_vector_per_text():
    """Vectors come in the order of the texts, with tokens."""
    async with ChatServer() as server:
        payload = await embedded(server, ["a", "b"])
        (single,) = (await embedded(server, "a", dimensions=4))["data"]

    assert [part["index"] for part in payload["data"]] == [0, 1]
    assert payload["data"][1]["embedding"] == vector_of("b")
    assert single["embedding"] == vector_of("a", 4)
    assert payload["usage"]["prompt_tokens"] > 0


async def test_base64_is_what_some_clients_ask_for():
    """The numbers are little-endian floats of 4 bytes."""
    async with ChatServer() as server:
        payload = await embedded(server, "a", encoding_format="base64")

    packed = base64.b64decode(payload["data"][0]["embedding"])
    assert struct.unpack("<16f", packed) == pytest.approx(vector_of("a"))


async def test_a_function_decides():
    """Users give their own vectors, or a fault."""

    def embed_with(text):
        return Status(status=400) if text == "bad" else [float(len(text)), 1.0]

    async with ChatServer(embed_with=embed_with) as server:
        payload = await embedded(server, ["abc"])
        bad = await embedded(server, ["abc", "bad"])

    assert payload["data"][0]["embedding"] == [3.0, 1.0]
    assert "error" in bad
