"""Which classes and functions files may name."""

import asyncio

import pytest

import synalinks
from synalinks.errors import ConfigurationError
from synalinks.saving import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_synalinks_serializable,
)
from tests.builders import run


def test_a_class_is_registered_under_package_and_name():
    """And returned unchanged."""

    @register_synalinks_serializable(package="shop")
    class Router:
        pass

    assert get_registered_name(Router) == "shop>Router"
    assert get_registered_object("shop>Router") is Router
    assert get_custom_objects()["shop>Router"] is Router


def test_the_package_is_custom_unless_it_is_said():
    """A name of one's own wins over that of the function."""

    @register_synalinks_serializable()
    def clean(inputs):
        return inputs

    @register_synalinks_serializable(name="renamed")
    def dirty(inputs):
        return inputs

    assert get_registered_name(clean) == "Custom>clean"
    assert get_registered_object("Custom>renamed") is dirty
    assert clean(3) == 3


def test_an_unknown_name_is_none():
    """Looking up is no error; the name of what is not registered is its own."""

    def free():
        return None

    assert get_registered_object("nobody") is None
    assert get_registered_name(free) == "free"
    assert get_registered_name(3) == "3"


def test_our_own_classes_are_registered():
    """Under their public package."""
    assert get_registered_name(synalinks.Generator) == "synalinks.modules>Generator"
    assert get_registered_object("synalinks.programs>Program") is synalinks.Program


def test_the_same_definition_may_be_run_again():
    """A cell of a notebook is run many times; the last one counts."""

    def define():
        @register_synalinks_serializable(package="notebook")
        class Cell:
            pass

        return Cell

    first, second = define(), define()

    assert first is not second
    assert get_registered_object("notebook>Cell") is second


def test_another_class_of_the_same_name_is_refused():
    """A file could mean either; nothing of ours can be replaced."""
    register_synalinks_serializable(package="clash")(
        type("Same", (), {"__qualname__": "one.Same"})
    )

    with pytest.raises(ConfigurationError, match="'clash>Same' is the name of another"):
        register_synalinks_serializable(package="clash")(
            type("Same", (), {"__qualname__": "two.Same"})
        )
    with pytest.raises(ConfigurationError, match=r"synalinks.modules>Generator"):
        register_synalinks_serializable("synalinks.modules", "Generator")(
            type("X", (), {})
        )
    assert get_registered_object("synalinks.modules>Generator") is synalinks.Generator


@pytest.mark.parametrize("target", [3, "x", None, object()])
def test_only_classes_and_functions_are_registered(target):
    """The message says what was received."""
    with pytest.raises(ConfigurationError, match="takes a class or a function"):
        register_synalinks_serializable()(target)


class TestScope:
    """Objects that are known inside a `with` block."""

    def test_objects_are_known_inside(self):
        """And win over what an outer scope knows."""
        with CustomObjectScope({"a": 1, "b": 2}):
            with custom_object_scope({"b": 3}) as scope:
                assert isinstance(scope, CustomObjectScope)
                assert get_registered_object("a") == 1
                assert get_registered_object("b") == 3
            assert get_registered_object("b") == 2
        assert get_registered_object("a") is None

    def test_nothing_is_a_scope_as_well(self):
        """None means no further objects."""
        with CustomObjectScope(None):
            assert get_registered_object("a") is None

    def test_an_argument_wins_over_a_scope(self):
        """The nearest is meant."""
        with CustomObjectScope({"a": 1}):
            assert get_registered_object("a", {"a": 2}) == 2

    def test_a_scope_ends_with_an_error(self):
        """It is left like any block."""
        with pytest.raises(KeyError), CustomObjectScope({"a": 1}):
            raise KeyError
        assert get_registered_object("a") is None

    def test_tasks_have_scopes_of_their_own(self):
        """Two loads at the same time do not see each other's objects."""

        async def load(value):
            with CustomObjectScope({"a": value}):
                await asyncio.sleep(0)
                return get_registered_object("a")

        async def both():
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(load(value)) for value in (1, 2)]
            return [task.result() for task in tasks]

        assert run(both()) == [1, 2]
