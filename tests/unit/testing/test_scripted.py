"""The scripted transport answers as it is told."""

import pytest

from synalinks.errors import ConfigurationError, ServerError
from synalinks.language_models import LMRequest, LMResponse, LMTransport
from synalinks.testing import ScriptedTransport

REQUEST = LMRequest(model="openai/x", messages=[{"role": "user", "content": "hello"}])


async def test_a_list_is_used_in_order():
    """Texts, dicts, answers and errors come in their order; requests are recorded."""
    response = LMResponse(content="whole")
    transport = ScriptedTransport(["a", {"b": 1}, response, ServerError("down")])

    assert (await transport.send(REQUEST)).content == "a"
    assert (await transport.send(REQUEST)).content == '{"b": 1}'
    assert await transport.send(REQUEST) is response
    with pytest.raises(ServerError, match="down"):
        await transport.send(REQUEST)
    assert transport.requests == [REQUEST] * 4
    assert isinstance(transport, LMTransport)


async def test_running_out_is_a_clear_error():
    """The message says how many answers there were, and what was asked."""
    transport = ScriptedTransport(["a"])
    await transport.send(REQUEST)

    with pytest.raises(ConfigurationError) as caught:
        await transport.send(REQUEST)

    assert str(caught.value) == (
        "The script has no answer left: request 2 came, for 1 answers. Its last "
        "message: {'role': 'user', 'content': 'hello'}."
    )


async def test_functions_may_be_sync_or_async():
    """The request decides the answer."""

    async def later(request):
        return request.messages[0]["content"].upper()

    assert (await ScriptedTransport(later).send(REQUEST)).content == "HELLO"
    now = ScriptedTransport(lambda request: request.model)
    assert (await now.send(REQUEST)).content == "openai/x"


async def test_usage_is_estimated():
    """Four characters are a token; nothing costs anything."""
    usage = (await ScriptedTransport(["12345"]).send(REQUEST)).usage

    assert (usage.prompt_tokens, usage.completion_tokens) == (2, 2)
    assert (usage.calls, usage.cost_usd) == (1, 0.0)


async def test_other_answers_are_refused():
    """A number is no answer."""
    with pytest.raises(ConfigurationError, match="A scripted answer is a text"):
        await ScriptedTransport([3]).send(REQUEST)
