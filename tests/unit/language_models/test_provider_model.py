"""What language and embedding models have in common."""

import pytest

from synalinks.embedding_models import EmbeddingModel
from synalinks.errors import ConfigurationError
from synalinks.language_models import LanguageModel

CANARY = "canary-31337"


@pytest.mark.parametrize("kind", [LanguageModel, EmbeddingModel])
def test_identity_counters_and_configuration(kind):
    """They have a name, a ledger, a provider, and no secret in their files."""
    model = kind(
        "openai/x",
        f"http://me:{CANARY}@localhost/v1",
        api_key=CANARY,
        extra_headers={"X-Api-Key": CANARY, "X-Team": "a"},
        user="me",
    )

    config = model.get_config()

    assert CANARY not in repr(config) + repr(model)
    assert config["extra_headers"] == {"X-Team": "a"}
    assert config["user"] == "me"
    assert model.provider_info().name == "openai"
    assert model.cumulated_calls == model.ledger.total("calls") == 0
    assert model.reward_cumulated_cost == 0.0
    assert repr(model) == f"{kind.__name__}('openai/x')"
    with pytest.raises(AttributeError, match="no attribute 'cumulated_nothing'"):
        _ = model.cumulated_nothing
    with pytest.raises(ConfigurationError, match="'provider/name'"):
        kind("x")
