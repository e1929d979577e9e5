"""How a test server decides what to answer to one request."""

from __future__ import annotations

import asyncio
import inspect
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from synalinks._internal.json import JsonObject
from synalinks._internal.rng import stream
from synalinks.errors import LanguageModelError
from synalinks.language_models import LMRequest, LMResponse
from synalinks.testing._bad_replies import Status
from synalinks.testing._received import to_lm_request
from synalinks.testing._replies import GoodReply, Reply, to_reply
from synalinks.testing._vectors import embed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks.testing._fault import Fault
    from synalinks.testing._vectors import EmbedFunction

Served: TypeAlias = Reply | LMResponse | JsonObject | str
AnswerFunction: TypeAlias = Callable[[LMRequest], Served | Awaitable[Served]]

_NO_ANSWER_LEFT = Status(status=500, message="The script has no answer left.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """Decides what a server answers; the parts are arguments of `ChatServer`."""

    answer: AnswerFunction
    """What is answered when all is well."""
    faults: Sequence[Fault]
    """What goes wrong."""
    latency_s: float
    """Seconds before every answer."""
    jitter_s: float
    """Up to so many seconds more."""
    embed_with: EmbedFunction | None
    """Function from a text to its vector."""
    seed: int
    """Seed of what is drawn."""

    async def reply(
        self, number: int, path: str, body: JsonObject, *, arrived_s: float
    ) -> Reply:
        """Return what to answer, when it is time to.

        Args:
            number: Number of the request, counted from 1.
            path: Path of the URL.
            body: JSON of the request.
            arrived_s: When it arrived, by `perf_counter`: what has taken time since
                then is part of the latency.
        """
        for fault in self.faults:
            if fault.meets(number, body, self.seed):
                reply = fault.made()
                # Some faults do something to the answer that was due.
                is_whole = getattr(reply, "answer", reply) is not None
                return reply if is_whole else await self._spoiled(reply, path, body)
        delay_s = self.delay_s(number)
        if delay_s:
            await asyncio.sleep(arrived_s + delay_s - perf_counter())
        return await self._usual(path, body)

    def delay_s(self, number: int) -> float:
        """Return the seconds before an answer.

        Args:
            number: Number of the request; it decides the jitter, with the seed.
        """
        if not self.jitter_s:
            return self.latency_s
        drawn = stream(self.seed, "jitter", number).random()
        return self.latency_s + drawn * self.jitter_s

    async def _spoiled(self, reply: Any, path: str, body: JsonObject) -> Reply:
        usual = await self._usual(path, body)
        return replace(reply, answer=usual) if isinstance(usual, GoodReply) else usual

    async def _usual(self, path: str, body: JsonObject) -> Reply:
        if path.endswith("/embeddings"):
            return embed(body, self.embed_with)
        try:
            answer = self.answer(to_lm_request(body))
            if inspect.isawaitable(answer):
                answer = await answer
        except LanguageModelError as error:
            return Status(status=error.status_code or 500, message=str(error))
        return to_reply(answer)


def to_function(answer: Any) -> AnswerFunction:
    """Return what users give as `answer` as a function.

    Args:
        answer: One answer, a list of answers, or a function.
    """
    if callable(answer):
        return cast("AnswerFunction", answer)
    if isinstance(answer, (str, dict, Reply, LMResponse)):
        return lambda _: cast("Served", answer)
    left = deque(cast("Iterable[Served]", answer))

    def next_answer(_: LMRequest) -> Served:
        return left.popleft() if left else _NO_ANSWER_LEFT

    return next_answer
