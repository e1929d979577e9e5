"""JSON objects with schemas."""

import copy
import pickle
import re

import numpy as np
import pytest

from synalinks.data_models import DataModel, Field, JsonDataModel, json_of, schema_of
from synalinks.errors import ConfigurationError, GraphError


class Query(DataModel):
    query: str
    tags: list[str] = Field(default=[])


SCHEMA = Query.get_schema()


@pytest.fixture
def model():
    return JsonDataModel(schema=SCHEMA, json={"query": "é", "tags": ["a"]}, name="q")


def test_holds_what_it_is_given():
    """Neither schema nor JSON is copied or checked."""
    json = {"anything": 1}

    model = JsonDataModel(SCHEMA, json)

    assert schema_of(model) is SCHEMA
    assert json_of(model) is json


def test_made_from_data_models():
    """A value gives schema and JSON, a class or symbol the schema alone."""
    value = Query(query="x")

    assert JsonDataModel(data_model=value).get_json() == value.get_json()
    assert JsonDataModel(data_model=Query, json={"query": "y"}).get("query") == "y"
    assert JsonDataModel(data_model=value, json={"query": "y"}).get("query") == "y"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, ConfigurationError, "either `schema` or `data_model`, received neither"),
        ({"schema": SCHEMA, "data_model": Query}, ConfigurationError, "received both"),
        (
            {"schema": SCHEMA},
            ConfigurationError,
            "expected `json` to be a dict, received",
        ),
        (
            {"schema": SCHEMA, "json": [1]},
            ConfigurationError,
            "received [1]. Pass `json",
        ),
        ({"schema": "x", "json": {}}, ConfigurationError, "schema of an object"),
        ({"data_model": Query}, ConfigurationError, "received the class"),
        ({"data_model": Query.to_symbolic_data_model()}, GraphError, "is symbolic"),
    ],
)
def test_incomplete_arguments_are_refused(arguments, error, message):
    """Schema and JSON are needed, from one source each."""
    with pytest.raises(error, match=re.escape(message)):
        JsonDataModel(**arguments)


def test_reading_gives_copies(model):
    """Changing what was read does not change the value."""
    model.get_json()["query"] = "new"
    model.get_schema().clear()
    model.get("tags").append("b")
    model["tags"].append("b")
    next(value for key, value in model.items() if key == "tags").append("b")
    list(model.values())[1].append("b")

    assert model.get_json() == {"query": "é", "tags": ["a"]}
    assert model.get_schema() == SCHEMA


def test_reading_fields(model):
    """Keys are those of the JSON; absent ones have a default or are an error."""
    assert list(model.keys()) == ["query", "tags"]
    assert model.get("nothing") is None
    assert model.get("nothing", 5) == 5
    assert dict(model) == model.get_json()
    with pytest.raises(KeyError):
        model["nothing"]


def test_is_no_sequence(model):
    """It cannot be looped over, and is one element of an array."""
    with pytest.raises(TypeError):
        iter(model)
    assert np.array([model, model], dtype=object).shape == (2,)


def test_update_changes_this_value_alone(model):
    """The dict that the value was made of, which others may hold, stays."""
    shared = json_of(model)

    model.update({"query": "new", "extra": 1})

    assert model.get_json() == {"query": "new", "tags": ["a"], "extra": 1}
    assert shared == {"query": "é", "tags": ["a"]}


def test_clone_is_independent(model):
    """A clone shares nothing, and has the name unless it is given another."""
    clone = model.clone()

    assert clone == model
    assert clone.name == "q"
    assert json_of(clone) is not json_of(model)
    assert model.clone(name="r").name == "r"


def test_becomes_other_kinds(model):
    """Renaming shares the value; a symbol has the schema."""
    renamed = model.to_json_data_model(name="r")

    assert renamed.name == "r"
    assert json_of(renamed) is json_of(model)
    assert model.to_json_data_model().name == "q"
    assert schema_of(model.to_symbolic_data_model(name="s")) is schema_of(model)
    assert model.to_symbolic_data_model(name="s").name == "s"


def test_names_are_made_up_on_demand():
    """A value that is not named gets a name that stays."""
    model = JsonDataModel(SCHEMA, {})

    assert model.name.startswith("json_data_model")
    assert model.name == model.name


def test_equality_is_that_of_the_json(model):
    """Schema and name do not count, and there is no hash."""
    assert model == JsonDataModel(data_model=Query, json=model.get_json())
    assert model != JsonDataModel(data_model=Query, json={})
    assert model != model.get_json()
    with pytest.raises(TypeError):
        hash(model)


def test_texts(model):
    """JSON text is real JSON with Unicode kept; the repr is short."""
    assert model.prettify_json() == '{\n  "query": "é",\n  "tags": [\n    "a"\n  ]\n}'
    assert '"title": "Query"' in model.prettify_schema()
    assert repr(model) == "JsonDataModel({'query': 'é', 'tags': ['a']})"


def test_config_makes_an_equal_value(model):
    """`from_config` undoes `get_config`; copies and pickles are equal too."""
    again = JsonDataModel.from_config(model.get_config())

    assert (again, again.name) == (model, "q")
    assert again.get_schema() == SCHEMA
    assert copy.deepcopy(model) == model
    assert pickle.loads(pickle.dumps(model)) == model  # noqa: S301 - made here
