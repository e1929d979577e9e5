"""What a provider says of its limits in the headers of an answer."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Below this share of what is allowed, calls are spread over the time until more is.
_NEARLY_USED_UP = 0.1
_KINDS = ("requests", "tokens")
# Spellings in use: OpenAI and its likes, Anthropic, and the draft standard.
_NAMES = ("x-ratelimit-{part}-{kind}", "anthropic-ratelimit-{kind}-{part}")
_PLAIN_NAMES = ("x-ratelimit-{part}", "ratelimit-{part}")
_LITELLMS = "llm_provider-"
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
# Spellings in use: Gemini's field, also where JSON is quoted in JSON, and words.
_TOLD_WAIT = re.compile(
    r"(?:retryDelay\\*\"\s*:\s*\\*\"|please (?:retry|try again) in )"
    r"((?:\d+(?:\.\d+)?(?:ms|s|m|h))+)",
    re.IGNORECASE,
)
_UNITS_S = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_EPOCH_S = 1e8  # more seconds than that are a date
_EPOCH_MS = 1e11  # and more than that one in milliseconds


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a server asks to wait after a refusal, or None.

    `Retry-After` comes first, in each of its forms; then the time until a limit that
    is used up is set back. What cannot be read counts as not said.

    Args:
        headers: Headers of an answer; names in any case.
    """
    lowered = _lowered(headers)
    milliseconds = _number(lowered.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    asked_s = _seconds(lowered.get("retry-after"))
    if asked_s is not None:
        return asked_s
    waits = [
        reset_s
        for kind in (*_KINDS, "")
        for limit, remaining, reset_s in [_limit(lowered, kind)]
        if reset_s is not None and (remaining == 0 or limit is None)
    ]
    return max(waits, default=None)


def told_wait_s(text: str) -> float | None:
    """Return the seconds to wait that the body of a refusal asks for, or None.

    Args:
        text: Body of an answer. Of several waits the longest counts.
    """
    waits = map(_seconds, _TOLD_WAIT.findall(text))
    return max((wait_s for wait_s in waits if wait_s is not None), default=None)


def interval_s(headers: Mapping[str, str], n_tokens: int) -> float:
    """Return how far apart calls must be not to exceed a limit that is nearly reached.

    Args:
        headers: Headers of an answer; names in any case.
        n_tokens: Tokens of the call, as a measure of those to come.
    """
    if "ratelimit" not in "\n".join(headers).lower():
        return 0.0
    lowered = _lowered(headers)
    return max(
        _interval_s(lowered, "requests", 1),
        _interval_s(lowered, "tokens", n_tokens),
        _interval_s(lowered, "", 1),
    )


def _interval_s(headers: Mapping[str, str], kind: str, n_needed: int) -> float:
    limit, remaining, reset_s = _limit(headers, kind)
    if limit is None or remaining is None or reset_s is None:
        return 0.0
    if remaining >= limit * _NEARLY_USED_UP or remaining >= limit:
        return 0.0
    return n_needed * reset_s / (limit - remaining)


def _limit(
    headers: Mapping[str, str], kind: str
) -> tuple[float | None, float | None, float | None]:
    def read(part: str) -> str | None:
        names = [
            name.format(part=part, kind=kind)
            for name in (_NAMES if kind else _PLAIN_NAMES)
        ]
        found = (headers[name] for name in names if name in headers)
        return next(found, None)

    return _number(read("limit")), _number(read("remaining")), _seconds(read("reset"))


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name.lower().removeprefix(_LITELLMS): str(value)
        for name, value in headers.items()
    }


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return max(0.0, value) if math.isfinite(value) else None


def _seconds(text: str | None) -> float | None:
    """Return a number of seconds, a duration such as `6m0s`, or the time to a date."""
    if not text:
        return None
    seconds = _number(text)
    if seconds is not None:
        if seconds < _EPOCH_S:
            return seconds
        then_s = seconds if seconds < _EPOCH_MS else seconds / 1000
        return max(0.0, then_s - datetime.now(UTC).timestamp())
    parts = _DURATION.findall(text)
    if parts and "".join(map("".join, parts)) == text.strip():
        total_s = sum(float(amount) * _UNITS_S[unit] for amount, unit in parts)
        return total_s if math.isfinite(total_s) else None
    return _seconds_until(text)


def _seconds_until(text: str) -> float | None:
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            then = parse(text)
        except ValueError:
            continue
        if then.tzinfo is None:
            then = then.replace(tzinfo=UTC)
        return max(0.0, (then - datetime.now(UTC)).total_seconds())
    return None
