"""Users' data models."""

import copy
import json
import pickle
from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any, Generic, TypeVar

import numpy as np
import pydantic
import pytest
from pydantic import BaseModel, RootModel, computed_field

from synalinks.data_models import DataModel, Field, first_violation
from synalinks.errors import SchemaError

T = TypeVar("T")


class Color(Enum):
    RED = "red"


class Place(DataModel):
    """Where something is."""

    name: str
    country: str | None = None


class Town(Place):
    size: int = 0


class Trip(DataModel):
    start: Place
    stops: list[Place] = Field(default=[])
    by_day: dict[str, Place | None] = Field(default={})
    pair: tuple[Place, int] | None = None
    note: str | None
    color: Color = Color.RED
    free: dict[str, Any] = Field(default={})
    size: int | None = 1


def trip(**fields):
    return Trip(start=Place(name="é"), note=None, **fields)


def test_schema_is_that_of_pydantic():
    """A plain model has the schema that pydantic makes."""
    assert Place.get_schema() == Place.model_json_schema()
    assert Place(name="x").get_schema() == Place.get_schema()
    assert Place.prettify_schema() == json.dumps(Place.get_schema(), indent=2)
    assert list(Place.keys()) == ["name", "country"]


def test_schema_is_a_copy_that_may_be_changed():
    """Changing what was returned changes nothing else."""
    Place.get_schema()["properties"].clear()

    assert "name" in Place.get_schema()["properties"]


def test_subclasses_have_their_own_schema():
    """The schema of a parent that was asked for before is not inherited."""
    Place.get_schema()

    class Village(Place):
        cows: int

    assert "cows" in Village.get_schema()["properties"]


def test_model_that_contains_itself_has_properties_at_the_top():
    """The top level of a schema is always an object with properties."""

    class Tree(DataModel):
        trees: list["Tree"] = Field(default=[])

    assert list(Tree.get_schema()["properties"]) == ["trees"]
    assert first_violation(Tree(trees=[Tree()]).get_json(), Tree.get_schema()) is None


def test_json_leaves_out_what_is_none_by_default():
    """At every depth; None that is required, no default or a user's is kept."""
    value = trip(
        stops=[Place(name="a")],
        by_day={"mon": None, "tue": Place(name="b")},
        pair=(Place(name="c"), 1),
        free={"x": None},
        size=None,
    )

    assert value.get_json() == {
        "start": {"name": "é"},
        "stops": [{"name": "a"}],
        "by_day": {"mon": None, "tue": {"name": "b"}},
        "pair": [{"name": "c"}, 1],
        "note": None,
        "color": "red",
        "free": {"x": None},
        "size": None,
    }
    assert first_violation(value.get_json(), Trip.get_schema()) is None


def test_json_keeps_the_fields_that_a_subclass_adds():
    """A value in a field is dumped as what it is."""
    value = Trip(start=Town(name="x", size=3), stops=[Town(name="y")], note="n")

    assert value.get("start") == {"name": "x", "size": 3}
    assert value["stops"] == [{"name": "y", "size": 0}]


def test_json_uses_aliases_as_the_schema_does():
    """Value and schema have the same keys; fields that are computed have none."""

    class Named(DataModel):
        name: str = Field(alias="fullName")
        nick: str | None = Field(default=None, alias="nickName")

        @computed_field
        def length(self) -> int:
            return len(self.name)

    value = Named(fullName="x")

    assert value.get_json() == {"fullName": "x"}
    assert first_violation(value.get_json(), Named.get_schema()) is None


def test_json_of_plain_pydantic_models_inside():
    """A field may hold a model that is no data model."""

    class Plain(BaseModel):
        x: int | None = None

    class Holder(DataModel):
        plain: Plain

    assert Holder(plain=Plain()).get_json() == {"plain": {}}


def test_json_of_a_field_that_is_left_out_or_reshaped():
    """What pydantic is told about dumping a field is respected."""

    class Secret(DataModel):
        key: str | None = Field(default="x", exclude=True)
        place: Annotated[Place, pydantic.PlainSerializer(str)] = Place(name="x")

    assert set(Secret().get_json()) == {"place"}
    assert isinstance(Secret()["place"], str)


def test_reading_fields():
    """Values are read as JSON; what is left out is None, other keys are an error."""
    value = trip()

    assert value.get("note", 5) is None
    assert value.get("pair", 5) == 5
    assert value["pair"] is None
    with pytest.raises(KeyError):
        value["nothing"]
    assert value.prettify_json().startswith('{\n  "start": {\n    "name": "é"\n')


def test_becomes_json_data_model_and_symbol():
    """Values become JSON data models, classes symbols, with the names given."""
    value = Place(name="x").to_json_data_model(name="place")
    symbol = Place.to_symbolic_data_model(name="somewhere")

    assert value.get_json() == {"name": "x"}
    assert value.name == "place"
    assert symbol.name == "somewhere"
    assert symbol.get_schema() == Place.get_schema()


def test_config_makes_an_equal_instance():
    """`from_config` undoes `get_config`."""
    value = trip(stops=[Place(name="a")])

    assert Trip.from_config(value.get_config()) == value


def test_stays_a_pydantic_model():
    """Validation, equality, copies, pickles and generics work as in pydantic."""

    class Box(DataModel, Generic[T]):
        content: T

    value = Place(name="x")

    assert value == Place(name="x")
    assert value != Place(name="y")
    assert dict(value.model_copy(update={"name": "y"})) == {
        "name": "y",
        "country": None,
    }
    assert copy.deepcopy(value) == value
    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 - made here
    assert repr(value) == "Place(name='x', country=None)"
    assert value.model_dump() == {"name": "x", "country": None}
    assert Box[int](content=1).get_json() == {"content": 1}
    with pytest.raises(pydantic.ValidationError, match="Extra inputs"):
        Place(name="x", nam="y")


def test_goes_into_arrays_as_one_object():
    """An array of values has one element per value."""
    assert np.array([Place(name="x"), Place(name="y")], dtype=object).shape == (2,)


def test_schema_of_what_is_no_object_is_refused():
    """A class that pydantic describes as a list cannot be a data model."""

    class Places(DataModel):
        @classmethod
        def __get_pydantic_json_schema__(cls, *_):
            return {"type": "array"}

    with pytest.raises(SchemaError, match=r"`.*Places` is {'type': 'array'}, which is"):
        Places.get_schema()


def test_fields_without_schema_are_refused():
    """The class and the reason are named."""

    class Caller(DataModel):
        call: Callable[[], int]

    with pytest.raises(SchemaError, match=r"`.*Caller` cannot be described .*Callable"):
        Caller.get_schema()


def test_root_models_inside_are_dumped():
    """A root model in a field is dumped as its root."""

    class Names(RootModel[list[str]]):
        pass

    class Group(DataModel):
        names: Names

    assert Group(names=Names(["x"])).get_json() == {"names": ["x"]}
