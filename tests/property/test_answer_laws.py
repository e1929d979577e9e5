"""Whatever a server answers, it is an answer, or one of our errors."""

import copy
import json
import math

from hypothesis import given
from hypothesis import strategies as st

from synalinks.errors import LanguageModelError
from synalinks.language_models import EMRequest, LMRequest
from synalinks.language_models._answer import read_value
from synalinks.language_models._chunk import Assembly, read_chunk
from synalinks.language_models._em_wire import read_embeddings
from synalinks.language_models._pricing import priced
from synalinks.language_models._wire_answer import read_completion

MODEL = "openai/gpt-4o-mini"
CALL = {"id": "c", "function": {"name": "answer", "arguments": '{"a": "b"}'}}
MESSAGE = {
    "content": '{"a": "b"}',
    "reasoning_content": "hm",
    "refusal": None,
    "tool_calls": [CALL],
    "thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "s"}],
    "provider_specific_fields": {"refusal": None},
}
USAGE = {
    "prompt_tokens": 3,
    "completion_tokens": 4,
    "prompt_tokens_details": {"cached_tokens": 1, "cache_creation_tokens": 1},
    "completion_tokens_details": {"reasoning_tokens": 1},
    "cost": 0.1,
}
ANSWER = {"choices": [{"finish_reason": "stop", "message": MESSAGE}], "usage": USAGE}
CHUNK = {"choices": [{"finish_reason": "stop", "delta": MESSAGE}], "usage": USAGE}
VECTORS = {
    "data": [{"index": index, "embedding": [1.0, 2.0]} for index in range(2)],
    "usage": USAGE,
}
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
# All that a JSON parser may return, and what it makes of NaN, Infinity and 1e400.
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.just(10**400)
    | st.floats()
    | st.sampled_from(["", "x", "\ud83d"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["text", "function", "type", "thinking", "content"]),
            inner,
            max_size=2,
        )
    ),
    max_leaves=4,
)


def places(node, path=()):
    """Return where the parts of a JSON value are."""
    parts = node.items() if isinstance(node, dict) else ()
    parts = enumerate(node) if isinstance(node, list) else parts
    inner = [place for key, part in parts for place in places(part, (*path, key))]
    return [path, *inner] if path else inner


@st.composite
def broken(draw, payload):
    """Return a payload with something else in a place or two."""
    payload = copy.deepcopy(payload)
    for _ in range(draw(st.integers(1, 2))):
        *path, last = draw(st.sampled_from(places(payload)))
        node = payload
        for key in path:
            node = node[key]
        node[last] = draw(JUNK)
    return payload


def check(usage):
    """Fail if what was counted cannot be summed up."""
    usage = priced(usage, MODEL, 1.0)
    amounts = [usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens]
    amounts += [usage.reasoning_tokens, usage.cache_creation_tokens]
    assert all(isinstance(amount, int) and amount >= 0 for amount in amounts)
    assert usage.cost_usd is None or 0 <= usage.cost_usd < math.inf


@given(broken(ANSWER), st.sampled_from([None, SCHEMA]))
def test_answers(payload, schema):
    """An answer can be written; what is none is one of our errors."""
    request = LMRequest(model=MODEL, messages=[], schema=schema)
    try:
        response = read_completion(payload, request)
        check(response.usage)
        value = read_value(response, request)
    except LanguageModelError:
        return
    json.dumps(value)


@given(broken(CHUNK))
def test_chunks(payload):
    """So it is with what comes bit by bit."""
    request = LMRequest(model=MODEL, messages=[])
    assembly = Assembly(request)
    try:
        chunk = read_chunk(payload, request)
        json.dumps(chunk.as_delta())
        assembly.add(chunk)
        assembly.add(chunk)
        check(assembly.so_far().usage)
        value = read_value(assembly.response(), request)
    except LanguageModelError:
        return
    json.dumps(value)


@given(broken(VECTORS))
def test_vectors(payload):
    """A vector consists of numbers that can be calculated with."""
    try:
        answer = read_embeddings(payload, EMRequest(model=MODEL, texts=["a", "b"]))
    except LanguageModelError:
        return
    check(answer.usage)
    assert all(map(math.isfinite, (x for vector in answer.vectors for x in vector)))
