"""Embeddings in the form of OpenAI's API."""

import pytest

from synalinks.errors import AuthenticationError, ServerError
from synalinks.language_models import EMRequest
from synalinks.language_models._em_wire import embedding_body, read_embeddings

REQUEST = EMRequest(model="openai/x", texts=["a", "b"], params={"dimensions": 2})


def test_the_body():
    """Numbers are asked for as numbers; parameters go along."""
    assert embedding_body(REQUEST) == {
        "input": ["a", "b"],
        "encoding_format": "float",
        "dimensions": 2,
    }


@pytest.mark.parametrize(
    "rows",
    [
        [{"index": 1, "embedding": [2, 3]}, {"index": 0, "embedding": [0, 1]}],
        [{"embedding": [0, 1]}, {"embedding": [2, 3]}],
    ],
)
def test_vectors_are_in_the_order_of_the_texts(rows):
    """By their number, if they have one."""
    answer = read_embeddings({"data": rows, "usage": {"prompt_tokens": 5}}, REQUEST)

    assert answer.vectors == [[0.0, 1.0], [2.0, 3.0]]
    assert (answer.usage.calls, answer.usage.tokens) == (1, 5)
    assert answer.usage.cost_usd is None


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        {},
        {"data": []},
        {"data": [{"embedding": [1.0]}]},
        {"data": [{"embedding": []}, {"embedding": [1.0]}]},
        {"data": [{"embedding": ["x"]}, {"embedding": [1.0]}]},
        {"data": [{"embedding": "AAAA"}, {"embedding": [1.0]}]},
        {"data": [{"embedding": ["3"]}, {"embedding": [1.0]}]},
        {"data": [{"embedding": [True]}, {"embedding": [1.0]}]},
        {"data": [{"embedding": [1.0, 2.0]}, {"embedding": [1.0]}]},
    ],
)
def test_anything_else_is_no_answer(payload):
    """One vector for each text, or an error."""
    with pytest.raises(ServerError, match="what is no list of embeddings"):
        read_embeddings(payload, REQUEST)


def test_an_error_with_the_status_of_an_answer():
    """It is told like one of a status."""
    payload = {"error": {"code": 401, "message": "no user"}}

    with pytest.raises(AuthenticationError, match="answered with an error: no user"):
        read_embeddings(payload, REQUEST)
