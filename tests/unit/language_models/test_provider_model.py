"""What language and embedding models have in common."""

import pytest
from builders import scripted

from synalinks.embedding_models import EmbeddingModel
from synalinks.errors import ConfigurationError
from synalinks.language_models import LanguageModel

CANARY = "canary-31337"
MESSAGES = [{"role": "user", "content": "Hello"}]


@pytest.mark.parametrize("kind", [LanguageModel, EmbeddingModel])
def test_identity_counters_and_configuration(kind):
    """They have a name, a ledger, a provider, and no secret in their files."""
    model = kind(
        "openai/x",
        f"http://localhost/v1?key={CANARY}",
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
    assert model.unsaved_arguments() == [
        "api_key",
        "extra_headers.X-Api-Key",
        "api_base",
    ]
    assert repr(model) == f"{kind.__name__}('openai/x')"
    with pytest.raises(AttributeError, match="no attribute 'cumulated_nothing'"):
        _ = model.cumulated_nothing
    with pytest.raises(ConfigurationError, match="'provider/name'"):
        kind("x")


async def test_a_twin_has_counters_of_its_own_and_shares_the_rest():
    """It asks over the same transport, within the same limits, and counts apart."""
    model, transport = scripted()
    model.fallback, _ = scripted()
    twin = model.twin()

    await twin.complete([{"role": "user", "content": "Hello"}])

    assert len(transport.requests) == 1
    assert (model.cumulated_calls, twin.cumulated_calls) == (0, 1)
    assert twin._caller.limits is model._caller.limits
    assert twin.fallback is not model.fallback
    assert twin.get_config() == model.get_config()


def test_what_belongs_to_this_process_is_told():
    """Hooks and a transport of one's own, also those of a fallback; no plain choice."""
    model, _ = scripted()
    model.fallback = LanguageModel("openai/x", transport="direct", api_key="-")

    assert model.unsaved_arguments() == ["transport", "fallback.api_key"]
    assert LanguageModel("openai/x", temperature=0.0).unsaved_arguments() == []


@pytest.mark.parametrize("kind", [LanguageModel, EmbeddingModel])
@pytest.mark.parametrize(
    "key", [{"api_key": CANARY}, {"extra_headers": {"authorization": CANARY}}]
)
def test_a_key_beside_the_user_of_an_address_is_refused(kind, key):
    """One request takes only one of them; which one is not for us to choose."""
    address = f"http://me:{CANARY}@localhost/v1"

    with pytest.raises(ConfigurationError, match="has a user, and there is") as caught:
        kind("openai/x", address, **key)

    assert CANARY not in str(caught.value)
    assert CANARY not in repr(kind("openai/x", address).get_config())


@pytest.mark.parametrize("kind", [LanguageModel, EmbeddingModel])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timeout", 0),
        ("timeout", -1),
        ("timeout", "10"),
        ("timeout", float("nan")),
        ("retry", -1),
        ("retry", 2.5),
        ("retry", None),
        ("retry_max_wait", -1),
        ("retry_max_wait", None),
        ("max_concurrency", 0),
        ("max_concurrency", "8"),
        ("max_concurrency", True),
    ],
)
def test_numbers_that_cannot_be_are_refused(kind, name, value):
    """They are told by name when the model is made, not by each call."""
    with pytest.raises(ConfigurationError, match=f"`{name}` is a"):
        kind("openai/x", **{name: value})


@pytest.mark.parametrize("kind", [LanguageModel, EmbeddingModel])
def test_a_key_that_is_no_text_is_refused_at_once(kind):
    """When the model is made, not by the first call; and of a call, by that."""
    with pytest.raises(ConfigurationError, match=r"`api_key` of `\w+Model\('openai/x'"):
        kind("openai/x", api_key=object())
    with pytest.raises(ConfigurationError, match="`extra_headers` of"):
        kind("openai/x", extra_headers={"X-Team": 7})


async def test_a_key_of_a_call_that_is_no_text_is_refused_before_it_is_sent():
    """Nothing is asked with it."""
    model, transport = scripted()

    with pytest.raises(ConfigurationError, match="`api_key` of a call of"):
        await model.complete([{"role": "user", "content": "Hello"}], api_key=7)

    assert transport.requests == []


@pytest.mark.parametrize("kind", [LanguageModel, EmbeddingModel])
@pytest.mark.parametrize(
    ("name", "value", "instead"),
    [
        ("stream", True, "`streaming=True`"),
        ("n", 3, "several times"),
        ("messages", [], "first argument"),
        ("input", ["a"], "first argument"),
        ("base_url", "http://localhost/v1", "`api_base="),
        ("request_timeout", 1, "`timeout="),
        ("num_retries", 2, "`retry="),
        ("max_retries", 0, "`retry="),
    ],
)
def test_parameters_that_the_library_sends_itself_are_refused(
    kind, name, value, instead
):
    """They are told by name when the model is made, with what to say instead."""
    with pytest.raises(
        ConfigurationError, match=rf"`{name}` is no parameter of `\w+.*{instead}"
    ):
        kind("openai/x", **{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stream", True),
        ("n", 3),
        ("model", "gpt-4o"),
        ("api_base", "http://localhost/v1"),
        ("base_url", "http://localhost/v1"),
        ("timeout", 0.5),
        ("retry", 1),
        ("num_retries", 2),
    ],
)
async def test_such_parameters_of_a_call_are_refused_before_it_is_sent(name, value):
    """Of a call, also those that a model is made with; nothing is asked."""
    model, transport = scripted()
    embedder = EmbeddingModel("embedded/hash")

    with pytest.raises(ConfigurationError, match=f"`{name}` is no .* a call of"):
        await model(MESSAGES, **{name: value})
    with pytest.raises(ConfigurationError, match=f"`{name}` is no .* a call of"):
        await model(MESSAGES, streaming=True, **{name: value})
    with pytest.raises(ConfigurationError, match=f"`{name}` is no .* a call of"):
        await embedder.embed(["a"], **{name: value})

    assert transport.requests == []
    assert model.cumulated_failed_calls == embedder.cumulated_calls == 0


async def test_such_parameters_may_say_what_is_so_in_any_case():
    """None is not sent, one answer is what there is, and it comes in one piece."""
    model, transport = scripted()

    await model(MESSAGES, stream=False, n=1, model=None, timeout=None)

    assert transport.requests[0].params == {"stream": False, "n": 1}
