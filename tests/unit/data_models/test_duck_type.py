"""What all kinds of data model have in common."""

import re

import pytest

from synalinks.data_models import (
    DataModel,
    JsonDataModel,
    SymbolicDataModel,
    Variable,
    is_data_model,
    json_of,
    schema_of,
)
from synalinks.data_models._duck_type import property_names, schema_from
from synalinks.errors import ConfigurationError, GraphError, SchemaError


class Query(DataModel):
    query: str = "x"


KINDS = [
    Query,
    Query(),
    Query().to_json_data_model(),
    Query.to_symbolic_data_model(),
    Variable(data_model=Query),
]


@pytest.mark.parametrize("model", KINDS, ids=lambda kind: type(kind).__name__)
def test_every_kind_has_the_shared_schema(model):
    """The schema of a class is one object, whichever way it is reached."""
    assert is_data_model(model)
    assert schema_of(model) is schema_of(Query)


@pytest.mark.parametrize("model", [KINDS[1], KINDS[2], KINDS[4]])
def test_values_have_json(model):
    """Instances, JSON data models and variables have a value."""
    assert json_of(model) == {"query": "x"}


def test_symbols_have_no_json():
    """Asking a symbol for its value says what to implement."""
    with pytest.raises(GraphError, match="implement `compute_output_spec`"):
        json_of(KINDS[3])


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Query, "has a value, received the class <class"),
        ({"query": "x"}, "has a value, received {'query': 'x'}."),
        (None, "has a value, received None."),
    ],
)
def test_what_has_no_json_is_refused(model, message):
    """Classes and other objects have no value."""
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        json_of(model)


def test_what_has_no_schema_is_refused():
    """Other objects are no data models."""
    assert not is_data_model(5)
    with pytest.raises(
        ConfigurationError, match=r"Expected a data model .* received 5"
    ):
        schema_of(5)


@pytest.mark.parametrize(
    "schema",
    [{"type": "object"}, {"properties": {}}, {"$ref": "#/$defs/A", "$defs": {"A": {}}}],
)
def test_schemas_of_objects_are_taken(schema):
    """A schema is used as it is given, not copied."""
    assert schema_from(schema, None, "X") is schema


@pytest.mark.parametrize("schema", ["object", {}, {"type": "string"}, {"type": []}])
def test_other_schemas_are_refused(schema):
    """The message shows the expected shape and what was received."""
    with pytest.raises(SchemaError, match=r"`X` expected the JSON schema of an object"):
        schema_from(schema, None, "X")


@pytest.mark.parametrize(
    ("schema", "model", "received"),
    [(None, None, "neither"), ({"type": "object"}, Query, "both")],
)
def test_one_source_of_schema_is_needed(schema, model, received):
    """Schema and data model exclude each other."""
    message = f"`X` takes either `schema` or `data_model`, received {received}."
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        schema_from(schema, model, "X")


def test_property_names_of_a_reference():
    """A schema that is a reference has the properties of what it refers to."""
    schema = {"$ref": "#/$defs/A", "$defs": {"A": {"properties": {"a": {}}}}}

    assert list(property_names(schema)) == ["a"]


def test_kinds_of_one_json_are_of_no_other():
    """A JSON data model made from any kind of value has its schema and JSON."""
    assert JsonDataModel(data_model=KINDS[4]) == JsonDataModel(data_model=Query())
    assert isinstance(SymbolicDataModel(data_model=KINDS[4]), SymbolicDataModel)
