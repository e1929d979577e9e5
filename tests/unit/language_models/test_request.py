"""Requests are identified by what is asked, not by how it is sent."""

from dataclasses import replace

from synalinks.language_models import LMRequest

REQUEST = LMRequest(
    model="openai/gpt-4o-mini",
    messages=[{"role": "user", "content": "hello"}],
    schema={"type": "object", "properties": {"a": {"type": "string"}}},
    params={"temperature": 0.0},
)


def test_digest_ignores_keys_addresses_and_timeouts():
    """Where a request goes, and with which key, is no part of its identity."""
    other = replace(
        REQUEST,
        api_base="http://localhost:1/v1",
        api_key="secret-key",
        headers={"Authorization": "Bearer secret-key"},
        timeout_s=1.0,
    )

    assert other.digest == REQUEST.digest
    assert other == REQUEST


def test_digest_tells_every_part_of_the_question_apart():
    """Model, messages, schema, tools, parameters and draw each change the identity."""
    others = [
        replace(REQUEST, model="openai/gpt-4o"),
        replace(REQUEST, messages=[{"role": "user", "content": "bye"}]),
        replace(REQUEST, schema=None),
        replace(REQUEST, tools=[{"type": "function"}]),
        replace(REQUEST, params={"temperature": 1.0}),
        replace(REQUEST, draw=1),
    ]

    assert len({REQUEST.digest, *(other.digest for other in others)}) == 7


def test_digest_does_not_depend_on_the_order_of_keys():
    """Equal JSON has one identity."""
    turned = replace(REQUEST, messages=[{"content": "hello", "role": "user"}])

    assert turned.digest == REQUEST.digest


def test_repr_shows_no_key():
    """A request may be logged."""
    request = replace(
        REQUEST,
        api_key="secret-key",
        api_base="http://u:secret-key@localhost/",
        headers={"x-api-key": "secret-key"},
    )

    assert "secret-key" not in repr(request)
    assert request.provider == "openai"
