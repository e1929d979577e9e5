"""The embedded transport: settings, failures, usage, determinism."""

import json
import subprocess
import sys
import time

import pytest

from synalinks.errors import ConfigurationError, RateLimitedError, ServerError
from synalinks.language_models._embedded import EmbeddedTransport
from synalinks.language_models._request import LMRequest

SCHEMA = {
    "type": "object",
    "properties": {"label": {"enum": ["billing", "delivery", "returns"]}},
    "required": ["label"],
}


def ask(text: str, **changes) -> LMRequest:
    messages = [{"role": "user", "content": json.dumps({"text": text})}]
    fields = {"model": "embedded/learner", "messages": messages, "schema": SCHEMA}
    return LMRequest(**(fields | changes))


async def test_it_says_that_it_is_no_neural_model():
    """The docstring and the repr say plainly what this is."""
    assert "not a neural LM" in repr(EmbeddedTransport(seed=3))
    assert "seed=3" in repr(EmbeddedTransport(seed=3))
    assert "not a neural LM" in (EmbeddedTransport.__doc__ or "")


async def test_the_same_request_gets_the_same_answer():
    """Answers depend on the request and the settings, not on what was asked before."""
    first, second = EmbeddedTransport(), EmbeddedTransport()
    for number in range(20):
        await second.send(ask(f"something else {number}"))

    texts = ["zzz", "qqq", "my delivery is late", ""]
    answers = [await first.send(ask(text)) for text in texts]
    again = [await second.send(ask(text)) for text in texts]

    assert answers == again


async def test_what_nothing_speaks_for_is_not_always_the_first_value():
    """Without evidence, input and seed decide, evenly over the values."""
    answers = [
        [
            (await EmbeddedTransport(seed=seed).send(ask("#" * n))).content
            for n in (1, 2)
        ]
        for seed in range(40)
    ]

    assert len({answer for pair in answers for answer in pair}) == 3
    assert any(one != other for one, other in answers)


async def test_another_model_name_is_refused():
    """An unknown model is a configuration error that names the known one."""
    with pytest.raises(ConfigurationError) as caught:
        await EmbeddedTransport().send(ask("x", model="embedded/learnr"))

    assert str(caught.value) == (
        "There is no embedded model `embedded/learnr`; the only one is "
        "`embedded/learner`. Did you mean `embedded/learner`?"
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"latency_s": -1.0},
            "`latency_s` of the embedded model is -1.0, not 0.0 to inf.",
        ),
        (
            {"failure_rate": 1.5},
            "`failure_rate` of the embedded model is 1.5, not 0.0 to 1.0.",
        ),
    ],
)
def test_a_setting_out_of_range_is_refused(settings, message):
    """Numbers are checked when the transport is made."""
    with pytest.raises(ConfigurationError) as caught:
        EmbeddedTransport(**settings)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("kinds", "part"),
    [(["rate_limit"], "Did you mean `rate_limited`?"), ([], "is empty; known are")],
)
def test_an_unknown_failure_kind_is_refused(kinds, part):
    """The message lists the known kinds."""
    with pytest.raises(ConfigurationError, match="failure_kinds") as caught:
        EmbeddedTransport(failure_kinds=kinds)

    assert part in str(caught.value)


async def test_usage_counts_four_characters_as_a_token():
    """Prompt and completion are counted, and cost what the price says."""
    transport = EmbeddedTransport(price_per_token=0.5)

    response = await transport.send(ask("my delivery is late"))

    prompt = json.dumps({"text": "my delivery is late"})
    assert response.usage.calls == 1
    assert response.usage.prompt_tokens == -(-len(prompt) // 4)
    assert response.usage.completion_tokens == -(-len(response.content or "") // 4)
    assert response.usage.cost_usd == 0.5 * response.usage.tokens
    assert response.model == "embedded/learner"


async def test_without_a_price_it_is_free():
    """The cost is 0.0, not unknown."""
    assert (await EmbeddedTransport().send(ask("x"))).usage.cost_usd == 0.0


async def test_failures_come_at_the_rate_asked_for_and_a_retry_may_succeed():
    """Failures are drawn per request and attempt, the same in every run."""

    async def outcomes() -> list[str]:
        transport = EmbeddedTransport(
            failure_rate=0.3, failure_kinds=["rate_limited", "server_error"]
        )
        found = []
        for number in range(200):
            try:
                await transport.send(ask(f"text {number % 20}"))
                found.append("ok")
            except (RateLimitedError, ServerError) as error:
                found.append(f"{type(error).__name__} {error.status_code}")
        return found

    found = await outcomes()

    assert found == await outcomes()
    assert set(found) == {"ok", "RateLimitedError 429", "ServerError 503"}
    assert 0.6 < found.count("ok") / len(found) < 0.8
    assert all("ok" in found[number::20] for number in range(20))


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("not_json", "stop"), ("wrong_schema", "stop"), ("cut_off", "length")],
)
async def test_an_answer_can_be_spoiled(kind, reason):
    """Bad answers arrive as answers, with usage."""
    transport = EmbeddedTransport(failure_rate=1.0, failure_kinds=[kind])

    response = await transport.send(ask("my delivery is late"))

    assert response.finish_reason == reason
    assert "label" not in (response.content or "")
    assert response.usage.prompt_tokens > 0


async def test_latency_and_jitter_are_waited_for():
    """An answer takes at least the latency."""
    started = time.perf_counter()

    await EmbeddedTransport(latency_s=0.02, jitter_s=0.001).send(ask("x"))

    assert time.perf_counter() - started >= 0.02


async def test_without_a_schema_the_answer_is_text():
    """Free text is a part of the input."""
    response = await EmbeddedTransport().send(ask("Hello there.", schema=None))

    assert response.content == "Hello there."


async def test_closing_leaves_it_usable():
    """There is nothing to close."""
    transport = EmbeddedTransport()
    await transport.aclose()

    assert (await transport.send(ask("delivery"))).content == '{"label": "delivery"}'


def test_importing_it_imports_neither_litellm_nor_an_http_client():
    """The offline model needs nothing of the online ones."""
    code = (
        "import sys; import synalinks.language_models._embedded; "
        "sys.exit(bool({'litellm', 'aiohttp', 'numpy'} & set(sys.modules)))"
    )

    subprocess.run([sys.executable, "-c", code], check=True)
