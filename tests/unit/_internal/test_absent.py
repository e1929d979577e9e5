"""Names that are not there: said why, or where they are."""

import importlib
import re

import pytest

import synalinks
from synalinks._internal import absent


@pytest.mark.parametrize("name", sorted(absent._WHY))
def test_a_name_out_of_scope_says_why(name):
    """Whatever the namespace, with the sentence of its group and no other name."""
    reason = absent._WHY[name]
    for module in (synalinks, synalinks.modules):
        with pytest.raises(
            AttributeError,
            match=rf"^`{module.__name__}.{name}` is out of scope. {re.escape(reason)}$",
        ):
            getattr(module, name)


@pytest.mark.parametrize(
    ("namespace", "name", "message"),
    [
        ("synalinks", "History", "It is `synalinks.callbacks.History`."),
        ("synalinks.utils", "Generator", "It is `synalinks.modules.Generator`."),
        ("synalinks", "Generater", "Did you mean `Generator`?"),
        ("synalinks.rewards", "ExactMach", "Did you mean `ExactMatch`?"),
        ("synalinks.config", "set_sed", "Did you mean `set_seed`?"),
    ],
)
def test_a_name_elsewhere_or_misspelled_is_shown(namespace, name, message):
    """The path of the name, or the one that was meant."""
    with pytest.raises(
        AttributeError, match=f"`{namespace}` has no `{name}`. {re.escape(message)}"
    ):
        getattr(importlib.import_module(namespace), name)


@pytest.mark.parametrize("name", ["Relation", "Trainer2D", "Tuner", "Hooked"])
def test_another_word_is_no_suggestion(name):
    """A name that merely shares letters would lead astray."""
    with pytest.raises(AttributeError) as caught:
        getattr(synalinks, name)

    assert "Did you mean" not in str(caught.value)


@pytest.mark.parametrize("name", ["__wrapped__", "_private"])
def test_private_names_are_looked_for_nowhere_else(name):
    """Tools that look for special attributes load nothing."""
    assert not hasattr(synalinks, name)
    assert not hasattr(synalinks.rewards, name)


def test_the_backend_has_the_data_models_and_the_settings():
    """They are the same objects."""
    assert synalinks.backend.ChatMessage is synalinks.ChatMessage
    assert synalinks.backend.set_seed is synalinks.set_seed
