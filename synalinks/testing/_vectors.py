"""Vectors for texts, without a model."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from synalinks.testing._replies import Reply, Vectors, to_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from synalinks._internal.json import JsonObject

EmbedFunction: TypeAlias = "Callable[[str], Sequence[float] | Reply]"

_N_DIMS = 16
_BYTES_PER_NUMBER = 2
_HALF = 2 ** (8 * _BYTES_PER_NUMBER - 1)


def vector_of(text: str, n_dims: int = _N_DIMS) -> list[float]:
    """Return a vector of length 1 that the text alone decides.

    Equal texts have equal vectors; different texts have nothing in common.

    Args:
        text: Any text.
        n_dims: How many numbers the vector has.
    """
    found = hashlib.shake_256(text.encode()).digest(n_dims * _BYTES_PER_NUMBER)
    numbers = [
        int.from_bytes(found[start : start + _BYTES_PER_NUMBER], "big") - _HALF + 0.5
        for start in range(0, len(found), _BYTES_PER_NUMBER)
    ]
    norm = math.sqrt(sum(number * number for number in numbers))
    return [number / norm for number in numbers]


def embed(body: JsonObject, function: EmbedFunction | None) -> Reply:
    """Return the answer to an embeddings request.

    Args:
        body: JSON of the request.
        function: Gives the vector of a text, or a `Reply` that is sent instead of all
            vectors; None for `vector_of`.
    """
    given: Any = body.get("input", [])
    if isinstance(given, str) or (given and isinstance(given[0], int)):
        given = [given]
    n_dims = int(body.get("dimensions") or _N_DIMS)
    vectors: list[Sequence[float]] = []
    for text in cast("list[Any]", given):
        vector = function(str(text)) if function else vector_of(str(text), n_dims)
        if isinstance(vector, Reply):
            return to_reply(vector)
        vectors.append(vector)
    return Vectors(vectors=vectors)
