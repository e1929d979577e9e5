"""Two data models in one."""

import pytest

from synalinks import ops
from synalinks.data_models import DataModel
from synalinks.errors import ConfigurationError


class Query(DataModel):
    query: str = "x"


A = Query(query="a")
B = Query(query="b")
BOTH = {"query": "a", "query_1": "b"}


@pytest.mark.parametrize(
    ("operation", "both", "left", "right"),
    [
        (ops.concat, BOTH, ConfigurationError, ConfigurationError),
        (ops.concatenate, BOTH, ConfigurationError, ConfigurationError),
        (ops.logical_and, BOTH, None, None),
        (ops.logical_or, BOTH, {"query": "a"}, {"query": "b"}),
        (ops.logical_xor, None, {"query": "a"}, {"query": "b"}),
    ],
)
async def test_truth_tables(operation, both, left, right):
    """Each operation gives what its table says."""
    for operands, expected in (((A, B), both), ((A, None), left), ((None, B), right)):
        if expected is ConfigurationError:
            with pytest.raises(ConfigurationError, match="received None on the"):
                await operation(*operands)
        else:
            result = await operation(*operands, name="r", description="ignored")
            assert (result and result.get_json()) == expected
            assert result is None or result.name == "r"


async def test_not():
    """A value becomes None, a symbol keeps its schema."""
    symbol = await ops.logical_not(Query, name="n")

    assert await ops.logical_not(A) is None
    assert symbol.get_schema() == Query.get_schema()
    assert symbol.origin.node.operation.name == "n"
