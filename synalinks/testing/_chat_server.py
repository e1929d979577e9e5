"""An OpenAI-compatible server on the loopback interface, scripted by the test."""

from __future__ import annotations

import asyncio
import threading
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

from synalinks._internal.json import JsonObject, dumps
from synalinks.errors import ConfigurationError
from synalinks.testing._gates import Gates, TokenBucket
from synalinks.testing._pieces import JSON
from synalinks.testing._request_log import ReceivedRequest, RequestLog
from synalinks.testing._responder import Responder, to_function

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import TracebackType
    from typing import Self

    from aiohttp import web

    from synalinks.testing._fault import Fault
    from synalinks.testing._responder import AnswerFunction, Served
    from synalinks.testing._vectors import EmbedFunction

_MAX_BODY_BYTES = 64 * 2**20
_SHUTDOWN_S = 0.01  # with 0, aiohttp waits for all that is open, for ever


class ChatServer:
    """An OpenAI-compatible server in a thread of its own, for tests and benchmarks.

    It serves `POST /v1/chat/completions`, streamed or not, and `POST /v1/embeddings`
    on the loopback interface. It can be slow, limited and broken in every way that a
    provider can, and logs every request, so that a test can compare what was paid for
    with what was counted. `GET /log` shows the counts, `GET /log/requests` the lines,
    `DELETE /log` empties it.

    Args:
        answer: What to answer: one answer for all; a list of answers, used in order,
            after which the server says 500; or a function of the `LMRequest` that was
            received, with or without `async`. An answer is a text, a dict (sent as
            JSON), an `LMResponse`, or a `Reply` such as `Status(status=429)` or
            `Drop()`. An exception of the library becomes the status it stands for.
            The `send` of any transport is such a function: one of the embedded model
            answers clients that ask for `openai/embedded/learner`.
        port: Where to listen; 0 for any free port.
        latency_s: Seconds from every request to its answer; faults come at once.
        jitter_s: Up to so many seconds more; the seed and the number decide.
        faults: Rules for which requests meet which fault. The first that fits counts.
        max_in_flight: How many requests are served at once; the others get 429.
        requests_per_s: How many requests pass in a second; the others get 429 with
            `Retry-After`.
        burst: How many requests pass at once after a pause; by default those of a tenth
            of a second.
        embed_with: Function from a text to its vector; by default a hash decides.
        seed: Seed of jitter and of faults with a rate.

    Attributes:
        log: Every request that arrived, whether it was answered or not, and counts.
        url: Address to give as `api_base`, once the server runs.

    Example:
        ```python
        with ChatServer({"answer": "Paris"}, faults=[Fault("503", at=[1])]) as server:
            lm = synalinks.LanguageModel("openai/test", api_base=server.url)
        ```
    """

    def __init__(
        self,
        answer: Served | Iterable[Served] | AnswerFunction = "ok",
        port: int = 0,
        *,
        latency_s: float = 0.0,
        jitter_s: float = 0.0,
        faults: Sequence[Fault] = (),
        max_in_flight: int | None = None,
        requests_per_s: float | None = None,
        burst: int | None = None,
        embed_with: EmbedFunction | None = None,
        seed: int = 0,
    ) -> None:
        self._responder = Responder(
            answer=to_function(answer),
            faults=tuple(faults),
            latency_s=latency_s,
            jitter_s=jitter_s,
            embed_with=embed_with,
            seed=seed,
        )
        self._port = port
        bucket = TokenBucket(requests_per_s, burst) if requests_per_s else None
        self._gates = Gates(max_in_flight, bucket)
        self._n_received = 0
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._is_ready = threading.Event()
        self._error: BaseException | None = None
        self.log: RequestLog = RequestLog()
        self.url = ""

    @property
    def requests(self) -> list[ReceivedRequest]:
        """The lines of the log."""
        return self.log.requests

    # -- life -------------------------------------------------------------------------

    def start(self) -> None:
        """Start the thread and wait until the server listens.

        Raises:
            ConfigurationError: It cannot listen on that port.
        """
        self._is_ready.clear()
        self._error = None
        self._thread = threading.Thread(
            target=self._run, name="ChatServer", daemon=True
        )
        self._thread.start()
        self._is_ready.wait()
        if self._error is not None:
            msg = f"The server cannot listen on port {self._port}: {self._error}"
            raise ConfigurationError(msg)

    def stop(self) -> None:
        """Break what is open, stop the thread and wait for it."""
        if self._thread is None or self._loop is None or self._stopping is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.stop)

    def _run(self) -> None:
        try:
            asyncio.run(self.serve())
        finally:
            self._is_ready.set()

    async def serve(self) -> None:
        """Serve in the running event loop until `stop`; `start` does it in a thread."""
        from aiohttp import web

        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        runner = web.AppRunner(
            self._application(),
            access_log=None,
            handler_cancellation=True,
            shutdown_timeout=_SHUTDOWN_S,
        )
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", self._port, backlog=4096)
            await site.start()
            port = runner.addresses[0][1]
            self.url: str = f"http://127.0.0.1:{port}/v1"
            self._is_ready.set()
            await self._stopping.wait()
        except OSError as error:
            self._error = error
        finally:
            await runner.cleanup()

    def _application(self) -> web.Application:
        from aiohttp import web

        application = web.Application(client_max_size=_MAX_BODY_BYTES)
        application.router.add_post("/v1/chat/completions", self._receive)
        application.router.add_post("/v1/embeddings", self._receive)
        application.router.add_get("/log{part:(/requests)?}", self._show_log)
        application.router.add_delete("/log", self._show_log)
        return application

    # -- one request ------------------------------------------------------------------

    async def _receive(self, received: web.Request) -> web.StreamResponse:
        arrived_s = perf_counter()
        body = await _json_of(received)
        line = self.log.begin(received.path, body, received.headers)
        self._n_received += 1
        number = self._n_received
        refusal = self._gates.enter(perf_counter())
        try:
            if refusal is not None:
                response = await refusal.send(received, body)
            else:
                reply = await self._responder.reply(
                    number, received.path, body, arrived_s=arrived_s
                )
                response = await reply.send(received, body)
            transport = received.transport
            if transport is not None and not transport.is_closing():
                line.status = response.status
            return response
        finally:
            if refusal is None:
                self._gates.leave()
            self.log.end(line)

    async def _show_log(self, received: web.Request) -> web.Response:
        from aiohttp import web

        whole = bool(received.match_info.get("part"))
        shown = self.log.summary()
        if whole:
            shown["requests"] = self.log.to_json()
        if received.method == "DELETE":
            self.log.clear()
        return web.Response(body=dumps(shown).encode(), content_type=JSON)


async def _json_of(received: web.Request) -> JsonObject:
    from aiohttp import web

    try:
        body: Any = await received.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="The body is no JSON object.")
    return cast("JsonObject", body)
