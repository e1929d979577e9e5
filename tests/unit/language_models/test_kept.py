"""What is kept of an answer: all of it, and nothing of who asked."""

import hashlib
import json

import pytest

from synalinks._internal.json import canonical
from synalinks.contracts import Usage
from synalinks.errors import (
    BadRequestError,
    ContentRefusedError,
    ContextTooLongError,
    InvalidOutputError,
    RateLimitedError,
)
from synalinks.language_models import Completion, LMRequest, UsageLedger
from synalinks.language_models._kept import (
    from_completion,
    from_error,
    is_answer,
    request_key,
    to_completion,
    to_error,
)
from synalinks.language_models._outline import outline_of

CANARY = "canary-31337"
COMPLETION = Completion(
    value={"a": [1, None, "é \ud83d"]},
    usage=Usage(calls=2, prompt_tokens=3, cost_usd=None, elapsed_s=0.5),
    finish_reason="stop",
    model="openai/x",
    reasoning_content="hm",
)


def test_completions():
    """They come back as they were, through JSON."""
    kept = json.loads(json.dumps(from_completion(COMPLETION)))

    assert to_completion(kept) == COMPLETION


def test_fields_of_later_releases_are_left_out():
    """A file of a later release can be read as far as it is understood."""
    kept = {**from_completion(COMPLETION), "later": 1}
    kept["usage"]["later"] = 2

    assert to_completion(kept) == COMPLETION


def test_what_a_bad_answer_took():
    """It was paid for, and a run that goes on counts it."""
    error = InvalidOutputError("no JSON", model="openai/x", answer="hello")
    error.usage = COMPLETION.usage
    kept = json.loads(json.dumps(from_error(error)))

    assert to_error(kept).usage == COMPLETION.usage
    del kept["usage"]  # a journal of an earlier release
    assert to_error(kept).usage is None


@pytest.mark.parametrize(
    "error",
    [
        InvalidOutputError("no JSON", model="openai/x", answer="hello"),
        ContentRefusedError("I will not", model="openai/x"),
        ContextTooLongError("too long", model="openai/x", status_code=400),
    ],
    ids=repr,
)
def test_bad_answers(error):
    """The error is the same again, with all that a program may look at."""
    error.attempts = 3

    again = to_error(json.loads(json.dumps(from_error(error))))

    assert is_answer(error)
    assert type(again) is type(error)
    assert (str(again), vars(again)) == (str(error), vars(error))


@pytest.mark.parametrize("error", [RateLimitedError("x"), BadRequestError("x")])
def test_failures_are_no_answers(error):
    """Nobody answered."""
    assert not is_answer(error)


def test_an_answer_is_no_error():
    """What is kept of an answer is not taken for an error."""
    assert to_error(from_completion(COMPLETION)) is None


def request(**changes):
    fields = {"model": "openai/x", "messages": [{"role": "user", "content": "é\ud83d"}]}
    return LMRequest(**{**fields, **changes})


IDENTITY = {
    "model": "openai/y",
    "messages": [],
    "schema": {"type": "object"},
    "tools": [{}],
    "params": {"temperature": 0.0},
    "draw": 1,
    "api_base": "http://localhost/v1",
}
NOT_IDENTITY = {"api_key": CANARY, "headers": {"x": CANARY}, "timeout_s": 3.0}


def test_each_field_is_part_of_the_identity_or_is_not():
    """A field that is added must be put into one of the two lists."""
    assert {*IDENTITY, *NOT_IDENTITY} == set(LMRequest.__dataclass_fields__)
    keys = {request_key(request(**{name: IDENTITY[name]})) for name in IDENTITY}
    same = {request_key(request(**{name: NOT_IDENTITY[name]})) for name in NOT_IDENTITY}

    assert len(keys) == len(IDENTITY)
    assert same == {request_key(request())}
    assert same.isdisjoint(keys)


@pytest.mark.parametrize("name", [None, *IDENTITY])
def test_the_identity_is_a_digest_of_the_canonical_text(name):
    """Journals of earlier releases know a question by it: it must never change."""
    messages = [
        {"role": "system", "content": "Be brief.\n"},
        {"role": "user", "content": [{"type": "text", "text": "é\ud83d"}]},
        {"role": "user", "content": "\ud83d\u2028", "name": "me"},
        {"content": "x", "role": "assistant"},
    ]
    changes = {} if name is None else {name: IDENTITY[name]}
    asked = request(
        **{"messages": messages, "schema": {"b": 1.0, "a": True}, **changes}
    )
    endpoint = asked.api_base or "https://api.openai.com/v1"
    identity = {**asked.identity(), "endpoint": endpoint}
    if name is None:
        assert request_key(request()) == "b85091506a16da1294a69cbbb7c11ef5"
    content = canonical(identity).encode("utf-8", "surrogatepass")

    assert request_key(asked) == hashlib.sha256(content).hexdigest()[:32]


def test_the_endpoint_is_known_without_its_secrets(monkeypatch):
    """Who asks, and with which key, does not matter; where does."""
    plain = request_key(request(api_base="http://host/v1"))

    assert (
        request_key(request(api_base=f"http://u:{CANARY}@host/v1?k={CANARY}")) == plain
    )
    monkeypatch.setenv("OPENAI_API_BASE", "http://host/v1/")
    assert request_key(request()) == plain


def test_a_secret_parameter_is_no_part_of_what_is_asked():
    """A run goes on with another key, and its journal has neither."""
    first, second = (
        LMRequest(
            model="openai/x", messages=[], params={"top_p": 0.5, "aws_token": one}
        )
        for one in (CANARY, "another")
    )

    assert request_key(first) == request_key(second)
    assert first.digest == second.digest
    for text in (
        repr(first),
        str(first.public()),
        str(outline_of(first, UsageLedger())),
    ):
        assert CANARY not in text


def test_the_identity_of_a_first_draw_is_what_it_was():
    """Answers that were kept before there were draws are found."""
    asked = {"schema": None, "tools": None, "params": {}, "endpoint": "http://h/v1"}
    identity = {"model": "openai/x", "messages": [], **asked}

    key = request_key(request(messages=[], api_base="http://h/v1"))

    text = json.dumps(identity, sort_keys=True, separators=(",", ":"))
    assert key == hashlib.sha256(text.encode()).hexdigest()[:32]
