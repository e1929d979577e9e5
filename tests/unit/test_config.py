"""The session: seed, default models, home folder."""

import os
import re
from pathlib import Path

import pytest

import synalinks
from synalinks import config
from synalinks.errors import ConfigurationError


@pytest.fixture(autouse=True)
def _fresh_session():
    config.clear_session()
    yield
    config.clear_session()


def test_the_seed_is_123_until_it_is_set():
    """The seed has a default, and keeps what it is given."""
    assert synalinks.get_seed() == 123

    synalinks.set_seed(7)

    assert synalinks.get_seed() == 7


@pytest.mark.parametrize("seed", [1.0, "1", None, True])
def test_a_seed_is_an_integer(seed):
    """Anything else is refused, and the seed stays."""
    with pytest.raises(ConfigurationError, match="`set_seed` takes an integer"):
        config.set_seed(seed)
    assert config.get_seed() == 123


def test_epsilon_is_kept():
    """The small number has a default, and keeps what it is given."""
    assert config.epsilon() == 1e-7

    config.set_epsilon(0.5)

    assert config.epsilon() == 0.5


@pytest.mark.parametrize("value", [0, -1.0, float("nan"), "1", None, True])
def test_epsilon_is_a_positive_number(value):
    """Anything else is refused, and the number stays."""
    with pytest.raises(ConfigurationError, match="`set_epsilon` takes a positive"):
        config.set_epsilon(value)
    assert config.epsilon() == 1e-7


@pytest.mark.parametrize("kind", ["language", "embedding"])
def test_default_models_are_kept(kind):
    """What is set is what is got; None takes it away."""
    set_default = getattr(config, f"set_default_{kind}_model")
    default = getattr(config, f"default_{kind}_model")
    assert default() is None

    set_default("openai/x")
    assert default() == "openai/x"

    set_default(None)
    assert default() is None


@pytest.mark.parametrize("value", ["foo", "", "/x", "openai/", 3, ["openai/x"]])
@pytest.mark.parametrize(
    ("kind", "example"),
    [
        ("language", "'openai/gpt-4o-mini', or an object of `LanguageModel`"),
        (
            "embedding",
            "'openai/text-embedding-3-small', or an object of `EmbeddingModel`",
        ),
    ],
)
def test_a_default_model_is_a_model_or_its_name(kind, example, value):
    """Anything else is refused at once, and the default stays."""
    with pytest.raises(
        ConfigurationError,
        match=f"`set_default_{kind}_model` takes a name of the form 'provider/name', "
        f"such as {example}, received: {re.escape(repr(value))}",
    ):
        getattr(config, f"set_default_{kind}_model")(value)
    assert getattr(config, f"default_{kind}_model")() is None


def test_models_and_configurations_can_be_defaults():
    """What `get` takes, the session takes, each kind only its own."""
    model = synalinks.LanguageModel("openai/x")
    for identifier in (model, model.get_config()):
        config.set_default_language_model(identifier)
        assert synalinks.language_models.get().model == "openai/x"

    with pytest.raises(ConfigurationError, match="received: LanguageModel"):
        config.set_default_embedding_model(model)


def test_the_home_folder_follows_the_environment(monkeypatch, tmp_path):
    """`$SYNALINKS_HOME` wins over the folder in the user's home; none is made."""
    monkeypatch.setenv("SYNALINKS_HOME", str(tmp_path / "mine"))
    assert config.synalinks_home() == tmp_path / "mine"
    assert not config.synalinks_home().exists()

    monkeypatch.delenv("SYNALINKS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert config.synalinks_home() == Path(os.environ["HOME"]) / ".synalinks"


def test_clearing_the_session_forgets_everything():
    """Seed, default models, epsilon and automatic names start anew."""
    config.set_seed(1)
    config.set_epsilon(0.5)
    config.set_default_language_model("openai/x")
    first = synalinks.Identity().name

    synalinks.clear_session(free_memory=False)

    assert config.get_seed() == 123
    assert config.epsilon() == 1e-7
    assert config.default_language_model() is None
    assert first == synalinks.Identity().name == "identity"


def test_others_may_be_told_of_the_end_of_a_session(monkeypatch):
    """Objects of higher layers that belong to the session end with it."""
    monkeypatch.setattr(config, "_on_clear", [])
    ended = []

    config.on_clear_session(lambda: ended.append(1))
    config.clear_session()
    config.clear_session()

    assert ended == [1, 1]


def test_what_is_printed_is_a_switch_of_the_session():
    """It is on until it is turned off, and on again in a fresh session."""
    assert config.is_interactive_logging_enabled()

    config.disable_interactive_logging()
    assert not config.is_interactive_logging_enabled()

    config.enable_interactive_logging()
    assert config.is_interactive_logging_enabled()


def test_switches_of_traces_may_be_used_from_here(tmp_path):
    """They are those of `synalinks`; what is not there is explained."""
    assert config.record_traces is synalinks.record_traces
    assert not config.is_trace_recording_enabled()

    config.record_traces(tmp_path)
    try:
        assert config.trace_recording_dir() == tmp_path
        assert synalinks.is_trace_recording_enabled()
    finally:
        synalinks.stop_recording()
    assert config.trace_recording_dir() is None

    with pytest.raises(AttributeError, match="Keys and addresses belong"):
        config.set_api_key("x")
