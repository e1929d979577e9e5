"""A language model is found by name, configuration or default."""

import pytest

import synalinks
from synalinks.errors import ConfigurationError
from synalinks.language_models import LanguageModel, deserialize, get, serialize


@pytest.fixture(autouse=True)
def _new_session():
    yield
    synalinks.clear_session()


def test_get():
    """Instances stay, names and configurations make new ones."""
    model = LanguageModel("embedded/learner", temperature=0.5)

    assert get(model) is model
    assert get("embedded/learner").model == "embedded/learner"
    assert get(serialize(model)).default_kwargs == {"temperature": 0.5}
    assert get(model.get_config()).default_kwargs == {"temperature": 0.5}


def test_get_nothing_is_the_default_of_the_session():
    """None means the default, or None if there is none."""
    assert get(None) is None
    synalinks.set_default_language_model("embedded/learner")
    assert get(None).model == "embedded/learner"


@pytest.mark.parametrize("identifier", [3, object(), ["openai/x"]])
def test_get_refuses_anything_else(identifier):
    """The error says what is expected."""
    with pytest.raises(ConfigurationError, match="A language model is a"):
        get(identifier)


def test_deserialize_refuses_other_objects():
    """A configuration of something else is not returned as a model."""
    config = synalinks.saving.serialize_synalinks_object(synalinks.Program)

    with pytest.raises(ConfigurationError, match="configuration of a language model"):
        deserialize(config)
