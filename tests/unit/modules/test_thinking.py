"""Thinking that comes from the model's own reasoning."""

import pytest

import synalinks
from synalinks.language_models import LMResponse
from synalinks.testing import ScriptedTransport
from tests.builders import Query

QUERY = Query(query="Was it good?")


class Label(synalinks.DataModel):
    """An answer."""

    label: str


def thinker(answers, model="openai/gpt-4o-mini", **options):
    transport = ScriptedTransport(answers)
    lm = synalinks.LanguageModel(model, transport=transport)
    module = synalinks.ChainOfThought(data_model=Label, language_model=lm, **options)
    return module, transport


def shown(transport):
    return transport.requests[0].messages[0]["content"]


@pytest.mark.parametrize(
    ("model", "effort", "is_native", "sent"),
    [
        ("openai/gpt-4o-mini", None, False, {}),
        ("openai/gpt-5", None, False, {"reasoning_effort": "low"}),
        ("deepseek/deepseek-reasoner", None, True, {"reasoning_effort": "low"}),
        ("deepseek/deepseek-chat", None, False, {}),
        ("gemini/gemini-2.5-flash", "high", True, {"reasoning_effort": "high"}),
        ("gemini/gemini-2.5-flash", "disable", False, {"reasoning_effort": "disable"}),
        ("ollama/gpt-oss", None, False, {}),
    ],
)
async def test_who_thinks(model, effort, is_native, sent):
    """The model, if it can, shows it, and may; else it writes the thinking down."""
    value = {"label": "good"} if is_native else {"thinking": "hm", "label": "good"}
    content = str(value).replace("'", '"')
    response = LMResponse(content=content, reasoning_content="hm", model=model)
    module, transport = thinker([response], model, reasoning_effort=effort)

    answer = await module(QUERY)

    assert answer.get_json() == {"thinking": "hm", "label": "good"}
    (request,) = transport.requests
    assert ("thinking" in request.schema["properties"]) is not is_native
    assert request.params == sent


async def test_the_prompt_says_what_is_asked():
    """Instructions, examples and schema have no field that is not wanted."""
    response = LMResponse(content='{"label": "good"}', model="m")
    module, transport = thinker(
        [response],
        "deepseek/deepseek-reasoner",
        examples=[({"query": "x"}, {"thinking": "because", "label": "bad"})],
        use_outputs_schema=True,
    )

    answer = await module(QUERY)

    assert answer.get("thinking") == ""
    assert "thinking" not in shown(transport)
    assert "because" not in shown(transport)
    assert 'Output: {"label": "bad"}' in shown(transport)


async def test_without_native_reasoning_all_of_it_is_shown():
    """Examples show how to think."""
    module, transport = thinker(
        [{"thinking": "hm", "label": "good"}],
        examples=[({"query": "x"}, {"thinking": "because", "label": "bad"})],
    )

    await module(QUERY)

    assert "because" in shown(transport)
    assert "keys `thinking`, `label`" in shown(transport)


async def test_instructions_of_ones_own_are_left_alone():
    """They may speak of thinking as they like."""
    response = LMResponse(content='{"label": "good"}', model="m")
    module, transport = thinker(
        [response], "deepseek/deepseek-reasoner", instructions="Do some thinking."
    )

    await module(QUERY)

    assert "Do some thinking." in shown(transport)


async def test_the_default_model_decides_when_it_is_known():
    """A module without a model of its own asks the session's."""
    transport = ScriptedTransport([LMResponse(content='{"label": "x"}', model="m")])
    synalinks.set_default_language_model(
        synalinks.LanguageModel("deepseek/deepseek-reasoner", transport=transport)
    )

    await synalinks.ChainOfThought(data_model=Label)(QUERY)

    assert list(transport.requests[0].schema["properties"]) == ["label"]
