"""Answers from a list or a function: the test double of a language model."""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from synalinks._internal.json import JsonObject, dumps
from synalinks.contracts import Usage
from synalinks.errors import ConfigurationError, show
from synalinks.language_models import LMRequest, LMResponse

if TYPE_CHECKING:
    from collections.abc import Sequence

Scripted: TypeAlias = str | JsonObject | LMResponse | Exception
ScriptedFunction: TypeAlias = Callable[[LMRequest], Scripted | Awaitable[Scripted]]

_CHARS_PER_TOKEN = 4


class ScriptedTransport:
    """Answers from a list, in order, or from a function of the request.

    Args:
        answers: A function of the `LMRequest`, with or without `async`, or a list. An
            answer is a text, a dict (sent as JSON), an `LMResponse`, or an exception,
            which is raised. Tokens are estimated from the length of the texts, and
            cost nothing, unless an `LMResponse` says otherwise.

    Attributes:
        requests: Every request so far, in the order in which they came.

    Raises:
        ConfigurationError: A list has no answer left, or an answer is of another kind.

    Example:
        ```python
        transport = ScriptedTransport([{"answer": "Paris"}, TimedOutError("too late")])
        lm = synalinks.LanguageModel("openai/gpt-4o-mini", transport=transport)
        ```
    """

    def __init__(self, answers: Iterable[Scripted] | ScriptedFunction) -> None:
        if callable(answers):
            self._function: ScriptedFunction = answers
        else:
            self._left = deque(answers)
            self._function = self._next
        self.requests: list[LMRequest] = []

    async def send(self, request: LMRequest) -> LMResponse:
        """Give the next answer.

        Args:
            request: What is asked; it is recorded.

        Returns:
            The answer.
        """
        self.requests.append(request)
        answer = self._function(request)
        if inspect.isawaitable(answer):
            answer = await answer
        return to_response(answer, request)

    async def aclose(self) -> None:
        """Do nothing: there is nothing to close."""

    def _next(self, request: LMRequest) -> Scripted:
        if self._left:
            return self._left.popleft()
        msg = (
            f"The script has no answer left: request {len(self.requests)} came, for "
            f"{len(self.requests) - 1} answers. Its last message: "
            f"{show(request.messages[-1] if request.messages else None)}."
        )
        raise ConfigurationError(msg)


def to_response(answer: Any, request: LMRequest) -> LMResponse:
    """Return a scripted answer as a transport delivers it.

    Args:
        answer: A text, a dict, an `LMResponse`, or an exception.
        request: What was asked.

    Raises:
        Exception: The answer is an exception.
        ConfigurationError: The answer is of another kind.
    """
    if isinstance(answer, Exception):
        raise answer
    if isinstance(answer, LMResponse):
        return answer
    if isinstance(answer, dict):
        answer = dumps(cast("JsonObject", answer))
    if not isinstance(answer, str):
        msg = (
            "A scripted answer is a text, a dict, an `LMResponse` or an exception, "
            f"received: {show(answer)}."
        )
        raise ConfigurationError(msg)
    usage = estimated_usage(request.messages, answer)
    return LMResponse(content=answer, usage=usage, model=request.model)


def estimated_usage(messages: Sequence[JsonObject], answer: str) -> Usage:
    """Return the usage of an exchange at four characters a token and no cost.

    Args:
        messages: What was asked.
        answer: What was answered.
    """
    n_chars = sum(len(str(message.get("content") or "")) for message in messages)
    return Usage(
        calls=1,
        prompt_tokens=-(-n_chars // _CHARS_PER_TOKEN),
        completion_tokens=-(-len(answer) // _CHARS_PER_TOKEN),
    )
