"""The public face: arguments, answers, counters, configuration."""

import asyncio

import pytest

import synalinks
from synalinks._internal import context
from synalinks.data_models import Image
from synalinks.errors import ConfigurationError, ModuleError, SchemaError
from synalinks.language_models import LanguageModel
from synalinks.testing import ScriptedTransport

MESSAGES = [{"role": "user", "content": "hello"}]
SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
}
CANARY = "canary-31337"
TOOL = {"type": "function", "function": {"name": "look", "parameters": {}}}


def scripted(answers, **options):
    transport = ScriptedTransport(answers)
    return LanguageModel(
        "openai/gpt-4o-mini", transport=transport, **options
    ), transport


async def test_a_schema_gives_its_json():
    """The answer is a data model of the schema asked for."""
    model, transport = scripted([{"a": "x"}])

    answer = await model(MESSAGES, schema=SCHEMA)

    assert (answer.get_json(), answer.get_schema()) == ({"a": "x"}, SCHEMA)
    assert transport.requests[0].schema == SCHEMA


async def test_a_data_model_may_be_the_schema():
    """The schema of a data model is taken from it."""

    class Answer(synalinks.DataModel):
        a: str

    model, _ = scripted([{"a": "x"}])

    assert (await model(MESSAGES, schema=Answer)).get("a") == "x"


async def test_a_malformed_schema_is_never_paid_for():
    """What is wrong with it is said before anything is sent."""
    model, transport = scripted([{"a": "x"}])
    malformed = {"type": "object", "properties": {"a": {"minimum": "3"}}}

    with pytest.raises(SchemaError, match=r"properties\.a\.minimum"):
        await model(MESSAGES, schema=malformed)

    assert transport.requests == []


async def test_no_schema_gives_a_chat_message():
    """Free text comes as a `ChatMessage`."""
    model, _ = scripted(["hi"])

    answer = await model(synalinks.ChatMessages(messages=MESSAGES))

    assert answer.get("content") == "hi"
    assert answer.get_schema() == synalinks.ChatMessage.get_schema()


async def test_parameters_of_the_call_win_and_none_is_not_sent():
    """Defaults of the model are merged under those of the call."""
    model, transport = scripted(["x"], temperature=0.1, top_p=0.9, api_key=CANARY)

    await model(MESSAGES, temperature=0.7, max_tokens=None)

    request = transport.requests[0]
    assert dict(request.params) == {"temperature": 0.7, "top_p": 0.9}
    assert request.api_key == CANARY


async def test_each_draw_has_a_seed_of_its_own():
    """With one seed, every draw would be the same answer; without, none is sent."""
    model, transport = scripted("abcde", seed=7)

    for draw in range(3):
        with context.bound(context.draw, draw):
            await model(MESSAGES)
    with context.bound(context.draw, 2):
        await model(MESSAGES, seed=1)
        await model(MESSAGES, seed=None)

    seeds = [one.params.get("seed") for one in transport.requests]
    assert seeds == [7, 8, 9, 3, None]
    assert [one.draw for one in transport.requests] == [0, 1, 2, 2, 2]
    assert model.default_kwargs["seed"] == 7


async def test_tools_of_both_arguments_are_sent():
    """Schemas of tools may be given as `tools` or as `tool_schemas`."""
    model, transport = scripted(["x"])

    await model(MESSAGES, tools=[TOOL], tool_schemas=[{"name": "walk"}])

    assert transport.requests[0].tools == [
        TOOL,
        {"type": "function", "function": {"name": "walk"}},
    ]


async def test_a_tool_choice_names_a_tool_of_the_call():
    """The name of a tool is enough; without tools there is nothing to choose."""
    model, transport = scripted(["x", "y"])

    await model(MESSAGES, tools=[TOOL], tool_choice="look")
    await model(MESSAGES, tool_choice="auto")

    forced = {"type": "function", "function": {"name": "look"}}
    assert transport.requests[0].params["tool_choice"] == forced
    assert transport.requests[1].params == {}
    with pytest.raises(ConfigurationError, match="name of a tool of the call"):
        await model(MESSAGES, tools=[TOOL], tool_choice="run")


async def test_schema_and_tools_exclude_each_other():
    """One call asks for one kind of answer."""
    model, _ = scripted([])

    with pytest.raises(ConfigurationError, match="takes a `schema` or `tools`"):
        await model(MESSAGES, schema=SCHEMA, tools=[TOOL])


async def test_counters():
    """Counters are read by their documented names, per phase and in all."""
    model, _ = scripted(["x", "y"])

    await model(MESSAGES)
    with context.bound(context.phase, "reward"):
        await model(MESSAGES)

    assert model.cumulated_calls == 2
    assert model.reward_cumulated_calls == 1
    assert model.inference_cumulated_calls == 1
    assert model.last_call_finish_reason == "stop"
    assert model.cumulated_cost == 0.0


def test_unknown_attributes_are_errors():
    """Counters do not hide typing errors."""
    model, _ = scripted([])

    with pytest.raises(AttributeError, match="no attribute 'cumulated_clals'"):
        _ = model.cumulated_clals


def test_positional_arguments_have_the_documented_order():
    """Scripts may pass the first arguments by position."""
    arguments = ["http://localhost/v1", 10, 2, 3, None, False, None, "n", "d", None]

    model = LanguageModel("openai/x", *arguments)

    assert (model.api_base, model.timeout, model.retry) == (
        "http://localhost/v1",
        10,
        2,
    )
    assert (model.retry_max_wait, model.name, model.description) == (3, "n", "d")


def test_defaults():
    """Defaults are those of the documented API."""
    model = LanguageModel("embedded/learner")

    assert (model.timeout, model.retry, model.retry_max_wait) == (600, 5, 60)
    assert (model.caching, model.cache_dir, model.fallback) == (False, None, None)
    assert repr(model) == "LanguageModel('embedded/learner')"


@pytest.mark.parametrize("limit", [0, -1])
def test_max_concurrency_is_positive(limit):
    """A model that may never be called is a mistake."""
    with pytest.raises(ConfigurationError, match="`max_concurrency` is an integer"):
        LanguageModel("embedded/learner", max_concurrency=limit)


def test_config_round_trip():
    """A model made again from its configuration is the same."""
    model = LanguageModel(
        "openai/x", api_base="http://localhost/v1", temperature=0.3, max_concurrency=7
    )

    again = LanguageModel.from_config(model.get_config())

    assert again.get_config() == model.get_config()
    assert again.default_kwargs == {"temperature": 0.3}


def test_config_has_no_secret():
    """Keys given in any way are never saved; the rest is."""
    model = LanguageModel(
        "openai/x",
        api_base=f"http://localhost/v1?key={CANARY}",
        api_key=CANARY,
        access_token=CANARY,
        extra_headers={"Authorization": f"Bearer {CANARY}", "x-title": "kept"},
        max_tokens=5,
    )

    config = model.get_config()

    assert CANARY not in str(config)
    assert CANARY not in repr(model)
    assert config["extra_headers"] == {"x-title": "kept"}
    assert config["max_tokens"] == 5
    assert config["api_base"] == "http://localhost/v1"


def test_settings_of_the_embedded_model_are_saved():
    """A saved program repeats the run with the same settings."""
    model = LanguageModel("embedded/learner", latency_s=0.25, price_per_token=0.1)

    assert (
        LanguageModel.from_config(model.get_config())._caller.transport.latency_s
        == 0.25
    )
    assert model.get_config()["price_per_token"] == 0.1


def test_an_own_transport_is_not_saved():
    """A double belongs to one process."""
    model, _ = scripted([])

    assert "transport" not in model.get_config()
    assert LanguageModel("openai/x", transport="direct").get_config()["transport"] == (
        "direct"
    )


def test_abilities_come_from_the_price_list():
    """What the list does not say, a model cannot do."""
    model = LanguageModel("openai/gpt-4o-mini")

    assert model.supports_vision()
    assert not model.supports_reasoning()
    assert not LanguageModel("openai/my-own").supports_vision()
    assert model.provider_info().name == "openai"


async def test_what_does_not_stream_streams_in_one_piece():
    """Any transport will do; the whole answer is there after the end."""
    model, _ = scripted(["hello you"])

    stream = await model(MESSAGES, streaming=True)
    with pytest.raises(ModuleError, match="read to its end"):
        _ = stream.message
    deltas = [delta async for delta in stream]

    assert deltas == [{"role": "assistant", "content": "hello you"}]
    assert stream.message.get_json() == deltas[0]
    assert (model.cumulated_calls, model.cumulated_streaming_calls) == (1, 1)


async def test_half_an_answer_fits_no_schema():
    """With a schema, streaming is off."""
    model, _ = scripted([{"a": "x"}])

    answer = await model(MESSAGES, schema=SCHEMA, streaming=True)

    assert answer.get_json() == {"a": "x"}


async def test_contents_may_mix_texts_and_pictures(tmp_path):
    """Files are read, in a thread, and sent as content parts."""
    path = tmp_path / "a.png"
    await asyncio.to_thread(path.write_bytes, b"x")
    model, transport = scripted(["x"])
    picture = Image(path=str(path))

    await model([{"role": "user", "content": ["What is it?", picture]}])

    assert transport.requests[0].messages[0]["content"] == [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,eA=="}},
    ]


async def test_a_dict_that_names_a_file_is_no_picture(tmp_path):
    """Data from elsewhere cannot have a file of this machine sent away."""
    model, transport = scripted(["x"])
    part = {"path": str(tmp_path / "secret.png")}

    await model([{"role": "user", "content": ["hi", part]}])

    assert transport.requests[0].messages[0]["content"][1] == part


async def test_closing_and_going_on():
    """A closed model can be used again."""
    model, _ = scripted(["x"])

    await model.aclose()

    assert (await model(MESSAGES)).get("content") == "x"
