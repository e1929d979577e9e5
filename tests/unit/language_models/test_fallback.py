"""When a model fails for good, another may answer."""

import pytest

from synalinks.errors import (
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ServerError,
)
from synalinks.language_models import LanguageModel
from synalinks.testing import ScriptedTransport

MESSAGES = [{"role": "user", "content": "hello"}]
SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
}


def scripted(name, answers, **options):
    transport = ScriptedTransport(answers)
    return LanguageModel(name, transport=transport, retry=1, **options)


@pytest.mark.parametrize(
    "failure",
    [AuthenticationError("x"), BadRequestError("x"), ServerError("x"), "nonsense"],
    ids=repr,
)
async def test_the_fallback_answers(failure):
    """The answer says who gave it; both keep their own books."""
    other = scripted("openai/b", [{"a": "x"}])
    model = scripted("openai/a", [failure], fallback=other, temperature=0.5)

    completion = await model.complete(MESSAGES, schema=SCHEMA, max_tokens=7)

    assert (completion.value, completion.model) == ({"a": "x"}, "openai/b")
    assert (model.cumulated_failed_calls, model.cumulated_fallback_activations) == (
        1,
        1,
    )
    assert (other.cumulated_calls, other.cumulated_attempts) == (1, 1)
    asked = other._caller.transport.requests[0]
    assert (asked.messages, asked.schema) == (MESSAGES, SCHEMA)
    assert dict(asked.params) == {"max_tokens": 7}


async def test_a_refused_answer_is_part_of_what_the_call_took():
    """The model that was asked first has answered, too, and was paid."""
    other = scripted("openai/b", [{"a": "x"}])
    model = scripted("openai/a", ["nonsense"], fallback=other)

    completion = await model.complete(MESSAGES, schema=SCHEMA)

    assert completion.usage.calls == 2
    assert model.cumulated_calls == other.cumulated_calls == 1


async def test_fallbacks_of_fallbacks():
    """The chain is followed to its end."""
    last = scripted("openai/c", ["ok"])
    second = scripted("openai/b", [ServerError("x")], fallback=last)
    model = scripted("openai/a", [BadRequestError("x")], fallback=second)

    assert (await model.complete(MESSAGES)).model == "openai/c"


async def test_all_fail():
    """The last error is raised; those before it are its context."""
    other = scripted("openai/b", [ServerError("second")])
    model = scripted("openai/a", [BadRequestError("first")], fallback=other)

    with pytest.raises(ServerError, match="second"):
        await model.complete(MESSAGES)

    assert model.cumulated_failed_calls == other.cumulated_failed_calls == 1


async def test_our_own_mistakes_do_not_fall_back():
    """A mistake in the program is not the model's."""
    other = scripted("openai/b", ["ok"])
    model = scripted("openai/a", [], fallback=other)

    with pytest.raises(ConfigurationError):
        await model.complete(MESSAGES)


def test_configurations():
    """A fallback may be given as a name or a configuration, and is saved."""
    for fallback in ("openai/b", {"model": "openai/b"}, LanguageModel("openai/b")):
        model = LanguageModel("openai/a", fallback=fallback)
        assert model.fallback.model == "openai/b"
        again = LanguageModel.from_config(model.get_config())
        assert again.fallback.model == "openai/b"
