"""Every transport gives the same answers, usage and errors for the same HTTP answer."""

import asyncio
import gc
import json
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

from synalinks import errors
from synalinks.embedding_models import EmbeddingModel
from synalinks.language_models import LanguageModel, model_info
from synalinks.language_models._embedded import EmbeddedTransport
from synalinks.language_models._providers import PROVIDERS
from synalinks.testing import Answer, ChatServer, Drip, Drop, Hang, Raw, Status

pytestmark = [
    pytest.mark.integration,
    # litellm's types use what pydantic warns about when it first meets them.
    pytest.mark.filterwarnings("ignore:Items? .* on TypedDict class:UserWarning"),
]

TRANSPORTS = ["direct", "litellm"]
CANARY = "canary-key-31337"
MESSAGES = [{"role": "user", "content": "Was it good?"}]
SCHEMA = {
    "type": "object",
    "title": "Answer",
    "properties": {
        "label": {"type": "string", "enum": ["good", "bad"]},
        "n": {"type": "integer", "default": 3},
    },
    "required": ["label"],
}
USAGE = {
    "prompt_tokens": 20,
    "completion_tokens": 10,
    "total_tokens": 30,
    "prompt_tokens_details": {"cached_tokens": 5},
    "completion_tokens_details": {"reasoning_tokens": 4},
}


@pytest.fixture(params=TRANSPORTS)
def transport(request):
    return request.param


@pytest.fixture
def serve():
    """Return a function that starts a server which is stopped after the test."""
    servers = []

    def start(*args, **kwargs):
        server = ChatServer(*args, **kwargs)
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def make(serve, transport):
    """Return a function that makes a model and the server that it talks to."""

    def make_model(answer, model="openai/gpt-4o-mini", **options):
        server = serve(answer)
        fixed = {"api_key": CANARY, "api_base": server.url, "timeout": 30, "retry": 1}
        options = {**fixed, **options}
        return LanguageModel(model, transport=transport, **options), server

    return make_model


def call(model, **options):
    """Run one call in an event loop of its own."""
    return asyncio.run(model.complete(MESSAGES, **options))


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("openai/m", "json_schema"),
        ("openrouter/m", "json_schema"),
        ("together_ai/m", "json_schema"),
        ("lm_studio/m", "json_schema"),
        ("vllm/m", "json_schema"),
        ("groq/llama-3.1-8b-instant", "json_object"),
        ("deepseek/deepseek-chat", "json_object"),
    ],
)
def test_structured_answers(make, name, sent):
    """Each provider is asked in its own way and gives the same prediction."""
    model, server = make({"label": "good"}, model=name)

    completion = call(model, schema=SCHEMA)

    assert completion.value == {"label": "good"}
    assert completion.model == name
    body = server.requests[0].body
    assert body["response_format"]["type"] == sent
    assert body["model"] == name.partition("/")[2]
    assert len(server.requests) == 1


@pytest.mark.parametrize("model", ["openai/m", "mistral/m"])
def test_parameters_beyond_the_api_reach_a_server_of_the_user(make, model):
    """What only the provider's own address refuses is sent elsewhere."""
    model, server = make("ok", model=model, top_k=4, extra_body={"min_p": 0.1})

    call(model)

    body = server.requests[0].body
    assert (body["top_k"], body["min_p"]) == (4, 0.1)
    assert "extra_body" not in body


def test_forced_tool(make, monkeypatch):
    """The argument of the forced tool is the prediction."""
    from dataclasses import replace

    from synalinks.language_models import _providers

    row = replace(_providers.PROVIDERS["openai"], strategy="forced_tool", name="tool")
    monkeypatch.setitem(
        _providers.PROVIDERS, "tool", replace(row, litellm_prefix="openai")
    )
    model, server = make({"label": "bad"}, model="tool/m")

    completion = call(model, schema=SCHEMA)

    assert (completion.value, completion.finish_reason) == ({"label": "bad"}, "stop")
    assert server.requests[0].body["tool_choice"]["function"]["name"] == "answer"


def test_optional_fields_may_come_back_null(make):
    """On a strict wire every field is answered; null says that there is none."""
    model, server = make({"label": "good", "n": None})

    completion = call(model, schema=SCHEMA)

    assert completion.value == {"label": "good"}
    wire = server.requests[0].body["response_format"]["json_schema"]
    assert wire["strict"] is True
    assert wire["schema"]["required"] == ["label", "n"]


def test_free_text_usage_and_thoughts(make):
    """Tokens of every kind, the reason and the thoughts arrive."""
    model, _ = make(
        Answer(content="Yes.", reasoning_content="Hm.", usage=USAGE), temperature=0.2
    )

    completion = call(model)

    assert completion.value == {
        "role": "assistant",
        "content": "Yes.",
        "reasoning_content": "Hm.",
    }
    usage = completion.usage
    assert (usage.prompt_tokens, usage.completion_tokens) == (20, 10)
    assert (usage.cached_tokens, usage.reasoning_tokens) == (5, 4)
    assert usage.cost_usd > 0
    assert model.cumulated_cost == usage.cost_usd


def test_tool_calls(make):
    """Tools that the model wants to call are part of the message."""
    tool = {
        "type": "function",
        "function": {
            "name": "look",
            "parameters": {"type": "object", "properties": {}},
        },
    }
    wanted = {
        "id": "call_7",
        "type": "function",
        "function": {"name": "look", "arguments": "{}"},
    }
    model, server = make(
        Answer(content=None, tool_calls=[wanted], finish_reason="tool_calls")
    )

    completion = call(model, tools=[tool])

    (got,) = completion.value["tool_calls"]
    assert {key: got[key] for key in wanted} == wanted
    assert completion.finish_reason == "tool_calls"
    assert server.requests[0].body["tools"] == [tool]


def status(number, **options):
    return Status(status=number, message=f"told {CANARY} off", **options)


def reported(code, message):
    """Return an error with the status of an answer, as OpenRouter gives it."""
    body = json.dumps({"error": {"code": code, "message": message}, "user_id": "u"})
    return Raw(body=body, content_type="application/json")


ERRORS = {
    "400": (status(400), errors.BadRequestError),
    "401": (status(401), errors.AuthenticationError),
    "402": (status(402), errors.AuthenticationError),
    "403": (status(403), errors.AuthenticationError),
    "404": (status(404), errors.ModelNotFoundError),
    "408": (status(408), errors.TimedOutError),
    "409": (status(409), errors.ServerError),
    "413": (status(413), errors.ContextTooLongError),
    "422": (status(422), errors.BadRequestError),
    "429": (status(429), errors.RateLimitedError),
    "500": (status(500), errors.ServerError),
    "502": (status(502), errors.ServerError),
    "503": (status(503), errors.ServerError),
    "504": (status(504), errors.ServerError),
    "529": (status(529), errors.ServerError),
    "context": (
        status(400, code="context_length_exceeded"),
        errors.ContextTooLongError,
    ),
    "filter": (status(400, code="content_filter"), errors.ContentRefusedError),
    "moderation": (
        Status(status=403, message="It requires moderation: your input was flagged."),
        errors.ContentRefusedError,
    ),
    "200: key": (reported(401, f"no user {CANARY}"), errors.AuthenticationError),
    "200: context": (
        reported(400, "This endpoint's maximum context length is 8192 tokens."),
        errors.ContextTooLongError,
    ),
    "200: limit": (reported(429, "slow down"), errors.RateLimitedError),
    "200: server": (reported(502, "no provider"), errors.ServerError),
    "200: no code": (reported(None, "no provider"), errors.ServerError),
    "200: name": (reported("rate_limit_exceeded", "no"), errors.RateLimitedError),
    "200: text": (
        Raw(body='{"error": "no"}', content_type="application/json"),
        errors.ServerError,
    ),
    "too large for a minute": (
        Status(
            status=429,
            message="Request too large for x on tokens per min (TPM): Limit 30, "
            "Requested 45.",
            code="rate_limit_exceeded",
        ),
        errors.ContextTooLongError,
    ),
    "quota": (status(429, code="insufficient_quota"), errors.AuthenticationError),
    "html": (Raw(), errors.ServerError),
    "broken json": (
        Raw(body='{"choices": [', content_type="application/json"),
        errors.ServerError,
    ),
    "deep json": (
        Raw(body="[" * 5_000, content_type="application/json"),
        errors.ServerError,
    ),
    "empty object": (
        Raw(body="{}", content_type="application/json"),
        errors.ServerError,
    ),
    "no choices": (
        Raw(body='{"choices": []}', content_type="application/json"),
        errors.ServerError,
    ),
    "drop": (Drop(), errors.ConnectionLostError),
    "cut off": (
        Answer(content='{"label": "go', finish_reason="length"),
        errors.InvalidOutputError,
    ),
    "cut off by the model": (
        Answer(content='{"label": "go', finish_reason="model_length"),
        errors.InvalidOutputError,
    ),
    "ended by an error": (
        Answer(content={"label": "good"}, finish_reason="error"),
        errors.ServerError,
    ),
    "filtered": (
        Answer(content="", finish_reason="content_filter"),
        errors.ContentRefusedError,
    ),
    "refused": (
        Answer(content=None, refusal="I will not"),
        errors.ContentRefusedError,
    ),
    "not json": ("good", errors.InvalidOutputError),
    "not the schema": ({"label": "ugly"}, errors.InvalidOutputError),
    "list": ("[1, 2]", errors.InvalidOutputError),
    "empty": ("", errors.InvalidOutputError),
}


@pytest.mark.parametrize("fault", ERRORS)
def test_errors(make, fault, capfd):
    """Same HTTP answer, same class; one attempt; no key anywhere; nothing printed."""
    answer, kind = ERRORS[fault]
    model, server = make(answer)

    with pytest.raises(errors.LanguageModelError) as caught:
        call(model, schema=SCHEMA)

    assert type(caught.value) is kind
    assert len(server.requests) == 1
    assert CANARY not in str(caught.value)
    assert caught.value.model == "openai/gpt-4o-mini"
    if isinstance(answer, Status):
        assert caught.value.status_code == answer.status
    assert model.cumulated_failed_calls == 1
    printed = capfd.readouterr()
    assert CANARY not in printed.out + printed.err
    assert "Give Feedback" not in printed.out


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"Retry-After": "7"}, 7.0), ({"Retry-After": "rubbish"}, None), ({}, None)],
)
def test_retry_after(make, headers, seconds):
    """How long the server asks to wait is part of the error."""
    model, _ = make(Status(status=429, headers=headers))

    with pytest.raises(errors.RateLimitedError) as caught:
        call(model)

    assert caught.value.retry_after_s == seconds


def test_a_wait_told_in_the_body(make):
    """Gemini's refusal for a minute says there, in a list, how long to wait."""
    said = "You exceeded your current quota, please check your plan. Retry later."
    told = {"message": said, "code": 429, "details": [{"retryDelay": "7s"}]}
    body = json.dumps([{"error": told}])
    model, _ = make(Raw(body=body, status=429, content_type="application/json"))

    with pytest.raises(errors.RateLimitedError) as caught:
        call(model)

    assert caught.value.retry_after_s == 7.0


def test_a_refused_prompt_condemns_no_other(make):
    """The next sample is sent, although the status is that of a bad key."""
    said = "Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO"
    model, server = make([Status(status=403, message=said), "ok"])

    async def both():
        with pytest.raises(errors.ContentRefusedError):
            await model(MESSAGES)
        return await model(MESSAGES)

    assert asyncio.run(both()).get("content") == "ok"
    assert len(server.requests) == 2


def test_an_answer_that_the_provider_found_invalid(make):
    """Groq refuses what its model wrote: the model is shown it, and asked again."""
    told = {
        "message": "Failed to validate JSON. See 'failed_generation'.",
        "type": "invalid_request_error",
        "code": "json_validate_failed",
        "failed_generation": '{"label": good}',
    }
    body = json.dumps({"error": told})
    refused = Raw(body=body, status=400, content_type="application/json")
    name = "groq/llama-3.1-8b-instant"
    model, server = make([refused, {"label": "good"}], model=name, retry=3)

    assert call(model, schema=SCHEMA).value == {"label": "good"}
    *_, shown, complaint = server.requests[1].body["messages"]
    assert shown == {"role": "assistant", "content": '{"label": good}'}
    assert "Failed to validate JSON" in complaint["content"]


def test_closed_port(make):
    """A server that is not there is a connection that is lost."""
    model, server = make("ok")
    server.stop()

    with pytest.raises(errors.ConnectionLostError):
        call(model)


@pytest.mark.parametrize(
    "answer",
    [Hang(), Drip(answer=Answer(content="x" * 200)), Answer(delay_s=30)],
    ids=["hang", "slow drip", "late"],
)
def test_time_limit_is_by_the_wall_clock(make, answer):
    """Whatever the server does, an attempt ends in time."""
    model, server = make(answer, timeout=0.5)
    with pytest.raises(errors.TimedOutError):  # the first call has imports to do
        call(model)

    started = time.perf_counter()
    with pytest.raises(errors.TimedOutError):
        call(model)

    assert time.perf_counter() - started < 15
    # A slow machine may be cut off before the server saw what was sent.
    assert len(server.requests) <= model.cumulated_attempts == 2


def n_open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


def test_event_loops_in_a_row_leak_no_sockets(make):
    """One model may be used by several `asyncio.run`, and closes what each opened."""
    model, server = make("ok")

    async def several():
        async with asyncio.TaskGroup() as group:
            for _ in range(4):
                group.create_task(model(MESSAGES))

    asyncio.run(several())
    gc.collect()
    time.sleep(0.2)  # the server closes its ends a little later
    before = n_open_files()
    for _ in range(5):
        asyncio.run(several())
    gc.collect()
    for _ in range(100):
        if n_open_files() <= before:
            break
        time.sleep(0.05)

    assert n_open_files() <= before
    assert len(server.requests) == 24


def test_closing_inside_a_loop(make):
    """After `aclose` the model opens what it needs anew."""
    model, _ = make("ok")

    async def twice():
        await model(MESSAGES)
        await model.aclose()
        await model.aclose()
        return await model(MESSAGES)

    assert asyncio.run(twice()).get("content") == "ok"


def test_cancelling_is_final(make):
    """After a cancellation no request is sent, and no task of ours is left."""
    model, server = make(Answer(content="ok", delay_s=30))

    async def cancel_at(seconds):
        task = asyncio.ensure_future(model(MESSAGES))
        await asyncio.sleep(seconds)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with warnings.catch_warnings():
        # Cancelled while litellm prepares a request in a thread: it drops a coroutine.
        warnings.filterwarnings("ignore", message="coroutine .* was never awaited")
        for seconds in (0.3, 0.0, 0.001, 0.005, 0.02):
            asyncio.run(cancel_at(seconds))
        gc.collect()
    n_sent = model.cumulated_attempts
    time.sleep(0.3)

    assert model.cumulated_attempts == n_sent >= len(server.requests)
    assert model.cumulated_failed_calls == 0


def test_many_calls_share_connections(make):
    """Calls in flight do not wait for each other."""
    model, server = make(Answer(content="ok", delay_s=0.5))

    async def many():
        await model(MESSAGES)
        async with asyncio.TaskGroup() as group:
            for _ in range(50):
                group.create_task(model(MESSAGES))

    asyncio.run(many())

    assert server.log.max_in_flight > 4
    assert len(server.requests) == 51


def test_keys_go_only_into_the_header(make):
    """A key is sent as authorization and nowhere else."""
    model, server = make("ok")

    call(model)

    assert CANARY not in json.dumps(server.requests[0].body)
    assert server.requests[0].headers["authorization"] == "***"


def test_no_global_of_litellm_is_changed(make):
    """Users of litellm find their settings as they left them."""
    import litellm

    def settings():
        return {
            name: repr(value)
            for name, value in vars(litellm).items()
            if isinstance(value, (bool, int, float, str, type(None), list))
            and not name.startswith("_")
        }

    before = settings()
    model, _ = make(Status(status=401))
    with pytest.raises(errors.AuthenticationError):
        call(model)

    assert settings() == before


def test_the_embedded_model_can_be_served(make):
    """A server may answer with any function of the request."""
    model, _ = make(EmbeddedTransport().send, model="openai/embedded/learner")
    examples = "Input: great\nOutput: good"

    value = asyncio.run(
        model.complete(
            [{"role": "system", "content": examples}, *MESSAGES], schema=SCHEMA
        )
    ).value

    assert value["label"] in {"good", "bad"}


def test_one_transport_serves_threads_with_loops_of_their_own(serve):
    """Each thread's event loop has its own connections."""
    import threading

    server = serve("ok")
    model = LanguageModel("openai/m", api_base=server.url, api_key=CANARY)
    answers = []

    def work():
        answers.append(asyncio.run(model(MESSAGES)).get("content"))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == ["ok"] * 6


def test_an_address_may_have_a_query(serve):
    """Gateways want keys and versions there; the path stands before it."""
    server = serve("ok")
    model = LanguageModel("openai/m", api_base=f"{server.url}/?v=1", api_key=CANARY)

    call(model)

    assert server.requests[0].path.startswith("/v1/chat/completions")


@pytest.mark.parametrize("kind", [LanguageModel, EmbeddingModel])
def test_litellm_refuses_an_address_with_a_query(serve, kind):
    """It would put the path behind the query, and ask nobody knows whom."""
    server = serve("ok")
    address = f"{server.url}?v=1&key={CANARY}"
    model = kind("openai/m", address, api_key="-", transport="litellm")
    asking = model(MESSAGES if kind is LanguageModel else ["a text"])

    with pytest.raises(errors.ConfigurationError, match="has a query") as caught:
        asyncio.run(asking)

    assert CANARY not in str(caught.value)
    assert server.requests == []


PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}}
SOUND = {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}
SOUND_AT = {"type": "audio_url", "audio_url": {"url": "https://x.invalid/mark.mp3"}}
FILM_AT = {"type": "video_url", "video_url": {"url": "https://x.invalid/mark.mp4"}}
FILE = {
    "type": "file",
    "file": {"file_data": "data:application/pdf;base64,JVBERg==", "filename": "f.pdf"},
}
PARTS = {
    "picture": (PICTURE, "iVBORw"),
    "sound": (SOUND, "UklGRg"),
    "sound at an address": (SOUND_AT, "mark.mp3"),
    "film at an address": (FILM_AT, "mark.mp4"),
    "file": (FILE, "JVBERg"),
}
# Providers of the table that litellm speaks to in OpenAI's language, or nearly so.
LIKE_OPENAI = ["openai", "openrouter", "groq", "deepseek", "mistral", "xai", "vllm"]


@pytest.mark.parametrize("part", [PICTURE, SOUND, SOUND_AT], ids=[*PARTS][:3])
@pytest.mark.parametrize("provider", LIKE_OPENAI)
def test_pictures_and_sound_arrive_or_are_refused(make, transport, provider, part):
    """No model is asked about what was left out on the way."""
    model, server = make("ok", model=f"{provider}/m")
    content = [{"type": "text", "text": "What is it?"}, part]
    asking = model.complete([{"role": "user", "content": content}])
    lost = model.provider_info().litellm_loses if transport == "litellm" else ()

    if part["type"] in lost:
        with pytest.raises(errors.ConfigurationError, match=part["type"]):
            asyncio.run(asking)
        assert server.requests == []
    else:
        asyncio.run(asking)
        assert server.requests[0].body["messages"][0]["content"] == content


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    "model",
    [
        "anthropic/claude-sonnet-4-5", "bedrock/us.amazon.nova-lite-v1:0",
        "cohere/command-a-03-2025", "deepseek/m", "gemini/gemini-2.5-flash",
        "mistral/m", "ollama/llava", "sambanova/m",
    ],
)  # fmt: skip
def test_the_table_says_what_litellm_loses(model, part, monkeypatch):
    """It is what litellm leaves out of bodies in other languages than OpenAI's."""
    assert_lost_as_told(model, part, monkeypatch)


@pytest.mark.parametrize("part", ["sound at an address", "film at an address"])
def test_the_table_says_what_litellm_loses_on_the_way_to_azure(part, monkeypatch):
    """What else it loses there depends on the model."""
    assert_lost_as_told("azure_ai/m", part, monkeypatch)


def assert_lost_as_told(model, part, monkeypatch):
    from litellm.types.utils import CallTypes
    from litellm.utils import return_raw_request

    provider, _, name = model.partition("/")
    monkeypatch.setenv(f"{provider.upper()}_API_KEY", "-")
    row = PROVIDERS[provider]
    sent, data = PARTS[part]
    content = [{"type": "text", "text": "What is it?"}, sent]

    made = return_raw_request(
        CallTypes.completion,
        {
            "model": f"{row.litellm_prefix or provider}/{name}",
            "api_base": "http://127.0.0.1:9",
            "messages": [{"role": "user", "content": content}],
            "drop_params": True,  # as it is always asked
        },
    )

    body = json.dumps(made["raw_request_body"])
    assert "What is it?" in body
    assert (data not in body) is (sent["type"] in row.litellm_loses)


def test_sound_and_service_tiers_have_their_price(make):
    """Both transports tell how many tokens were sound, and how the call was served."""
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 10,
        "total_tokens": 110,
        "prompt_tokens_details": {"audio_tokens": 80},
    }
    price = model_info("openai/gpt-audio")
    model, _ = make(Answer(content="ok", usage=usage), model="openai/gpt-audio")

    taken = call(model).usage

    assert taken.audio_prompt_tokens == 80
    assert taken.cost_usd == pytest.approx(
        20 * price["input_cost_per_token"]
        + 80 * price["input_cost_per_audio_token"]
        + 10 * price["output_cost_per_token"]
    )


# litellm looks at all attributes of a chunk, old ones of pydantic among them.
@pytest.mark.filterwarnings("ignore:Accessing the 'model_:DeprecationWarning")
@pytest.mark.parametrize("is_streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("asked", "served", "suffix"),
    [
        ("flex", "flex", "_flex"),
        ("flex", "default", ""),
        (None, "priority", "_priority"),
        ("auto", "scale", None),
    ],
)
def test_service_tiers_have_prices(make, asked, served, suffix, is_streamed):
    """What counts is how the provider served the call; other ways have no price."""
    answer = Answer(content="ok", usage=USAGE, service_tier=served)
    model, server = make(answer, model="openai/gpt-5", service_tier=asked)
    price = model_info("openai/gpt-5")

    async def ask():
        if is_streamed:
            await (await model.stream(MESSAGES)).drain()
        else:
            await model.complete(MESSAGES)

    asyncio.run(ask())

    assert server.requests[0].body.get("service_tier") == asked
    if suffix is None:
        assert model.cumulated_cost is None
    else:
        assert model.cumulated_cost == pytest.approx(
            15 * price[f"input_cost_per_token{suffix}"]
            + 5 * price[f"cache_read_input_token_cost{suffix}"]
            + 10 * price[f"output_cost_per_token{suffix}"]
        )


def test_a_key_does_not_follow_a_redirect(serve):
    """A server cannot send our key elsewhere."""
    elsewhere = serve("stolen")
    server = serve(
        Status(status=307, headers={"Location": f"{elsewhere.url}/chat/completions"})
    )
    model = LanguageModel("openai/m", api_base=server.url, api_key=CANARY)

    with pytest.raises(errors.BadRequestError):
        call(model)

    assert elsewhere.requests == []


@dataclass(frozen=True)
class Encoded:
    """An answer in an encoding of its own."""

    text: str
    encoding: str

    async def send(self, received, body):
        """Answer."""
        choice = {"message": {"content": self.text}, "finish_reason": "stop"}
        content = json.dumps({"choices": [choice]}).encode(self.encoding)
        return web.Response(body=content, content_type="application/json")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("caf\u00e9", "utf-16"), ("caf\u00e9", "utf-32-be"), ("half \ud83d", "utf-8")],
)
def test_json_of_every_kind_is_read(serve, text, encoding):
    """Other encodings than UTF-8, and half a surrogate pair, which can be escaped."""
    server = serve(Encoded(text, encoding))
    model = LanguageModel(
        "openai/m", api_base=server.url, api_key="-", retry=1, transport="direct"
    )

    assert call(model).value["content"] == text
