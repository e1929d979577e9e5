"""Data models of one kind from those of another."""

import pytest

from synalinks.data_models import DataModel, Variable
from synalinks.errors import ConfigurationError, GraphError
from synalinks.ops import convert_to_json_data_model, convert_to_symbolic_data_model


class Query(DataModel):
    query: str = "a"


def test_to_json_data_model():
    """Whatever has a value can be converted; None stays None."""
    value = Query().to_json_data_model()

    assert convert_to_json_data_model(value) is value
    assert convert_to_json_data_model(Query()) == value
    assert convert_to_json_data_model(Variable(data_model=Query)) == value
    assert convert_to_json_data_model(None) is None
    with pytest.raises(GraphError, match="is symbolic"):
        convert_to_json_data_model(Query.to_symbolic_data_model())
    with pytest.raises(ConfigurationError, match="received the class"):
        convert_to_json_data_model(Query)


def test_to_symbolic_data_model():
    """Whatever has a schema can be converted; None stays None."""
    symbol = Query.to_symbolic_data_model()

    assert convert_to_symbolic_data_model(symbol) is symbol
    assert convert_to_symbolic_data_model(Query()).get_schema() == Query.get_schema()
    assert convert_to_symbolic_data_model(Query).keys() == Query.keys()
    assert convert_to_symbolic_data_model(None) is None
    with pytest.raises(ConfigurationError, match=r"data model or None, received 5\."):
        convert_to_symbolic_data_model(5)
