"""One call whose answer is streamed, with transports of one's own."""

import asyncio

import pytest

import synalinks
from synalinks._internal import context
from synalinks.contracts import Usage
from synalinks.errors import BudgetExceededError, ServerError, TimedOutError
from synalinks.language_models import LanguageModel, LMChunk, StreamingIterator
from synalinks.testing import ScriptedTransport

MESSAGES = [{"role": "user", "content": "hello"}]
END = LMChunk(
    finish_reason="stop",
    usage=Usage(calls=1, prompt_tokens=1000, completion_tokens=1000, cost_usd=None),
)


class Streaming(ScriptedTransport):
    """Streams what it is given: chunks, and errors to raise."""

    def __init__(self, *answers):
        super().__init__([])
        self.answers = list(answers)
        self.n_closed = 0

    async def stream(self, request):
        self.requests.append(request)
        try:
            for part in self.answers.pop(0):
                if isinstance(part, Exception):
                    raise part
                yield part
        finally:
            self.n_closed += 1


class Empty:
    """A budget of which nothing is left."""

    def admit(self, expected):
        raise BudgetExceededError("nothing left")

    def release(self, expected):
        raise AssertionError


def model_of(*answers, **options):
    transport = Streaming(*answers)
    model = LanguageModel("openai/gpt-4o-mini", transport=transport, **options)
    return model, transport


async def test_an_asynchronous_generator_is_a_stream():
    """A transport of one's own needs no class for it."""
    model, transport = model_of([LMChunk(content="a"), LMChunk(content="b"), END])

    stream = await model(MESSAGES, streaming=True)
    deltas = [delta["content"] async for delta in stream]

    assert deltas == ["a", "b"]
    assert stream.completion.value == {"role": "assistant", "content": "ab"}
    assert model.cumulated_cost == pytest.approx(0.15e-3 + 0.6e-3)
    assert transport.n_closed == 1


async def test_only_the_beginning_is_tried_again():
    """A fault before the first chunk is nobody's loss; a later one is an error."""
    model, transport = model_of(
        [TimedOutError("late", model="m")],
        [LMChunk(content="a"), ServerError("broke", model="m")],
    )

    stream = await model(MESSAGES, streaming=True)
    with pytest.raises(ServerError) as caught:
        await stream.drain()

    assert caught.value.attempts == len(transport.requests) == transport.n_closed == 2
    assert (model.cumulated_failed_calls, model.cumulated_calls) == (1, 1)


async def test_the_phase_is_that_of_the_call():
    """Whoever reads the stream to its end, and wherever."""
    model, _ = model_of([LMChunk(content="a"), END])

    with context.bound(context.phase, "reward"):
        stream = await model(MESSAGES, streaming=True)
    await stream.drain()

    assert model.reward_cumulated_calls == model.reward_cumulated_streaming_calls == 1
    assert model.inference_cumulated_calls == 0


async def test_a_budget_holds_streams_back():
    """Before anything is sent; that is no failed call."""

    model, transport = model_of([END])
    model.ledger.gates.append(Empty())

    with pytest.raises(BudgetExceededError):
        await model(MESSAGES, streaming=True)

    assert transport.requests == []
    assert model.cumulated_failed_calls == 0


async def test_a_budget_is_no_reason_to_ask_the_fallback():
    """What may not be spent may not be spent elsewhere."""

    fallback, others = model_of([END])
    model, _ = model_of([END], fallback=fallback)
    model.ledger.gates.append(Empty())

    with pytest.raises(BudgetExceededError):
        await model(MESSAGES, streaming=True)

    assert others.requests == []
    assert model.cumulated_fallback_activations == 0


async def test_a_stream_that_hangs_is_cut_off():
    """The time limit holds for every piece, not only for the first."""

    class Hanging(Streaming):
        async def stream(self, request):
            yield LMChunk(content="a")
            await asyncio.Event().wait()

    model = LanguageModel("openai/x", transport=Hanging(), timeout=0.1)

    stream = await model(MESSAGES, streaming=True)
    with pytest.raises(TimedOutError, match=r"within 0\.1 s"):
        await stream.drain()


async def test_in_a_run_the_answer_comes_in_one_piece():
    """A module of one's own that streams works in `fit` as well."""
    transport = ScriptedTransport(["ab"])
    model = LanguageModel("openai/gpt-4o-mini", transport=transport)

    with context.bound(context.sample, context.SampleScope(id="train:0")):
        stream = await model(MESSAGES, streaming=True)

    assert isinstance(stream, StreamingIterator)
    assert [delta["content"] async for delta in stream] == ["ab"]
    assert stream.message.get("content") == "ab"


async def test_a_program_that_returns_a_stream_is_evaluated():
    """The run reads it to its end."""

    class Teller(synalinks.Module):
        """Tell."""

        def __init__(self, model):
            super().__init__(name="teller")
            self.model = model

        async def call(self, inputs):
            return await self.model(inputs, streaming=True)

        async def compute_output_spec(self, inputs):
            return synalinks.SymbolicDataModel(data_model=synalinks.ChatMessage)

    model = LanguageModel("openai/x", transport=ScriptedTransport(["ab", "cd"]))
    inputs = synalinks.Input(data_model=synalinks.ChatMessages)
    outputs = await Teller(model)(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs)

    answers = await program.predict(
        [synalinks.ChatMessages(messages=MESSAGES)] * 2, verbose=0
    )

    assert sorted(answer.get("content") for answer in answers) == ["ab", "cd"]


async def test_the_time_of_the_reader_is_not_the_servers():
    """Who takes long between two pieces does not run out of time."""

    class Waiting(Streaming):
        async def stream(self, request):
            async for chunk in super().stream(request):
                await asyncio.sleep(0)  # it is only cut off where it waits
                yield chunk

    transport = Waiting([LMChunk(content="a"), LMChunk(content="b"), END])
    model = LanguageModel("openai/x", transport=transport, timeout=0.5)

    stream = await model(MESSAGES, streaming=True)
    await anext(stream)
    await asyncio.sleep(0.6)

    assert (await stream.drain()).get("content") == "ab"


async def test_a_stream_without_a_piece_is_tried_again():
    """It is no answer, and nobody has seen any of it."""
    model, transport = model_of([], [LMChunk(content="a"), END], retry_max_wait=0.01)

    stream = await model(MESSAGES, streaming=True)

    assert (await stream.drain()).get("content") == "a"
    assert len(transport.requests) == model.cumulated_attempts == 2
    assert model.cumulated_failed_calls == 0


async def test_a_stream_that_fails_to_begin_is_closed():
    """Its connection would be left open."""

    class Broken:
        n_closed = 0

        def __aiter__(self):
            return self

        async def __anext__(self):
            raise ServerError("broke", model="m")

        async def aclose(self):
            self.n_closed += 1

    broken = Broken()
    transport = ScriptedTransport([])
    transport.stream = lambda _: broken
    model = LanguageModel("openai/x", transport=transport, retry=2, retry_max_wait=0.01)

    with pytest.raises(ServerError):
        await model(MESSAGES, streaming=True)

    assert broken.n_closed == model.cumulated_attempts == 2


async def test_a_stream_keeps_its_slot_to_its_end():
    """Servers count it among the calls in flight as long as it lasts."""
    chunks = [LMChunk(content="a"), END]
    model, transport = model_of(chunks, chunks, max_concurrency=1)

    first = await model(MESSAGES, streaming=True)
    second = asyncio.ensure_future(model(MESSAGES, streaming=True))
    await asyncio.sleep(0.05)
    n_before = len(transport.requests)
    await first.drain()
    await (await second).drain()

    assert (n_before, len(transport.requests)) == (1, 2)


async def test_times_of_first_and_last_token():
    """The first is the first, however many come."""

    class Slow(Streaming):
        async def stream(self, request):
            async for chunk in super().stream(request):
                await asyncio.sleep(0.01)
                yield chunk

    transport = Slow([LMChunk(content=text) for text in "abc"] + [END])
    model = LanguageModel("openai/gpt-4o-mini", transport=transport)

    await (await model(MESSAGES, streaming=True)).drain()

    ttft_s, ttlt_s = model.cumulated_streaming_ttft_s, model.cumulated_streaming_ttlt_s
    assert 0 < ttft_s < ttlt_s <= model.cumulated_elapsed_s


async def test_a_stream_that_breaks_fails_in_the_phase_of_its_call():
    """Not in that of whoever reads it."""
    model, _ = model_of([LMChunk(content="a"), ServerError("broke", model="m")])

    with context.bound(context.phase, "reward"):
        stream = await model(MESSAGES, streaming=True)
    with pytest.raises(ServerError):
        await stream.drain()

    assert model.reward_cumulated_failed_calls == 1
    assert model.inference_cumulated_failed_calls == 0
