"""First values of variables."""

import re

import pytest

from synalinks.data_models import DataModel, Field
from synalinks.errors import ConfigurationError
from synalinks.initializers import (
    Empty,
    Initializer,
    deserialize,
    empty,
    get,
    serialize,
)


class Memory(DataModel):
    facts: list[str] = Field(default_factory=lambda: ["a"])
    count: int = 0


class Goal(DataModel):
    goal: str


def test_empty_gives_the_defaults():
    """Defaults come from the class or the schema."""
    assert Empty(data_model=Memory)() == {"facts": ["a"], "count": 0}
    assert Empty(schema=Memory.get_schema())() == {"count": 0}
    assert Empty()() == {}
    assert Empty().schema is None


def test_json_completes_the_defaults():
    """What is given is used, the rest are defaults."""
    assert Initializer(json={"count": 2}, data_model=Memory)() == {
        "facts": ["a"],
        "count": 2,
    }
    assert Initializer(json={"count": 2})() == {"count": 2}
    assert Initializer(data_model=Memory(count=3))()["count"] == 3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Initializer(json=[]), "`json` expected a dict, received []."),
        (lambda: Initializer(schema=Memory.get_schema(), data_model=Memory), "both"),
        (lambda: Initializer(schema={"type": "array"}), "schema of an object"),
        (lambda: Empty(data_model=Goal)(), "`goal` of `Goal` has none"),
    ],
)
def test_wrong_arguments_are_refused(make, message):
    """There is one source of schema, and every field has a value."""
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        make()


@pytest.mark.parametrize(
    "initializer",
    [
        Empty(data_model=Memory),
        Initializer(json={"count": 2}, data_model=Memory),
        Initializer(data_model=Memory(count=3)),
        Initializer(json={"count": 2}),
    ],
)
def test_config_makes_an_equal_initializer(initializer):
    """`from_config` undoes `get_config`, factories of defaults included."""
    again = type(initializer).from_config(initializer.get_config())

    assert type(again) is type(initializer)
    assert again() == initializer()
    assert again.schema == initializer.schema


@pytest.mark.parametrize(
    "identifier",
    ["empty", "Empty", Empty, Empty(), {"class_name": "Empty", "config": {}}],
    ids=["snake", "camel", "class", "instance", "configuration"],
)
def test_an_initializer_can_be_named(identifier):
    """A name, a class, an instance and a configuration stand for the same."""
    assert type(get(identifier)) is Empty
    assert get(None) is None


def test_serializing_is_undone():
    """`deserialize` makes an equal initializer of what `serialize` returned."""
    initializer = Initializer(json={"count": 2}, data_model=Memory)

    again = deserialize(serialize(initializer))

    assert again() == {"facts": ["a"], "count": 2}
    assert again.schema == initializer.schema
    assert empty is Empty


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("emty", "no initializer named 'emty'. Did you mean `empty`?"),
        (7, "Expected an initializer, its name, or its configuration; received: 7"),
        ({"a": 1}, "{'a': 1} does not describe an initializer"),
        ({"class_name": "Foo", "config": {}}, "no initializer named 'Foo'"),
        (Memory, "Expected an initializer"),
    ],
)
def test_what_is_no_initializer_is_refused(identifier, message):
    """The message says what was received, and what there is."""
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        get(identifier)
