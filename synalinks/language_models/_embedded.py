"""The embedded model: offline, deterministic, learns from what stands in the prompt."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any, NoReturn

from synalinks._internal.json import dumps
from synalinks._internal.rng import stream
from synalinks.contracts import Usage
from synalinks.errors import (
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ConnectionLostError,
    ContentRefusedError,
    ContextTooLongError,
    RateLimitedError,
    ServerError,
    TimedOutError,
    did_you_mean,
)
from synalinks.language_models._embedded_predictor import Predictor
from synalinks.language_models._embedded_prompt import content_text
from synalinks.language_models._embedded_text import estimate_tokens
from synalinks.language_models._response import LMResponse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks.errors import LanguageModelError
    from synalinks.language_models._request import LMRequest

_MODEL = "embedded/learner"
_ERRORS: dict[str, tuple[type[LanguageModelError], int | None]] = {
    "rate_limited": (RateLimitedError, 429),
    "server_error": (ServerError, 503),
    "timed_out": (TimedOutError, None),
    "connection_lost": (ConnectionLostError, None),
    "authentication": (AuthenticationError, 401),
    "bad_request": (BadRequestError, 400),
    "context_too_long": (ContextTooLongError, 400),
    "content_refused": (ContentRefusedError, None),
}
# Answers that arrive and are no good: what the content and the finish reason become.
_SPOILED = {
    "not_json": ("I would rather not answer in JSON.", "stop"),
    "wrong_schema": ('{"unexpected": true}', "stop"),
    "cut_off": ("", "length"),
}
_DEFAULT_FAILURES = ("rate_limited", "server_error", "timed_out")


class EmbeddedTransport:
    """A small in-process model that learns in context. It is not a neural LM.

    It understands no language: it compares words and character 4-grams. It is there so
    that guides, tests and continuous integration run offline, fast, free and with
    repeatable results, and so that training shows a true improvement on real text.

    It answers from the messages alone. A field of the answer schema that has a list of
    values (enumeration, literal, boolean, small range of integers) gets the value that
    the input resembles most, by the few-shot examples, by what the instructions say of
    it and by its name together; other fields get the nearest example's value, or a
    part of the input. Where instructions are asked for, it describes each value by the
    words that set it apart in the scored predictions shown. Where a score is asked
    for, it is the F1 of the words of the two texts given. The answer is valid under
    the schema, unless that has a `pattern` that nothing in the messages matches.

    The answer depends on messages, schema, `temperature` and `seed` of the request and
    `seed` of the transport. A failure, and the latency, depend on the request and on
    how often it was sent before, so that a repeated request can succeed.

    Cost: about 0.3 ms of CPU a call with 32 examples and 20 values, after 10 ms for
    each new system message. No LM call, no network, no file.

    Args:
        latency_s: Seconds that every answer takes; 0.0 for as fast as it can.
        jitter_s: Up to how many seconds more, uniformly drawn.
        failure_rate: Share of requests that fail, 0.0 to 1.0.
        failure_kinds: What failures are drawn from: `rate_limited`, `server_error`,
            `timed_out`, `connection_lost`, `authentication`, `bad_request`,
            `context_too_long`, `content_refused` raise an error; `not_json`,
            `wrong_schema` and `cut_off` spoil the answer.
        price_per_token: US dollars for each prompt or completion token. Tokens are
            estimated: one for every four characters of a message, rounded up.
        seed: Decides between values that nothing speaks for, and what is drawn.

    Raises:
        ConfigurationError: A number is out of range or a failure kind is not known.

    Example:
        >>> EmbeddedTransport()
        <EmbeddedTransport: an in-process text matcher, not a neural LM; seed=0>
    """

    def __init__(
        self,
        latency_s: float = 0.0,
        jitter_s: float = 0.0,
        *,
        failure_rate: float = 0.0,
        failure_kinds: Sequence[str] = _DEFAULT_FAILURES,
        price_per_token: float = 0.0,
        seed: int = 0,
    ) -> None:
        for name, value, most in (
            ("latency_s", latency_s, float("inf")),
            ("jitter_s", jitter_s, float("inf")),
            ("failure_rate", failure_rate, 1.0),
            ("price_per_token", price_per_token, float("inf")),
        ):
            if not 0.0 <= value <= most:
                msg = f"`{name}` of the embedded model is {value!r}, not 0.0 to {most}."
                raise ConfigurationError(msg)
        _check_kinds(failure_kinds)
        self.latency_s = latency_s
        self.jitter_s = jitter_s
        self.failure_rate = failure_rate
        self.failure_kinds: tuple[str, ...] = tuple(failure_kinds)
        self.price_per_token = price_per_token
        self.seed = seed
        self._n_sent: Counter[str] = Counter()

    def __repr__(self) -> str:
        return (
            "<EmbeddedTransport: an in-process text matcher, not a neural LM; "
            f"seed={self.seed}>"
        )

    async def send(self, request: LMRequest) -> LMResponse:
        """Return the answer to one request.

        Args:
            request: What is asked.

        Raises:
            ConfigurationError: The model is not `embedded/learner`.
            LanguageModelError: A failure was drawn; see `failure_kinds`.
        """
        if request.model != _MODEL:
            known = did_you_mean(request.model, [_MODEL])
            msg = (
                f"There is no embedded model `{request.model}`; the only one is "
                f"`{_MODEL}`.{known}"
            )
            raise ConfigurationError(msg)
        wait_s, failure = self._draw(request)
        await asyncio.sleep(wait_s)
        if failure in _ERRORS:
            _fail(failure, request.model)
        params: dict[str, Any] = dict(request.params)
        schema = request.schema or {}
        predictor = Predictor(request.messages, schema, params, self.seed)
        answer = predictor.answer()
        content = dumps(answer) if schema else str(answer)
        content, reason = _SPOILED.get(failure, (content, "stop"))
        return LMResponse(
            content=content,
            finish_reason=reason,
            usage=self._usage(request, content),
            model=request.model,
        )

    async def aclose(self) -> None:
        """Do nothing: there is nothing open."""

    def _draw(self, request: LMRequest) -> tuple[float, str]:
        if not self.failure_rate and not self.jitter_s:
            return self.latency_s, ""
        key = request.digest
        draws = stream(self.seed, "transport", key, self._n_sent[key])
        self._n_sent[key] += 1
        wait_s = self.latency_s + self.jitter_s * draws.random()
        if draws.random() >= self.failure_rate:
            return wait_s, ""
        return wait_s, draws.choice(self.failure_kinds)

    def _usage(self, request: LMRequest, content: str) -> Usage:
        prompt_tokens = sum(
            estimate_tokens(content_text(message)) for message in request.messages
        )
        completion_tokens = estimate_tokens(content)
        return Usage(
            calls=1,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            cost_usd=self.price_per_token * (prompt_tokens + completion_tokens),
        )


def _check_kinds(kinds: Sequence[str]) -> None:
    known = [*_ERRORS, *_SPOILED]
    for kind in kinds:
        if kind not in known:
            msg = (
                f"`failure_kinds` names {kind!r}; known are {', '.join(known)}."
                f"{did_you_mean(kind, known)}"
            )
            raise ConfigurationError(msg)
    if not kinds:
        msg = f"`failure_kinds` is empty; known are {', '.join(known)}."
        raise ConfigurationError(msg)


def _fail(kind: str, model: str) -> NoReturn:
    error, status_code = _ERRORS[kind]
    msg = f"`{model}` was asked to fail at times and failed: {kind}."
    raise error(msg, model=model, status_code=status_code)
