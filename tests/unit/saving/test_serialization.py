"""Between objects and JSON."""

import json
import re

import pytest

import synalinks
from synalinks.errors import FileFormatError, UnregisteredObjectError
from synalinks.saving import (
    Configurable,
    copy_configurable,
    deserialize_synalinks_object,
    register_synalinks_serializable,
    serialize_synalinks_object,
)
from tests.builders import QUERY, Query


@register_synalinks_serializable(package="forms")
class Pair(Configurable):
    """Two values."""

    def __init__(self, left=None, right=None):
        self.left = left
        self.right = right


@register_synalinks_serializable(package="forms")
def half(x):
    return x / 2


def again(value):
    """Return a value after a trip through JSON text."""
    text = json.dumps(serialize_synalinks_object(value))
    return deserialize_synalinks_object(json.loads(text))


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        1.5,
        "é",
        [],
        {},
        [1, [2, {"a": None}]],
        {"class_name": 1},
        {"config": 1},
        {"class_name": "Pair", "config": {"left": 1}},
        {"class_name": "__dict__", "config": {}},
        {"a": {"class_name": {"class_name": 1, "config": 2}, "config": [{}]}},
        {"shared_object_id": 0, "attributes": {}, "registered_name": "x"},
    ],
    ids=repr,
)
def test_json_comes_back_as_it_was(value):
    """Whatever it looks like."""
    assert again(value) == value
    assert again(Pair(value)).left == value


def test_the_form_of_an_object():
    """Module, class, configuration, registered name."""
    assert serialize_synalinks_object(Pair(1, (2, "x"))) == {
        "module": Pair.__module__,
        "class_name": "Pair",
        "config": {"left": 1, "right": [2, "x"]},
        "registered_name": "forms>Pair",
    }


def test_what_is_not_registered_has_no_registered_name():
    """It can be saved, and loaded with `custom_objects`."""

    class Free(Configurable):
        def __init__(self, x):
            self.x = x

    form = serialize_synalinks_object(Free(3))

    assert form["registered_name"] is None
    assert deserialize_synalinks_object(form, {"Free": Free}).x == 3
    assert deserialize_synalinks_object(form, {f"{Free.__module__}>Free": Free}).x == 3


def test_nested_objects_come_back():
    """In lists, in dicts, in each other."""
    made = again({"a": [Pair(Pair(1)), half], "b": Pair})

    assert made["a"][0].left.left == 1
    assert made["a"][1] is half
    assert made["b"] is Pair


def test_data_models_come_back():
    """Classes and symbols as schemas, values as values."""
    symbol = again(Query)
    value = again(QUERY)
    variable = again(synalinks.Variable({"query": "q"}, Query))

    assert symbol.get_schema() == Query.get_schema()
    assert again(symbol).get_schema() == Query.get_schema()
    assert isinstance(value, synalinks.JsonDataModel)
    assert value.get_json() == again(value).get_json() == {"query": "What is it?"}
    assert value.get_schema() == Query.get_schema()
    assert variable.get_json() == {"query": "q"}


def test_an_object_that_occurs_twice_is_one_object_again():
    """As it was; equal objects stay apart."""
    shared = Pair(1)

    one, two, three = again([shared, Pair(shared, Pair(1)), shared])

    assert one is three is two.left
    assert two.right is not one


def test_only_shared_objects_have_a_number():
    """A form without sharing does not speak of it."""
    shared = Pair(1)

    assert "shared_object_id" not in json.dumps(serialize_synalinks_object([Pair(1)]))
    forms = serialize_synalinks_object([shared, Pair(2), shared])
    assert [form.get("shared_object_id") for form in forms] == [0, None, 0]


def test_two_forms_do_not_share():
    """A number counts inside one form."""
    shared = Pair(1)
    form = serialize_synalinks_object([shared, shared])

    first, second = (deserialize_synalinks_object(form) for _ in range(2))

    assert first[0] is first[1]
    assert first[0] is not second[0]


@pytest.mark.parametrize("value", [object(), {1, 2}, b"x", 1j])
def test_what_has_no_form_is_told(value):
    """By its representation."""
    with pytest.raises(UnregisteredObjectError, match=r"has no JSON form. Expected"):
        serialize_synalinks_object([value])


class WithRawConfig:
    """Describes itself by what is no JSON."""

    def get_config(self):
        """Return an object as it is."""
        return {"n": 1, "key": len}


def test_a_configuration_that_is_no_json_is_told():
    """By its class and the part, with what to do about it."""
    with pytest.raises(
        UnregisteredObjectError,
        match=r"`WithRawConfig.get_config\(\)` returned .*len.* as `key`.*Return what",
    ):
        serialize_synalinks_object({"parts": [WithRawConfig()]})


class WithName:
    def __call__(self):
        return None


@pytest.mark.parametrize(
    ("function", "name"),
    [(half, "half"), (len, "len"), ("x".join, "join"), (WithName(), "WithName")],
)
def test_anything_that_can_be_called_is_named(function, name):
    """A file holds the name, never the code."""
    form = serialize_synalinks_object(function)

    assert (form["class_name"], form["config"]) == ("__function__", name)
    assert deserialize_synalinks_object(form, {name: function}) is function


@pytest.mark.parametrize(
    ("form", "error", "message"),
    [
        (
            {"class_name": "Pairr", "config": {}},
            UnregisteredObjectError,
            "`Pairr` is not registered for loading. Did you mean `Pair`? Decorate it",
        ),
        (
            {"class_name": "__function__", "config": "hlf"},
            UnregisteredObjectError,
            "`hlf` is not registered for loading. Did you mean `half`?",
        ),
        (
            {"class_name": "half", "config": {}, "registered_name": "forms>half"},
            FileFormatError,
            "`half` is not a class with `from_config`",
        ),
        (
            {"class_name": "Pair", "config": 3, "registered_name": "forms>Pair"},
            FileFormatError,
            "The config of `Pair` is no object",
        ),
        (
            {"class_name": ["x"], "config": {}},
            UnregisteredObjectError,
            "`['x']` is not",
        ),
        (
            {"class_name": {}, "config": {}, "registered_name": [1]},
            UnregisteredObjectError,
            "`{}` is not registered",
        ),
        (
            {
                "class_name": "Pair",
                "config": {},
                "registered_name": "forms>Pair",
                "attributes": [1],
            },
            FileFormatError,
            "The attributes of `Pair` are no object",
        ),
        (
            {"class_name": "__schema__", "config": 3},
            FileFormatError,
            "The config of `__schema__` is no object",
        ),
        (
            {"class_name": "__dict__", "config": []},
            FileFormatError,
            "The config of `__dict__` is no object",
        ),
    ],
)
def test_a_malformed_form_is_told(form, error, message):
    """With what it says, and what to do."""
    with pytest.raises(error, match=re.escape(message)):
        deserialize_synalinks_object(form)


def test_there_is_no_unsafe_mode():
    """The argument is accepted and has no effect."""
    form = {"class_name": "__function__", "config": "system", "module": "os"}

    with pytest.raises(UnregisteredObjectError):
        deserialize_synalinks_object(form, safe_mode=False)


class TestCopy:
    """Objects made again in the same process."""

    def test_nothing_has_to_be_registered(self):
        """Classes and functions are the same."""

        class Free(Configurable):
            def __init__(self, inner=None, function=None):
                self.inner = inner
                self.function = function

        original = Free(Free(function=lambda x: x), function=print)

        copy = copy_configurable(original)

        assert type(copy.inner) is Free
        assert copy.inner is not original.inner
        assert copy.inner.function is original.inner.function
        assert copy.function is print

    def test_arguments_can_be_changed(self):
        """Those that the object has."""
        copy = copy_configurable(Pair(1, 2), right=3, unknown=4)

        assert (copy.left, copy.right) == (1, 3)

    def test_language_models_are_shared(self):
        """Their limits and ledgers hold for all copies."""
        model = synalinks.LanguageModel("embedded/learner")

        assert copy_configurable(Pair(model)).left is model
