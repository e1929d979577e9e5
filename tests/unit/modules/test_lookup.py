"""Modules by configuration."""

import pytest

import synalinks
from synalinks.errors import ConfigurationError
from synalinks.modules import deserialize, get, serialize
from tests.builders import Answer


def test_a_module_is_made_again():
    """Of the same class, name and arguments; its variables are its own."""
    module = synalinks.Generator(data_model=Answer, temperature=0.5, name="writer")

    made = deserialize(serialize(module))

    assert isinstance(made, synalinks.Generator)
    assert (made.name, made.schema) == ("writer", Answer.get_schema())
    assert made.state is not module.state


def test_modules_are_found():
    """By name, by configuration, or as they are."""
    module = synalinks.Identity()

    assert get(module) is module
    assert get(None) is None
    assert isinstance(get("identity"), synalinks.Identity)
    assert isinstance(get(serialize(module)), synalinks.Identity)


def test_what_is_no_module_is_refused():
    """With what was received."""
    with pytest.raises(ConfigurationError, match="There is no module named 'identyti'"):
        get("identyti")
    with pytest.raises(ConfigurationError, match="not a module"):
        get(3)
    reward = synalinks.rewards.serialize(synalinks.ExactMatch())
    with pytest.raises(ConfigurationError, match="Expected a `Module`"):
        deserialize(reward)
