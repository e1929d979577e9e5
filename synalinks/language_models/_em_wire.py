"""Requests and answers in the form of OpenAI's embeddings."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, cast

from synalinks._internal.json import dumps
from synalinks._internal.shape import is_dict, is_list
from synalinks.language_models._em_request import EMResponse
from synalinks.language_models._http_errors import error_instead_of_answer
from synalinks.language_models._wire_answer import no_completion, read_usage

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.language_models._em_request import EMRequest

_NUMBERS = frozenset({int, float})


def embedding_body(request: EMRequest) -> JsonObject:
    """Return the fields of an embeddings request, without the model's name.

    Args:
        request: The request.
    """
    return {
        "input": list(request.texts),
        "encoding_format": "float",
        **request.params,
    }


def read_embeddings(payload: Any, request: EMRequest) -> EMResponse:
    """Return the vectors of an answer, in the order of the texts.

    Args:
        payload: Parsed JSON of an answer with HTTP status 200.
        request: What was asked.

    Raises:
        LanguageModelError: The server reports an error (`ServerError`, if it says no
            more), or there is not one vector for each text (`ServerError`).
    """
    if is_dict(payload) and payload.get("error"):
        error = error_instead_of_answer(payload["error"], request)
        raise error
    try:
        found = {
            int(row.get("index", position)): _vector(row["embedding"])
            for position, row in enumerate(cast("list[JsonObject]", payload["data"]))
        }
        vectors = [found[index] for index in range(len(request.texts))]
        _check_lengths(vectors)
        usage = read_usage(payload.get("usage"))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        error = no_completion(dumps(payload), request)
        raise error from None
    return EMResponse(vectors=vectors, usage=usage)


def _vector(row: Any) -> list[float]:
    if not is_list(row) or not row:
        raise TypeError(row)
    if not _NUMBERS.issuperset(map(type, row)):  # no bool, which is an int as well
        raise TypeError(row)
    vector = list(map(float, row))
    if not isfinite(sum(vector)):
        raise ValueError(row)
    return vector


def _check_lengths(vectors: list[list[float]]) -> None:
    if len(set(map(len, vectors))) > 1:
        raise ValueError(vectors)
