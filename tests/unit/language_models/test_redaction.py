"""No secret reaches a text."""

import json

import pytest

from synalinks.language_models._redaction import (
    identity_of,
    is_secret_name,
    redact,
    without_secret_parts,
    without_secrets,
)


@pytest.mark.parametrize(
    "name",
    [
        "api_key", "apikey", "OPENAI_API_KEY", "key", "token", "access_token",
        "Authorization", "x-api-key", "AWS_SECRET_ACCESS_KEY", "password",
        "client_secret", "aws_session_token", "HF_TOKEN", "credentials", "cookie",
        "auth_tokens", "userToken", "X-Passwd", "clientSecret", "subscriptionKey",
        "pwd", "passphrase", "connection_string", "connectionString", "APIKey",
    ],
)  # fmt: skip
def test_secret_names_are_known(name):
    """A parameter or header of such a name is never saved."""
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "max_tokens", "max_completion_tokens", "temperature", "price_per_token",
        "prompt_cache_key", "model", "monkey", "tokenizer", "stop_token_ids", "author",
        "allowed_token_ids", "bad_token_id", "token_ids", "truncate_prompt_tokens",
        "image_tokens", "maxTokens", "stopTokenIds", "cwd",
    ],
)  # fmt: skip
def test_other_names_are_not_secret(name):
    """Parameters that count or name tokens are kept."""
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://user:pw@host:8000/v1?key=abc#x", "http://host:8000/v1"),
        ("https://api.openai.com/v1", "https://api.openai.com/v1"),
        ("http://[broken", "***"),
    ],
)
def test_urls_lose_what_may_be_secret(url, shown):
    """User, password, query and fragment are cut off."""
    assert without_secrets(url) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: my-own-secret.",
        "Authorization: Bearer abcdefg",
        "the key sk-proj-abcdefghijk is wrong",
        "cannot reach http://u:abcdefg@host/v1?api_key=abcdefg",
    ],
)
def test_texts_lose_keys(text):
    """Known keys, and what looks like one, are taken out."""
    shown = redact(text, ["my-own-secret"])

    assert "my-own-secret" not in shown
    assert "abcdefg" not in shown


def test_texts_are_cut_and_on_one_line():
    """A page of HTML does not fill the screen."""
    shown = redact("a\n b " * 200)

    assert len(shown) == 201
    assert "\n" not in shown


def test_parameters_lose_parts_that_are_secret():
    """However deep they are, and whatever holds them."""
    params = {
        "temperature": 0.5,
        "client_secret": "x",
        "extra_body": {"routes": [{"api_key": "x", "name": "a"}], "max_tokens": 3},
        "base_url": "http://me:x@host/v1?key=x",
    }

    assert without_secret_parts(params) == {
        "temperature": 0.5,
        "extra_body": {"routes": [{"name": "a"}], "max_tokens": 3},
        "base_url": "http://host/v1",
    }


SCHEMA = {
    "type": "object",
    "properties": {
        "token": {"type": "string", "default": "http://host/?id=1"},
        "password": {"$ref": "#/$defs/Secret"},
    },
    "$defs": {"Secret": {"enum": ["a"]}},
}


def test_schemas_are_kept_as_they_are():
    """The names of their fields are no secrets; what only looks like one is none."""
    assert without_secret_parts({"guided_json": SCHEMA}) == {"guided_json": SCHEMA}
    assert without_secret_parts({"properties": {"token": "x"}}) == {"properties": {}}
    other = {"properties": {"mine": {"api_key": "x"}}}
    assert without_secret_parts(other) == {"properties": {"mine": {}}}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"allowed_token_ids": [1]}, {"allowed_token_ids": [2]}),
        ({"truncate_prompt_tokens": 1}, {"truncate_prompt_tokens": 2}),
        ({"mask_token": "a"}, {"mask_token": "b"}),
        ({"routing_key": "a"}, {}),
        ({"logit_bias": {"secret": 1}}, {"logit_bias": {"secret": 2}}),
        ({"json": SCHEMA}, {"json": {**SCHEMA, "properties": {}}}),
        ({"url": "http://h/d?id=1"}, {"url": "http://h/d?id=2"}),
        ({"url": "http://h/d#a"}, {"url": "http://h/d#b"}),
        ({"url": "http://h/d?id=1"}, {"url": "http://h/d"}),
        ({"url": "http://[h/1"}, {"url": "http://[h/2"}),
    ],
)
def test_what_is_sent_is_told_apart(one, other):
    """Different questions have no answer in common, whatever their parts are called."""
    assert identity_of({"extra_body": one}) != identity_of({"extra_body": other})


@pytest.mark.parametrize(
    "part",
    [
        {"api_key": "canary"},
        {"clientSecret": "canary"},
        {"connection_string": "canary"},
        {"aws_session_token": "canary"},
        {"vertex_credentials": {"key": "canary"}},
        {"url": "http://me:canary@h/d?id=1&api_key=canary"},
    ],
)
def test_who_asks_makes_no_difference(part):
    """A key that was changed finds what was asked with the one before."""
    changed = json.loads(json.dumps(part).replace("canary", "another"))

    assert identity_of(part) == identity_of(changed)
    assert "canary" not in str(identity_of(part))


def test_what_may_be_secret_is_not_in_an_identity():
    """There is a digest in its place."""
    shown = identity_of({"token": "canary", "url": "http://h/?key=canary"})

    assert shown.keys() == {"token", "url"}
    assert "canary" not in str(shown)


@pytest.mark.parametrize("name", ["X-Auth", "X-Custom-Auth", "auth"])
def test_names_that_end_in_auth_are_secret(name):
    """Gateways have headers of such names."""
    assert is_secret_name(name)
    assert not is_secret_name("author")


def test_a_key_of_one_letter_hides_nothing():
    """Local servers are given such keys; messages must stay readable."""
    assert redact("no such model: a-b", ["-", "a"]) == "no such model: a-b"
