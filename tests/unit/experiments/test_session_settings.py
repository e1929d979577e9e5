"""What other processes get to know of a session."""

import pytest

from synalinks import config
from synalinks.embedding_models import EmbeddingModel
from synalinks.errors import ConfigurationError
from synalinks.experiments._session_settings import SessionSettings
from synalinks.language_models import LanguageModel


def test_another_process_has_what_is_set_here():
    """Seed, default models and observability are what they were, and nothing else."""
    config.set_seed(7)
    config.set_default_language_model(LanguageModel("openai/x", temperature=0.5))
    config.set_default_embedding_model("embedded/hash")
    config.enable_observability("http://127.0.0.1:9", "here", sampling_rate=0.5)
    settings = SessionSettings.here()

    config.clear_session()
    config.set_epsilon(0.1)
    settings.apply()

    model = LanguageModel.from_config(config.default_language_model()["config"])
    assert (model.model, model.default_kwargs) == ("openai/x", {"temperature": 0.5})
    assert config.default_embedding_model() == "embedded/hash"
    assert (config.get_seed(), config.epsilon()) == (7, 1e-7)
    assert config.mlflow_tracking_uri() == "http://127.0.0.1:9"
    assert SessionSettings.here() == settings


@pytest.mark.parametrize(
    ("default", "missing"),
    [
        (LanguageModel("openai/x", api_key="secret"), "`api_key`"),
        ({"model": "openai/x", "api_key": "secret"}, "`api_key`"),
        (
            EmbeddingModel("openai/x", api_key="k"),
            "`api_key`",
        ),
    ],
    ids=["object", "configuration", "embeddings"],
)
def test_what_cannot_be_sent_is_refused(default, missing):
    """A key stays in this process, and the error says what is missing where."""
    kind = "embedding" if isinstance(default, EmbeddingModel) else "language"
    getattr(config, f"set_default_{kind}_model")(default)

    with pytest.raises(ConfigurationError, match=missing) as caught:
        SessionSettings.here()

    assert f"set_default_{kind}_model(None)" in str(caught.value)
    assert "secret" not in str(caught.value)
