"""The test server speaks chat completions and logs what it was asked."""

import asyncio
import http.client
import json
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest

from synalinks.errors import ConfigurationError, RateLimitedError
from synalinks.testing import Answer, ChatServer, Drip, Hang, Raw, Status
from synalinks.testing._received import to_lm_request

BODY = {
    "model": "m",
    "messages": [{"role": "user", "content": "12345678"}],
    "temperature": 0.5,
}


def post(server, body=BODY):
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{server.url}/chat/completions",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Authorization": "Bearer hidden"},
    )
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - as above
            return answer.status, json.load(answer), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error), error.headers


def test_one_answer_for_all():
    """The answer is a chat completion with estimated usage."""
    with ChatServer("hi") as server:
        status, completion, _ = post(server)

    assert status == 200
    assert completion["choices"][0]["message"] == {"role": "assistant", "content": "hi"}
    assert completion["usage"]["prompt_tokens"] == 2


def test_answers_in_order_and_an_error_at_the_end():
    """A list is used up; then the server fails."""
    with ChatServer(["a", {"b": 1}, Status(status=429, message="slow")]) as server:
        statuses = [post(server)[0] for _ in range(4)]
        last = post(server)[1]

    assert statuses == [200, 200, 429, 500]
    assert last["error"]["message"] == "The script has no answer left."


def test_functions_see_the_request():
    """The function gets messages, schema and parameters, as the model had them."""
    seen = []

    async def answer(request):
        await asyncio.sleep(0)
        seen.append(request)
        return {"n": len(request.messages)}

    with ChatServer(answer) as server:
        _, completion, _ = post(server)

    assert completion["choices"][0]["message"]["content"] == '{"n": 1}'
    assert (seen[0].model, dict(seen[0].params)) == ("openai/m", {"temperature": 0.5})


def test_errors_of_functions_become_statuses():
    """The embedded model's drawn failures can be served too."""

    def refuse(_):
        raise RateLimitedError("slow", status_code=429)

    with ChatServer(refuse) as server:
        assert post(server)[0] == 429


def test_the_log_has_every_request_and_no_key():
    """What arrived is logged in order."""
    with ChatServer(Raw(body="{}", content_type="application/json")) as server:
        post(server)
        post(server, {"model": "other", "messages": []})

    assert [line.body["model"] for line in server.requests] == ["m", "other"]
    assert server.requests[0].path == "/v1/chat/completions"
    assert server.requests[0].headers["authorization"] == "***"
    assert server.requests[0].arrived_s <= server.requests[1].arrived_s


def test_headers_are_sent():
    """An answer may carry what a rate limiter says."""
    with ChatServer(Answer(content="x", headers={"x-left": "3"})) as server:
        assert post(server)[2]["x-left"] == "3"


async def test_it_runs_in_async_tests():
    """`async with` does not block the loop of the test."""
    async with ChatServer("hi") as server:
        status, _, _ = await asyncio.to_thread(post, server)

    assert status == 200


def test_a_taken_port_is_told():
    """The error names the port."""
    with ChatServer() as server:
        port = int(server.url.rpartition(":")[2].partition("/")[0])

        with pytest.raises(ConfigurationError, match=f"cannot listen on port {port}"):
            ChatServer(port=port).start()


def test_a_server_may_be_started_again():
    """After a stop, and once the port that it is to have is free."""
    with ChatServer("hi") as other:
        server = ChatServer("hi", port=urlsplit(other.url).port)
        with pytest.raises(ConfigurationError, match="cannot listen"):
            server.start()

    for n_answered in (1, 2):
        server.start()
        status, _, _ = post(server)
        server.stop()
        assert (status, len(server.requests)) == (200, n_answered)


def test_stopping_twice_is_fine():
    """A fixture may stop what a test has stopped."""
    server = ChatServer()
    server.stop()
    server.start()
    server.stop()
    server.stop()


@pytest.mark.parametrize(
    "extra",
    [
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"schema": {"type": "object"}},
            }
        },
        {
            "tools": [{"function": {"name": "a", "parameters": {"type": "object"}}}],
            "tool_choice": {"type": "function", "function": {"name": "a"}},
        },
    ],
    ids=["json_schema", "forced tool"],
)
def test_schemas_are_read_back(extra):
    """However the schema was sent, the function sees it as a schema."""
    request = to_lm_request({**BODY, **extra})

    assert (request.schema, request.tools) == ({"type": "object"}, None)


@pytest.mark.parametrize(
    "reply", [Hang(), Drip(answer=Answer(content="word " * 9999))], ids=["hang", "drip"]
)
def test_stopping_breaks_what_is_open(reply):
    """Whoever still waits for an answer cannot keep the server from ending."""
    server = ChatServer(reply)
    server.start()
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    body = json.dumps({"messages": [{"role": "user", "content": "hello"}]})
    connection.request("POST", "/v1/chat/completions", body)
    while not server.requests:
        time.sleep(0.01)

    server.stop()

    assert server.log.n_in_flight == 0
    connection.close()
