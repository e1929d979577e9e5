"""The same data with other fields."""

import pytest

from synalinks import ops
from synalinks.data_models import DataModel, SymbolicDataModel


class Query(DataModel):
    query: str = "a"
    answer: str = "b"


@pytest.mark.parametrize(
    ("operation", "params", "expected"),
    [
        (ops.factorize, {}, {"query": "a", "answer": "b"}),
        (ops.in_mask, {"mask": ["query"]}, {"query": "a"}),
        (ops.in_mask, {"pattern": "^a", "recursive": False}, {"answer": "b"}),
        (ops.out_mask, {"mask": ["query"]}, {"answer": "b"}),
        (ops.out_mask, {"mask": ["x"]}, {"query": "a", "answer": "b"}),
        (ops.prefix, {"prefix": "p"}, {"p_query": "a", "p_answer": "b"}),
        (ops.suffix, {"suffix": "s"}, {"query_s": "a", "answer_s": "b"}),
    ],
)
async def test_values_and_symbols(operation, params, expected):
    """Values give values, classes symbols of the same fields, None gives None."""
    result = await operation(Query(), **params, name="r", description="ignored")
    symbol = await operation(Query, **params)

    assert result.get_json() == expected
    assert result.name == "r"
    assert isinstance(symbol, SymbolicDataModel)
    assert list(symbol.keys()) == list(expected)
    assert await operation(None, **params) is None
