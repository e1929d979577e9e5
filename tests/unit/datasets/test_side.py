"""One side of a row."""

import pytest
from pydantic import Field

from synalinks.data_models import DataModel, JsonDataModel
from synalinks.datasets._side import Side
from synalinks.errors import ConfigurationError, SchemaError


class Item(DataModel):
    name: str
    price: float
    is_new: bool = False
    tags: list[str] = Field(default_factory=list)


SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "price": {"type": "number"},
        "count": {"type": "integer"},
        "sold": {"type": "boolean"},
    },
    "required": ["name", "price"],
    "additionalProperties": False,
}
ROW = {"name": "pen", "price": "1.5", "colour": "red"}


def side(model=None, schema=None, template=None):
    return Side("input", model, schema, template)


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(side(Item), id="class"),
        pytest.param(side(schema=SCHEMA), id="schema"),
        pytest.param(side(Item.to_symbolic_data_model()), id="symbolic"),
    ],
)
def test_fields_are_the_columns_of_the_same_name(made):
    """Without a template, other columns are left out; texts become numbers."""
    model = made.make(ROW, "items.csv:2")

    assert isinstance(model, JsonDataModel)
    assert model.get("name") == "pen"
    assert model.get("price") == 1.5
    assert "colour" not in model.get_json()


def test_defaults_of_a_class_are_filled_in():
    """A class gives what the row leaves out."""
    model = side(Item).make(ROW, "")

    assert model.get_json() == {
        "name": "pen",
        "price": 1.5,
        "is_new": False,
        "tags": [],
    }
    assert model.get_schema() == Item.get_schema()


def test_a_template_makes_fields_of_columns():
    """A template names the fields and takes the columns it wants."""
    template = '{"name": "{{ colour }} {{ name }}", "price": {{ price }}}'

    assert side(Item, template=template).make(ROW, "").get("name") == "red pen"


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("-2", -2), ("TRUE", True), ("false", False), (4, 4)],
)
def test_texts_are_read_as_numbers_where_only_numbers_are_allowed(text, value):
    """CSV files have nothing but texts."""
    field = "sold" if isinstance(value, bool) else "count"
    row = {"name": "7", "price": "1", field: text}

    model = side(schema=SCHEMA).make(row, "")

    assert model.get(field) is value or model.get(field) == value
    assert model.get("name") == "7"


@pytest.mark.parametrize(
    ("made", "row", "message"),
    [
        pytest.param(
            side(Item),
            {"nam": "pen", "price": 1},
            r"^f:2: the input needs the columns `name`, which the row does not have\. "
            r"Columns: `nam`, `price`\. Did you mean `nam`\? Rename them, or pass an ",
            id="missing column",
        ),
        pytest.param(
            side(Item),
            {"name": "pen", "price": "much"},
            r"^f:2: the input\['price'\] does not fit `Item`: .*received 'much'\.$",
            id="class",
        ),
        pytest.param(
            side(schema=SCHEMA),
            {"name": "pen", "price": "much"},
            r"^f:2: the input does not fit its schema: price: 'much' is not of",
            id="schema",
        ),
        pytest.param(
            side(Item, template='{"name": "{{ name }}", "cost": 1}'),
            {"name": "pen"},
            r"^f:2: the input\['price'\] does not fit `Item`: Field required",
            id="template",
        ),
        pytest.param(
            side(Item, template="[1]"),
            {},
            r"^f:2: the input is \[1\]\. Expected a JSON object with the fields `name`",
            id="no object",
        ),
    ],
)
def test_a_row_that_does_not_fit_is_named(made, row, message):
    """The message says where the row stands, which field, and what was received."""
    with pytest.raises(ConfigurationError, match=message):
        made.make(row, "f:2")


@pytest.mark.parametrize(
    ("model", "schema", "received"), [(None, None, "neither"), (Item, SCHEMA, "both")]
)
def test_either_a_model_or_a_schema_is_needed(model, schema, received):
    """Two descriptions may disagree, none says nothing."""
    with pytest.raises(
        ConfigurationError, match=f"`input_schema`, received {received}"
    ):
        side(model, schema)


def test_a_schema_must_be_one():
    """A malformed schema is refused when it is given."""
    with pytest.raises(SchemaError, match="is not a JSON schema"):
        side(schema={"type": "thing"})
