"""Headers say when the next call may come; what they cannot say clearly is not said."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from synalinks.language_models._rate_limits import interval_s, retry_after_s


def in_seconds(seconds):
    return datetime.now(UTC) + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": "0"}, 0.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "-3"}, 0.0),
        ({"Retry-After": "rubbish"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "1e999"}, None),
        ({"Retry-After": "9" * 400 + "s"}, None),
        ({"Retry-After": ""}, None),
        ({"Retry-After-Ms": "250"}, 0.25),
        ({"Retry-After-Ms": "250", "Retry-After": "1"}, 0.25),
        ({"Retry-After": "99999"}, 99999.0),
        ({"x-ratelimit-reset-requests": "6m0s"}, 360.0),
        ({"x-ratelimit-reset-requests": "120ms"}, 0.12),
        (
            {
                "x-ratelimit-limit-requests": "60",
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "1s",
                "x-ratelimit-limit-tokens": "1000",
                "x-ratelimit-remaining-tokens": "900",
                "x-ratelimit-reset-tokens": "9s",
            },
            1.0,
        ),
        ({"Retry-After": "3", "x-ratelimit-reset-requests": "60"}, 3.0),
        ({"x-ratelimit-reset": "2"}, 2.0),
        ({"llm_provider-retry-after": "4"}, 4.0),
    ],
)
def test_wait_after_a_refusal(headers, seconds):
    """Every form that is in use is read; rubbish is not taken for a time."""
    assert retry_after_s(headers) == seconds


@pytest.mark.parametrize("offset", [-3600, -1, 0.5, 30, 3600])
def test_dates(offset):
    """A date is a time from now, and one that has passed is no wait."""
    then = in_seconds(offset)
    headers = [
        {"Retry-After": format_datetime(then, usegmt=True)},
        {"anthropic-ratelimit-requests-reset": then.isoformat()},
        {"x-ratelimit-reset": str(then.timestamp())},
        {"x-ratelimit-reset": str(int(then.timestamp() * 1000))},
    ]

    for one in headers:
        assert retry_after_s(one) == pytest.approx(max(0.0, offset), abs=1.5)


def limits(limit, remaining, reset, kind="requests"):
    return {
        f"x-ratelimit-limit-{kind}": str(limit),
        f"X-RateLimit-Remaining-{kind}": str(remaining),
        f"x-ratelimit-reset-{kind}": reset,
    }


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0.0),
        ({"content-type": "application/json"}, 0.0),
        (limits(20, 0, "0.1s"), 0.005),
        (limits(20, 19, "1s"), 0.0),
        (limits(10000, 999, "54s"), 54 / 9001),
        (limits(10000, 1001, "54s"), 0.0),
        (limits(0, 0, "1s"), 0.0),
        (limits(1000, 0, "10s", "tokens"), 0.5),
        (limits("many", 0, "1s"), 0.0),
        (limits(20, 0, "soon"), 0.0),
    ],
)
def test_interval(headers, seconds):
    """Near a limit, calls keep the distance in which the limit comes back."""
    assert interval_s(headers, n_tokens=50) == pytest.approx(seconds)
