"""Streams, tools and reasoning are the same through every transport over HTTP."""

import asyncio
import contextlib
import gc
import json
import time

import pytest

import synalinks
from synalinks import errors
from synalinks._internal import context
from synalinks.language_models import LanguageModel, StreamingIterator
from synalinks.testing import Answer, ChatServer, Cut, Hang, Raw, Status

pytestmark = [
    pytest.mark.integration,
    # litellm's types use what pydantic warns about when it first meets them.
    pytest.mark.filterwarnings("ignore:Items? .* on TypedDict class:UserWarning"),
    # litellm looks at all attributes of a chunk, old ones of pydantic among them.
    pytest.mark.filterwarnings("ignore:Accessing the 'model_:DeprecationWarning"),
]

CANARY = "canary-key-31337"
MESSAGES = [{"role": "user", "content": "Was it good?"}]
USAGE = {
    "prompt_tokens": 20,
    "completion_tokens": 10,
    "total_tokens": 30,
    "prompt_tokens_details": {"cached_tokens": 5},
    "completion_tokens_details": {"reasoning_tokens": 4},
}
TOOL_CALL = {
    "id": "call_7",
    "type": "function",
    "function": {"name": "look", "arguments": '{"place": "Paris", "n": 2}'},
}
TOOL = {
    "type": "function",
    "function": {
        "name": "look",
        "description": "Look at a place.",
        "parameters": {"type": "object", "properties": {"place": {"type": "string"}}},
    },
}


@pytest.fixture(params=["direct", "litellm"])
def transport(request):
    return request.param


@pytest.fixture
def make(transport):
    """Return a function that makes a model and the server that it talks to."""
    with contextlib.ExitStack() as servers:

        async def make_model(answer, model="openai/gpt-4o-mini", **options):
            server = ChatServer(answer)
            await asyncio.to_thread(server.start)
            servers.callback(server.stop)
            fixed = {"api_key": CANARY, "api_base": server.url, "timeout": 30}
            options = {"retry": 1, **fixed, **options}
            return LanguageModel(model, transport=transport, **options), server

        yield make_model


def event(payload):
    return f"data: {payload if isinstance(payload, str) else json.dumps(payload)}\n\n"


def chunk(delta, finish_reason=None, **more):
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return event(
        {
            "id": "c",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m",
            "choices": [choice],
            **more,
        }
    )


def sse(*events):
    return Raw(body="".join(events), content_type="text/event-stream")


async def read(model, **options):
    """Return the pieces of a streamed answer and the stream."""
    stream = await model(MESSAGES, streaming=True, **options)
    return [delta async for delta in stream], stream


async def settled(condition):
    """Wait until something that other tasks bring about is true."""
    for _ in range(1000):
        if condition():
            return True
        await asyncio.sleep(0.02)
    return False


async def test_a_streamed_answer(make):
    """Pieces come one by one; the whole answer, its usage and cost after the end."""
    model, server = await make(
        Answer(content="It was good.", reasoning_content="Hm hm.", usage=USAGE)
    )

    deltas, stream = await read(model)

    assert [delta["role"] for delta in deltas] == ["assistant"] * 5
    assert "".join(delta["content"] for delta in deltas) == "It was good."
    thoughts = [delta.get("reasoning_content", "") for delta in deltas]
    assert "".join(thoughts) == "Hm hm."
    assert stream.message.get_json() == {
        "role": "assistant",
        "content": "It was good.",
        "reasoning_content": "Hm hm.",
    }
    body = server.requests[0].body
    assert (body["stream"], body["stream_options"]) == (True, {"include_usage": True})
    usage = stream.completion.usage
    assert (usage.prompt_tokens, usage.completion_tokens) == (20, 10)
    assert (usage.cached_tokens, usage.reasoning_tokens) == (5, 4)
    assert usage.cost_usd > 0
    assert model.cumulated_cost == usage.cost_usd
    assert (model.cumulated_calls, model.cumulated_streaming_calls) == (1, 1)
    assert (model.cumulated_attempts, model.cumulated_failed_calls) == (1, 0)
    assert model.last_call_finish_reason == "stop"


async def test_a_stream_and_a_whole_answer_are_the_same(make):
    """What is streamed adds up to what would have been answered at once."""
    answer = Answer(
        content="Yes, twice.", tool_calls=[TOOL_CALL], finish_reason="tool_calls"
    )
    model, _ = await make(answer)

    whole = await model(MESSAGES, tools=[TOOL])
    _, stream = await read(model, tools=[TOOL])

    assert stream.message == whole
    assert whole.get("tool_calls") == [TOOL_CALL]
    assert stream.completion.finish_reason == "tool_calls"


async def test_pieces_come_while_the_model_writes(make):
    """The seconds to the first and to the last piece are counted."""
    model, _ = await make(Answer(content="one two three four", chunk_interval_s=0.1))
    await model(MESSAGES)  # imports and connections

    started = time.perf_counter()
    stream = await model(MESSAGES, streaming=True)
    first_s = time.perf_counter() - started
    await stream.drain()
    last_s = time.perf_counter() - started

    assert last_s > 0.3  # the server takes so long to write
    assert 0 < model.cumulated_streaming_ttft_s <= first_s
    assert model.cumulated_streaming_ttft_s < model.cumulated_streaming_ttlt_s <= last_s


@pytest.mark.parametrize("left_by", ["aclose", "context", "garbage"])
async def test_a_stream_that_is_left_early(make, left_by):
    """The connection is closed, the slot given back; what was not told is unknown."""
    endless = Answer(content="on and " * 2000, chunk_interval_s=0.01)
    model, server = await make(endless, max_concurrency=1)

    stream = await model(MESSAGES, streaming=True)
    assert (await anext(stream))["content"]
    if left_by == "aclose":
        await stream.aclose()
    elif left_by == "context":
        async with stream:
            await anext(stream)
    else:
        del stream
        gc.collect()

    assert await settled(lambda: server.log.n_in_flight == 0)
    assert await settled(lambda: model.cumulated_calls == 1)
    assert model.last_call_finish_reason == "dropped"
    assert model.cumulated_cost is None
    assert model.cumulated_failed_calls == 0
    another = await asyncio.wait_for(model(MESSAGES, streaming=True), 10)
    await another.aclose()


async def test_cancelling_a_stream_closes_it(make):
    """No request is left open by a task that was cancelled."""
    model, server = await make(Answer(content="on " * 2000, chunk_interval_s=0.02))

    async def reading():
        async for _ in await model(MESSAGES, streaming=True):
            pass

    task = asyncio.ensure_future(reading())
    assert await settled(lambda: server.requests)
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await settled(lambda: server.log.n_in_flight == 0)
    assert len(server.requests) == 1
    assert model.cumulated_failed_calls == 0


async def test_a_fault_before_the_first_piece_is_tried_again(make):
    """As long as nobody saw anything, a stream is asked for like any answer."""
    model, server = await make(
        [Status(status=503, retry_after_s=0.01), Raw(), "good"], retry=3
    )

    deltas, _ = await read(model)

    assert [delta["content"] for delta in deltas] == ["good"]
    assert len(server.requests) == model.cumulated_attempts == 3
    assert (model.cumulated_calls, model.cumulated_failed_calls) == (1, 0)


BROKEN = {
    "error": (
        sse(
            chunk({"content": "It "}), event({"error": {"message": "no", "code": 500}})
        ),
        errors.ServerError,
    ),
    "limit": (
        sse(
            chunk({"content": "It "}),
            event({"error": {"message": "slow down", "code": 429}}),
        ),
        errors.RateLimitedError,
    ),
    "end": (sse(chunk({"content": "It "})), errors.ConnectionLostError),
    "cut": (
        Cut(answer=Answer(content="It was very good indeed, I think")),
        errors.ConnectionLostError,
    ),
    "rubbish": (sse(chunk({"content": "It "}), event("{rubbish")), errors.ServerError),
    "ended by an error": (
        sse(chunk({"content": "It "}), chunk({}, "error")),
        errors.ServerError,
    ),
    "filtered": (
        Answer(content="It ", finish_reason="content_filter"),
        errors.ContentRefusedError,
    ),
    "refused": (
        Answer(content=None, refusal="I will not"),
        errors.ContentRefusedError,
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
async def test_a_stream_that_breaks(make, transport, fault, capfd):
    """What was seen cannot be taken back: the error is raised, nothing asked again."""
    if (transport, fault) == ("litellm", "refused"):
        pytest.skip("litellm leaves refusals out of streams")
    if (transport, fault) == ("litellm", "ended by an error"):
        pytest.skip("litellm takes it for a lost connection, which is as transient")
    answer, kind = BROKEN[fault]
    model, server = await make(answer, retry=3)

    stream = await model(MESSAGES, streaming=True)
    with pytest.raises(errors.LanguageModelError) as caught:
        await stream.drain()

    assert type(caught.value) is kind
    assert len(server.requests) == 1
    assert model.cumulated_failed_calls == 1
    assert model.cumulated_streaming_calls == 1
    assert "Give Feedback" not in capfd.readouterr().out
    with pytest.raises(errors.ModuleError, match="read to its end"):
        _ = stream.message


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Status(status=401, message=CANARY), errors.AuthenticationError),
        (Status(status=400), errors.BadRequestError),
        (sse(), errors.ConnectionLostError),
        (sse(event("[DONE]")), errors.ConnectionLostError),
    ],
)
async def test_a_stream_that_does_not_begin(make, answer, kind):
    """The error comes from the call, before there is a stream."""
    model, server = await make(answer)

    with pytest.raises(errors.LanguageModelError) as caught:
        await model(MESSAGES, streaming=True)

    assert type(caught.value) is kind
    assert CANARY not in str(caught.value)
    assert len(server.requests) == 1
    assert (model.cumulated_failed_calls, model.cumulated_calls) == (1, 0)


async def test_the_time_limit_is_for_the_server(make):
    """A hang is cut off; a user who takes her time is not."""
    slow, _ = await make(Answer(content="one two", chunk_interval_s=0.05), timeout=1.0)
    await slow(MESSAGES)
    stream = await slow(MESSAGES, streaming=True)
    await anext(stream)
    await asyncio.sleep(1.2)
    assert (await stream.drain()).get("content") == "one two"

    hanging, _ = await make(Hang(), timeout=0.5)
    with pytest.raises(errors.TimedOutError):
        await hanging(MESSAGES, streaming=True)


async def test_a_stream_that_drips_is_cut_off(make):
    """The time limit holds for all pieces together."""
    model, _ = await make(
        Answer(content="on " * 500, chunk_interval_s=0.05), timeout=1.5
    )
    stream = await model(MESSAGES, streaming=True)

    started = time.perf_counter()
    with pytest.raises(errors.TimedOutError, match=r"within 1.5 s"):
        await stream.drain()

    assert time.perf_counter() - started < 15  # all pieces take 25


async def test_usage_is_not_made_up(make):
    """A server that tells no tokens leaves the cost unknown."""
    model, _ = await make(
        sse(
            chunk({"role": "assistant", "content": "Yes"}),
            chunk({}, "stop"),
            event("[DONE]"),
        )
    )

    _, stream = await read(model)

    assert stream.message.get("content") == "Yes"
    assert stream.completion.usage.tokens == 0
    assert stream.completion.usage.cost_usd is None


async def test_an_endpoint_that_does_not_stream(make, transport):
    """It may answer at once, and is understood."""
    if transport == "litellm":
        pytest.skip("litellm reads events, or nothing")
    body = {
        "choices": [{"message": {"content": "Yes"}, "finish_reason": "stop"}],
        "usage": USAGE,
    }
    model, _ = await make(Raw(body=json.dumps(body), content_type="application/json"))

    deltas, stream = await read(model)

    assert [delta["content"] for delta in deltas] == ["Yes"]
    assert stream.completion.usage.prompt_tokens == 20


async def test_many_streams_at_once(make):
    """They do not wait for each other, and each gets its own answer."""

    def answer(request):
        return Answer(
            content=f"You said {request.messages[0]['content']}", chunk_interval_s=0.02
        )

    model, server = await make(answer)

    async def ask(number):
        stream = await model(f"number {number}", streaming=True)
        return (await stream.drain()).get("content")

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(number)) for number in range(12)]

    told = [task.result() for task in tasks]
    assert told == [f"You said number {number}" for number in range(12)]
    assert model.cumulated_streaming_calls == len(server.requests) == 12


async def test_the_fallback_streams(make):
    """A model that cannot begin is replaced; the answer says by which."""
    other, _ = await make("from the other", model="openai/other")
    model, _ = await make(Status(status=401), fallback=other)

    _, stream = await read(model)

    assert stream.message.get("content") == "from the other"
    assert stream.completion.model == "openai/other"
    assert (model.cumulated_fallback_activations, other.cumulated_calls) == (1, 1)


class TestGenerator:
    """What a program does with streams."""

    async def test_outside_of_training_it_streams(self, make):
        """Free text is given while it arrives, from a program too."""
        model, _ = await make("It was good.")
        inputs = synalinks.Input(data_model=synalinks.ChatMessages)
        outputs = await synalinks.Generator(language_model=model, streaming=True)(
            inputs
        )
        program = synalinks.Program(inputs=inputs, outputs=outputs)

        stream = await program(synalinks.ChatMessages(messages=MESSAGES))

        assert isinstance(stream, StreamingIterator)
        assert (await stream.drain()).get("content") == "It was good."

    async def test_inside_a_run_the_whole_answer_is_waited_for(self, make):
        """Rewards, metrics and users of `predict` get data, not streams."""
        model, server = await make("It was good.")
        inputs = synalinks.Input(data_model=synalinks.ChatMessages)
        outputs = await synalinks.Generator(language_model=model, streaming=True)(
            inputs
        )
        program = synalinks.Program(inputs=inputs, outputs=outputs)

        (answer,) = await program.predict(
            [synalinks.ChatMessages(messages=MESSAGES)], verbose=0
        )

        assert answer.get("content") == "It was good."
        assert "stream" not in server.requests[0].body

    async def test_tools_are_offered(self, make):
        """Those of the module and of the call; what is wanted is in the message."""
        model, server = await make(
            Answer(content=None, tool_calls=[TOOL_CALL], finish_reason="tool_calls")
        )

        async def walk(place: str) -> str:
            """Walk to a place.

            Args:
                place: Where to go.
            """
            return place

        module = synalinks.Generator(
            language_model=model, tools=[synalinks.modules.Tool(walk)]
        )

        answer = await module(
            synalinks.ChatMessage(role="user", content="Look at Paris"),
            tool_schemas=[TOOL],
            tool_choice="look",
        )

        assert answer.get("tool_calls") == [TOOL_CALL]
        body = server.requests[0].body
        assert [tool["function"]["name"] for tool in body["tools"]] == ["walk", "look"]
        assert body["tool_choice"] == {"type": "function", "function": {"name": "look"}}

    async def test_the_answer_of_a_tool_goes_back(self, make):
        """A conversation with tool calls is sent in the form of the API."""
        model, server = await make("ok")
        messages = [
            *MESSAGES,
            {"role": "assistant", "content": None, "tool_calls": [TOOL_CALL]},
            {"role": "tool", "tool_call_id": "call_7", "content": {"seen": True}},
        ]

        await model(synalinks.ChatMessages(messages=messages), tools=[TOOL])

        sent = server.requests[0].body["messages"]
        assert sent[1]["tool_calls"] == [TOOL_CALL]
        assert sent[2] == {
            "role": "tool",
            "tool_call_id": "call_7",
            "content": '{"seen": true}',
        }


class Label(synalinks.DataModel):
    """An answer."""

    label: str


class TestReasoning:
    """How much to think is asked for, and what was thought is read."""

    @pytest.mark.parametrize(
        ("model", "effort", "sent"),
        [
            ("openai/gpt-5", "low", "low"),
            ("openai/gpt-5", "xhigh", "high"),
            ("openai/gpt-5", "disable", "minimal"),
            ("openai/gpt-5.1", "none", "none"),
            ("openai/o3", "none", None),
            ("openai/gpt-4o-mini", "high", None),
        ],
    )
    async def test_the_effort_is_what_the_model_knows(self, make, model, effort, sent):
        """A level that it would refuse becomes the nearest one, or is left out."""
        lm, server = await make("ok", model=model)

        await lm(MESSAGES, reasoning_effort=effort)

        assert server.requests[0].body.get("reasoning_effort") == sent

    async def test_native_reasoning_is_the_thinking(self, make):
        """A model that shows what it thinks is asked for the answer alone."""
        model, server = await make(
            Answer(content={"label": "good"}, reasoning_content="Hm."),
            model="deepseek/deepseek-reasoner",
        )
        module = synalinks.ChainOfThought(
            data_model=Label,
            language_model=model,
            examples=[({"q": "x"}, {"thinking": "Let me see", "label": "bad"})],
        )

        answer = await module(synalinks.ChatMessage(role="user", content="Good?"))

        assert answer.get_json() == {"thinking": "Hm.", "label": "good"}
        body = server.requests[0].body
        assert "thinking" not in json.dumps(body["messages"])
        assert body["response_format"] == {"type": "json_object"}

    async def test_without_native_reasoning_it_is_written_down(self, make):
        """OpenAI does not show what its models think; the effort is asked for still."""
        model, server = await make(
            {"thinking": "Hm.", "label": "good"}, model="openai/gpt-5"
        )
        module = synalinks.ChainOfThought(data_model=Label, language_model=model)

        answer = await module(synalinks.ChatMessage(role="user", content="Good?"))

        assert answer.get_json() == {"thinking": "Hm.", "label": "good"}
        body = server.requests[0].body
        wire = body["response_format"]["json_schema"]["schema"]
        assert list(wire["properties"]) == ["thinking", "label"]
        assert body["reasoning_effort"] == "low"

    async def test_thoughts_in_the_text_are_taken_out(self, make):
        """Servers that know nothing of reasoning leave it in front of the answer."""
        model, _ = await make("<think>Hm.</think>Yes.")

        answer = await model(MESSAGES)

        assert (answer.get("content"), answer.get("reasoning_content")) == (
            "Yes.",
            "Hm.",
        )

    @pytest.mark.parametrize("text", ["<think>Hm, is", "\n<think>Hm.</think>Yes."])
    async def test_thoughts_in_the_text_are_the_same_in_a_stream(self, make, text):
        """Also where they are cut off, or something stands before them."""
        model, _ = await make(Answer(content=text, finish_reason="length"))

        whole = await model(MESSAGES)
        _, stream = await read(model)

        thoughts = "Hm, is" if "is" in text else "Hm."
        assert whole.get("reasoning_content") == thoughts
        assert whole.get("content") == ("Yes." if "Yes" in text else None)
        assert stream.message == whole

    @pytest.mark.parametrize("size", [1, 3, 7, 100])
    async def test_thoughts_in_the_text_of_a_stream_are_taken_out(self, make, size):
        """However the tags are cut: all that is given is what is there in the end."""
        text = "<think>Is 1 < 2?</i></think>Yes, 1 <think> 2."
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        model, _ = await make(
            sse(
                *(chunk({"content": piece}) for piece in pieces),
                chunk({}, finish_reason="stop"),
                event("[DONE]"),
            )
        )

        stream = await model(MESSAGES, streaming=True)
        deltas = [delta async for delta in stream]

        for name, expected in (
            ("reasoning_content", "Is 1 < 2?</i>"),
            ("content", "Yes, 1 <think> 2."),
        ):
            assert "".join(one.get(name, "") for one in deltas) == expected
            assert stream.message.get(name) == expected


async def test_pictures_are_sent(make, tmp_path):
    """Parts of a chat are the same on every wire."""
    path = tmp_path / "a.png"
    await asyncio.to_thread(path.write_bytes, b"\x89PNG")
    sound = synalinks.data_models.Audio(base64="UklGRg==")
    model, server = await make("A cat.")
    picture = synalinks.data_models.Image(path=str(path))
    content = ["What is it?", picture, sound]

    with context.bound(context.sample, None):
        await model([{"role": "user", "content": content}])

    assert server.requests[0].body["messages"][0]["content"] == [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
        {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
    ]


def test_a_loop_that_ends_closes_its_streams(make, caplog):
    """What was left open is closed and counted, without complaint."""

    async def leave():
        model, server = await make(Answer(content="on " * 999, chunk_interval_s=0.01))
        stream = await model(MESSAGES, streaming=True)
        await anext(stream)
        return model, server, stream

    model, server, _ = asyncio.run(leave())
    for _ in range(500):
        if server.log.n_in_flight == 0:
            break
        time.sleep(0.02)

    assert server.log.n_in_flight == 0
    assert (model.cumulated_calls, model.last_call_finish_reason) == (1, "dropped")
    assert [record.message for record in caplog.records] == []
