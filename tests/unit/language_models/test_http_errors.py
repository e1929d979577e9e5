"""Each HTTP answer stands for one error class."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from synalinks import errors
from synalinks.language_models import LMRequest
from synalinks.language_models._http_errors import (
    classify,
    error_of_answer,
    error_of_stream,
    retry_after_s,
)
from synalinks.language_models._rate_limits import interval_s

REQUEST = LMRequest(model="openai/x", messages=[], api_key="the-secret-key")


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (400, "no", errors.BadRequestError),
        (401, "no", errors.AuthenticationError),
        (402, "no", errors.AuthenticationError),
        (403, "no", errors.AuthenticationError),
        (404, "no", errors.ModelNotFoundError),
        (408, "no", errors.TimedOutError),
        (409, "no", errors.ServerError),
        (413, "no", errors.ContextTooLongError),
        (418, "no", errors.BadRequestError),
        (425, "no", errors.ServerError),
        (422, "no", errors.BadRequestError),
        (429, "no", errors.RateLimitedError),
        (500, "no", errors.ServerError),
        (503, "no", errors.ServerError),
        (529, "no", errors.ServerError),
        (307, "no", errors.BadRequestError),
        (400, "maximum context length is 8192 tokens", errors.ContextTooLongError),
        (400, '{"code": "context_length_exceeded"}', errors.ContextTooLongError),
        (422, "Input is too long", errors.ContextTooLongError),
        (400, '{"code": "content_filter"}', errors.ContentRefusedError),
        (429, '{"code": "insufficient_quota"}', errors.AuthenticationError),
        (429, "You exceeded your current quota", errors.RateLimitedError),
        (429, "Request too large for x on TPM: Limit 1", errors.ContextTooLongError),
        (429, '{"quotaId": "RequestsPerDayPerProject"}', errors.AuthenticationError),
        (
            429,
            '[{"quotaId": "RequestsPerDay"}, {"quotaId": "RequestsPerMinute"}]',
            errors.RateLimitedError,
        ),
        (500, "maximum context length", errors.ServerError),
        (403, "maximum context length", errors.AuthenticationError),
        (401, "content violates usage guidelines", errors.AuthenticationError),
    ],
)
def test_status_and_text_tell_the_class(status, text, kind):
    """The status decides; the text refines what it may refine."""
    assert classify(status, text) is kind


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"error": {"message": "bad thing."}}', "bad thing."),
        ('{"error": "bad thing"}', "bad thing."),
        ('{"message": "bad thing"}', "bad thing."),
        ('{"detail": [{"loc": 1}]}', '[{"loc": 1}].'),
        ("bad\nthing", "bad thing."),
        ("[]", "[]."),
        ('[{"error": {"code": 400, "message": "bad thing"}}]', "bad thing."),
    ],
)
def test_the_message_is_what_the_provider_said(text, said):
    """The provider's own words are found in every usual form."""
    error = error_of_answer(400, text, {}, REQUEST)

    assert str(error) == f"`openai/x` answered HTTP 400: {said}"
    assert (error.model, error.provider, error.status_code) == (
        "openai/x",
        "openai",
        400,
    )


def test_the_message_has_no_key():
    """Providers like to repeat the key that they refuse."""
    error = error_of_answer(401, "wrong key: the-secret-key", {}, REQUEST)

    assert str(error) == (
        "`openai/x` answered HTTP 401: wrong key: ***. Check the key, its rights and "
        "its quota."
    )


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"Retry-After": "-3"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
    ],
)
def test_retry_after(headers, seconds):
    """Seconds, milliseconds and dates are understood; nonsense is ignored."""
    assert retry_after_s(headers) == seconds


def test_retry_after_a_date_to_come():
    """A date means the time until then."""
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)

    assert retry_after_s({"Retry-After": then}) == pytest.approx(30, abs=2)


OF_A_MINUTE = {
    "error": {
        "code": 429,
        "message": "You exceeded your current quota, please check your plan and "
        "billing details. For more information on this error, head to: "
        "https://ai.google.dev/gemini-api/docs/rate-limits.\nPlease retry in 6.4s.",
        "status": "RESOURCE_EXHAUSTED",
        "details": [
            {"violations": [{"quotaId": "GenerateRequestsPerMinutePerProject"}]},
            {"retryDelay": "7s"},
        ],
    }
}


@pytest.mark.parametrize("body", [OF_A_MINUTE, [OF_A_MINUTE]])
def test_a_quota_of_a_minute_is_waited_for(body):
    """Gemini speaks of plan and billing, and says in the body how long to wait."""
    error = error_of_answer(429, json.dumps(body), {}, REQUEST)

    assert (type(error), error.retry_after_s) == (errors.RateLimitedError, 7.0)
    assert "HTTP 429: You exceeded your current quota, please" in str(error)


@pytest.mark.parametrize(
    ("status", "text", "headers", "seconds"),
    [
        (429, "Please retry in 7.3s.", {}, 7.3),
        (429, "Please try again in 1m0.5s. Visit us.", {}, 60.5),
        (429, '"{\\"retryDelay\\": \\"250ms\\"}"', {}, 0.25),
        (429, "Please retry in 7.3s.", {"Retry-After": "2"}, 2.0),
        (429, "Please retry in a while.", {}, None),
        (429, f"Please retry in {'9' * 400}s.", {}, None),
        (400, "Please retry in 7.3s.", {}, None),
    ],
)
def test_a_wait_told_in_the_body(status, text, headers, seconds):
    """It counts where the headers of a refusal say nothing."""
    error = error_of_answer(status, text, headers, REQUEST)

    assert error.retry_after_s == seconds


def test_a_wait_told_in_a_stream():
    """An event has no headers."""
    error = error_of_stream(OF_A_MINUTE["error"], REQUEST)

    assert (type(error), error.retry_after_s) == (errors.RateLimitedError, 7.0)


@pytest.mark.parametrize(
    ("api_base", "is_odd"),
    [
        ("http://localhost:8000", True),
        ("http://localhost:8000/v1/chat/completions", True),
        ("http://localhost:8000/v1/", False),
        ("http://localhost/api/v1beta", False),
        (None, False),
    ],
)
def test_a_path_that_is_not_the_usual_is_pointed_out(api_base, is_odd):
    """Who forgets `/v1`, or writes too much, is told so with the 404."""
    request = LMRequest(model="openai/x", messages=[], api_base=api_base)

    error = error_of_answer(404, "Not Found", {}, request)

    assert ("The path of `api_base` is" in str(error)) is is_odd


SAYINGS = {
    # What OpenAI, Anthropic, Azure, Groq and Gemini write.
    "This model's maximum context length is 8192 tokens.": errors.ContextTooLongError,
    "prompt is too long: 210000 tokens > 200000 maximum": errors.ContextTooLongError,
    "The response was filtered due to the prompt triggering Azure OpenAI's content "
    "management policy.": errors.ContentRefusedError,
    "Please reduce the length of the messages.": errors.ContextTooLongError,
    "The input token count (1200000) exceeds the maximum number of tokens allowed":
        errors.ContextTooLongError,
    "Your request was rejected by our safety system.": errors.ContentRefusedError,
}  # fmt: skip


@pytest.mark.parametrize("said", SAYINGS)
def test_refused_prompts_in_the_words_of_providers(said):
    """No other attempt is made, and the sample fails rather than the run."""
    assert classify(400, said) is SAYINGS[said]


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"raw": '{"error": {"message": "no such tool"}}'}, ": no such tool."),
        ({"raw": {"message": "no such tool"}}, ": no such tool."),
        ({"raw": "no such tool\n"}, ": no such tool."),
        ({"raw": "the-secret-key"}, ": ***."),
        ({"raw": ""}, "."),
        ({"provider_name": "x"}, "."),
        ("x", "."),
    ],
    ids=["JSON", "object", "text", "key", "nothing", "no words", "no object"],
)
def test_what_the_provider_behind_a_gateway_said(metadata, said):
    """OpenRouter's own message is the same for whatever was wrong."""
    error = {"message": "Provider returned error", "code": 400, "metadata": metadata}

    told = [
        error_of_answer(400, json.dumps({"error": error}), {}, REQUEST),
        error_of_stream(error, REQUEST),
    ]

    for one in told:
        end = f"Provider returned error{said}"
        assert str(one).rstrip(".").endswith(end.rstrip("."))


@pytest.mark.parametrize("status", [400, 403, 422])
@pytest.mark.parametrize(
    "said",
    [
        'x/y requires moderation on z. Your input was flagged for "violence".',
        "Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO",
        "Failed check: SAFETY_CHECK_TYPE_CSAM",
        "{'code': 'content_policy_violation'}",
    ],
)
def test_a_prompt_that_is_refused_says_nothing_of_the_key(status, said):
    """OpenRouter and xAI refuse one prompt with the status of a bad key."""
    assert classify(status, said) is errors.ContentRefusedError


OF_ALL_CALLS = {
    "Gemini, a key": (
        {
            "error": {
                "code": 400,
                "message": "API key not valid. Please pass a valid API key.",
                "status": "INVALID_ARGUMENT",
                "details": [{"reason": "API_KEY_INVALID"}],
            }
        },
        errors.AuthenticationError,
    ),
    "Gemini, an old key": (
        [{"error": {"message": "API key expired. Please renew the API key."}}],
        errors.AuthenticationError,
    ),
    "Gemini, no key": (
        {"error": {"message": "API Key not found. Please pass a valid API key."}},
        errors.AuthenticationError,
    ),
    "xAI, a key": (
        {"code": "x", "error": "Incorrect API key provided: ab***cd. You can obtain"},
        errors.AuthenticationError,
    ),
    "Anthropic, no credit": (
        {
            "type": "error",
            "error": {
                "type": "invalid_request_error",
                "message": "Your credit balance is too low to access the Anthropic "
                "API. Please go to Plans & Billing to upgrade or purchase credits.",
            },
        },
        errors.AuthenticationError,
    ),
    "Mistral, a model": (
        {"object": "error", "message": "Invalid model: nonsuch", "code": "1500"},
        errors.ModelNotFoundError,
    ),
    "DeepSeek, a model": (
        {"error": {"message": "Model Not Exist", "code": "invalid_request_error"}},
        errors.ModelNotFoundError,
    ),
    "OpenRouter, a model": (
        {"error": {"message": "nonsuch/x is not a valid model ID", "code": 400}},
        errors.ModelNotFoundError,
    ),
}


@pytest.mark.parametrize("case", OF_ALL_CALLS)
@pytest.mark.parametrize("status", [400, 422])
def test_what_is_wrong_with_all_calls_is_no_bad_request(status, case):
    """A run ends at the first of them, as it does where the status tells."""
    body, kind = OF_ALL_CALLS[case]

    assert classify(status, json.dumps(body)) is kind


@pytest.mark.parametrize("case", OF_ALL_CALLS)
def test_a_prompt_that_is_quoted_condemns_no_other(case):
    """Whoever asks about such a message must not end a run with it."""
    body, _ = OF_ALL_CALLS[case]
    part = body[0] if isinstance(body, list) else body
    words = part.get("message") or part["error"]
    words = words if isinstance(words, str) else words["message"]
    quoting = {"error": {"message": f"Bad content: '{words}'", "input": body}}

    assert classify(400, json.dumps(quoting)) is errors.BadRequestError


def test_an_answer_in_an_answer_is_taken_out():
    """Gateways wrap what providers say."""
    text = '{"detail": {"error": "told by the inner one"}}'

    assert "HTTP 400: told by the inner one" in str(
        error_of_answer(400, text, {}, REQUEST)
    )


def test_a_refusal_tells_how_far_apart_calls_must_be():
    """The headers of a 429 are heard like those of an answer."""
    headers = {
        "x-ratelimit-limit-requests": "10",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "2s",
    }

    error = error_of_answer(429, "", headers, REQUEST)

    assert error.interval_s == interval_s(headers, 0) > 0


@pytest.mark.parametrize(
    ("received", "kind", "status"),
    [
        ({"code": 401, "message": "no"}, errors.AuthenticationError, 401),
        ({"code": "x", "status": "429"}, errors.RateLimitedError, 429),
        (
            {"status_code": 400, "code": "content_filter"},
            errors.ContentRefusedError,
            400,
        ),
        ({"type": "rate_limit_exceeded"}, errors.RateLimitedError, None),
        ("the engine died", errors.ServerError, None),
        ({"code": 1234}, errors.ServerError, None),
    ],
)
def test_errors_inside_streams(received, kind, status):
    """A code in the event tells as much as a status would have."""
    error = error_of_stream(received, REQUEST)

    assert (type(error), error.status_code) == (kind, status)


def test_errors_inside_streams_have_no_key():
    """Nor are they longer than an error of a status."""
    error = error_of_stream({"message": f"the-secret-key {'x' * 999}"}, REQUEST)

    assert str(error).startswith("`openai/x` broke its answer off: *** xxx")
    assert len(str(error)) < 300


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('{"error": {"code": "json_validate_failed", "failed_generation": "{"}}', "{"),
        ('{"error": {"code": "json_validate_failed", "failed_generation": 1}}', ""),
        ('{"error": "json_validate_failed"}', ""),
        ("json_validate_failed", ""),
    ],
)
def test_an_answer_that_the_provider_found_invalid(text, answer):
    """Groq refuses what its model wrote with the status of a bad request."""
    error = error_of_answer(400, text, {}, REQUEST)

    assert type(error) is errors.InvalidOutputError
    assert (error.answer, error.status_code) == (answer, 400)


def test_an_answer_that_the_provider_found_invalid_in_a_stream():
    """An event says the same."""
    received = {"code": "json_validate_failed", "status_code": 400}

    error = error_of_stream({**received, "failed_generation": "{"}, REQUEST)

    assert (type(error), error.answer) == (errors.InvalidOutputError, "{")
