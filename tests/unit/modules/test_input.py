"""`Input`: where data enters a graph."""

import pytest

import synalinks
from synalinks.errors import ConfigurationError, ModuleError, SchemaError
from tests.builders import Query


@pytest.mark.parametrize(
    "options",
    [
        {"data_model": Query},
        {"schema": Query.get_schema()},
        {"data_model": Query(query="x")},
        {"data_model": Query.to_symbolic_data_model()},
    ],
    ids=["class", "schema", "instance", "symbol"],
)
def test_an_input_has_the_schema_it_is_given(options):
    """However it is given."""
    symbol = synalinks.Input(**options, name="query", optional=True)

    assert symbol.get_schema() == Query.get_schema()
    assert symbol.name == "query"
    node = symbol.origin.node.operation
    assert (node.name, node.optional, node.built) == ("query", True, True)


def test_inputs_have_names_of_their_own():
    """Two inputs without a name can be in one graph."""
    synalinks.clear_session()

    names = [synalinks.Input(data_model=Query).name for _ in range(2)]

    assert names == ["input_module", "input_module_1"]


@pytest.mark.parametrize(
    "options", [{}, {"data_model": Query, "schema": Query.get_schema()}]
)
def test_one_of_schema_and_data_model_is_needed(options):
    """Neither and both are refused."""
    with pytest.raises(ConfigurationError, match="takes either `data_model` or `schem"):
        synalinks.Input(**options)


def test_a_schema_of_no_object_is_refused():
    """Data is always an object."""
    with pytest.raises(SchemaError, match="schema of an object"):
        synalinks.Input(schema={"type": "string"})


async def test_the_node_of_an_input_cannot_be_called():
    """It stands for what the program is given."""
    node = synalinks.Input(data_model=Query).origin.node.operation

    with pytest.raises(ModuleError, match="`InputModule` does not override"):
        await node(Query(query="x"))
