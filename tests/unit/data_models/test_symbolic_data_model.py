"""Data models without a value."""

import pytest

from synalinks.data_models import DataModel, SymbolicDataModel, schema_of
from synalinks.errors import ConfigurationError, GraphError
from synalinks.graph import Node, Origin, Symbol


class Query(DataModel):
    query: str


@pytest.fixture
def symbol():
    return SymbolicDataModel(data_model=Query, name="x")


def test_is_a_symbol_of_the_graph(symbol):
    """It has the schema it was given, a name, and no origin yet."""
    assert isinstance(symbol, Symbol)
    assert schema_of(symbol) is schema_of(Query)
    assert symbol.get_schema() == Query.get_schema()
    assert list(symbol.keys()) == ["query"]
    assert symbol.origin is None
    assert symbol.record_history
    assert SymbolicDataModel(schema=Query.get_schema()).name.startswith("symbolic_")


def test_has_no_value(symbol):
    """The error says what to implement, and is a `ValueError`."""
    with pytest.raises(ValueError, match=r"`x` is symbolic.*`compute_output_spec`"):
        symbol.get_json()


@pytest.mark.parametrize(
    "read",
    [
        lambda symbol: symbol.__synalinks_json__(),
        lambda symbol: symbol.get("query"),
        lambda symbol: symbol["query"],
        lambda symbol: symbol.values(),
        lambda symbol: symbol.items(),
        lambda symbol: symbol.update({}),
        lambda symbol: symbol.to_json_data_model(),
        lambda symbol: symbol.prettify_json(),
    ],
)
def test_reading_a_value_says_what_to_do(symbol, read):
    """Every way to read a value has the same error."""
    with pytest.raises(GraphError, match="implement `compute_output_spec`"):
        read(symbol)
    with pytest.raises(TypeError):
        iter(symbol)


def test_needs_one_schema():
    """Schema and data model exclude each other."""
    with pytest.raises(ConfigurationError, match="`SymbolicDataModel` takes either"):
        SymbolicDataModel(data_model=Query, schema=Query.get_schema())


def test_renaming_keeps_the_origin(symbol):
    """A symbol of another name stands for the same value; a clone does not."""
    symbol.origin = Origin(Node(operation=None, kwargs={}), 0)

    assert symbol.to_symbolic_data_model() is symbol
    assert symbol.to_symbolic_data_model(name="x") is symbol
    assert symbol.to_symbolic_data_model(name="y").origin is symbol.origin
    assert symbol.to_symbolic_data_model(name="y").name == "y"
    assert symbol.clone(name="z").origin is None
    assert symbol.clone(name="z").get_schema() == symbol.get_schema()


def test_texts(symbol):
    """The repr names the properties."""
    assert repr(symbol) == "SymbolicDataModel('x': query)"
    assert repr(symbol.out_mask(["query"])).endswith(": ∅)")
    assert symbol.prettify_schema() == Query.prettify_schema()


def test_config_makes_a_symbol_of_the_same_schema(symbol):
    """`from_config` undoes `get_config`, except for the origin."""
    again = SymbolicDataModel.from_config(symbol.get_config())

    assert (again.name, again.get_schema()) == ("x", symbol.get_schema())
