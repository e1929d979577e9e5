"""Each HTTP answer stands for one error class."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from synalinks import errors
from synalinks.language_models import LMRequest
from synalinks.language_models._http_errors import (
    classify,
    error_of_answer,
    retry_after_s,
)

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
        (500, "maximum context length", errors.ServerError),
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
