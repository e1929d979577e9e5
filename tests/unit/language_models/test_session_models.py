"""The same name is the same model, until the session is cleared."""

import pytest

import synalinks
from synalinks.errors import ConfigurationError
from synalinks.language_models import LanguageModel, get
from synalinks.language_models._session_models import resolve_model


def test_a_name_is_one_object():
    """Its limits and counters are shared by all that use the name."""
    model = get("embedded/learner")

    assert get("embedded/learner") is model
    assert resolve_model(LanguageModel, "embedded/learner") is model
    assert get("openai/gpt-4o-mini") is not model


def test_defaults_and_fallbacks_share_it():
    """However the name comes in."""
    synalinks.set_default_language_model("embedded/learner")

    assert get() is get("embedded/learner")
    fallback = LanguageModel("openai/x", fallback="embedded/learner").fallback
    assert fallback is get("embedded/learner")


def test_clearing_the_session_forgets_them():
    """A new session starts from zero."""
    model = get("embedded/learner")

    synalinks.clear_session()

    assert get("embedded/learner") is not model


def test_objects_and_configurations_are_their_own():
    """Who wants a model of its own makes one."""
    model = LanguageModel("embedded/learner")

    assert get(model) is model
    assert get({"model": "embedded/learner"}) is not get("embedded/learner")


@pytest.mark.parametrize("fallback", [3, ["openai/x"]])
def test_a_fallback_is_a_model(fallback):
    """What is none is refused when the model is made, not when it is needed."""
    with pytest.raises(ConfigurationError, match="A language model is a `L"):
        LanguageModel("openai/x", fallback=fallback)
