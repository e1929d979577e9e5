"""An OpenAI-compatible server on the loopback interface, scripted by the test."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from synalinks._internal.json import JsonObject
from synalinks.errors import ConfigurationError, LanguageModelError
from synalinks.language_models import LMRequest, LMResponse
from synalinks.testing._faults import Status
from synalinks.testing._replies import Reply, to_reply

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from aiohttp import web

Served: TypeAlias = Reply | LMResponse | JsonObject | str
AnswerFunction: TypeAlias = Callable[[LMRequest], Served | Awaitable[Served]]

_MAX_BODY_BYTES = 64 * 2**20
_STOP_S = 5.0
_SECRET_HEADERS = ("authorization", "api-key", "x-api-key")
_NOT_PARAMS = ("model", "messages", "response_format", "tools", "tool_choice")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedRequest:
    """One line of the server's log."""

    path: str
    """Path of the URL."""
    body: JsonObject
    """JSON that was sent."""
    headers: JsonObject
    """HTTP headers in lower case; of secrets only that they were there."""
    arrived_s: float
    """Seconds from the start of the server."""


class ChatServer:
    """An OpenAI-compatible server in a thread of its own, for tests and benchmarks.

    It serves `POST /v1/chat/completions` on the loopback interface and logs every
    request, so that a test can compare what was paid for with what was counted.

    Args:
        answer: What to answer: one answer for all; a list of answers, used in order,
            after which the server says 500; or a function of the `LMRequest` that was
            received, with or without `async`. An answer is a text, a dict (sent as
            JSON), an `LMResponse`, or a `Reply` such as `Status(status=429)` or
            `Drop()`. An exception of the library becomes the status it stands for.
            The `send` of any transport is such a function: one of the embedded model
            answers clients that ask for `openai/embedded/learner`.
        port: Where to listen; 0 for any free port.

    Attributes:
        requests: The log: every request that arrived, whether it was answered or not.
        url: Address to give as `api_base`, once the server runs.

    Example:
        ```python
        with ChatServer({"answer": "Paris"}) as server:
            lm = synalinks.LanguageModel("openai/test", api_base=server.url)
        ```
    """

    def __init__(
        self, answer: Served | Iterable[Served] | AnswerFunction = "ok", port: int = 0
    ) -> None:
        self._answer = _to_function(answer)
        self._port = port
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._is_ready = threading.Event()
        self._started_s = perf_counter()
        self._error: BaseException | None = None
        self.requests: list[ReceivedRequest] = []
        self.url = ""

    # -- life -------------------------------------------------------------------------

    def start(self) -> None:
        """Start the thread and wait until the server listens.

        Raises:
            ConfigurationError: It cannot listen on that port.
        """
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self.serve()), name="ChatServer", daemon=True
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

    async def serve(self) -> None:
        """Serve in the running event loop until `stop`; `start` does it in a thread."""
        from aiohttp import web

        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        application = web.Application(client_max_size=_MAX_BODY_BYTES)
        application.router.add_post("/v1/chat/completions", self._receive)
        runner = web.AppRunner(
            application, access_log=None, handler_cancellation=True, shutdown_timeout=0
        )
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", self._port, backlog=4096)
            await site.start()
            port = runner.addresses[0][1]
            self.url = f"http://127.0.0.1:{port}/v1"
            self._is_ready.set()
            await self._stopping.wait()
        except OSError as error:
            self._error = error
        finally:
            self._is_ready.set()
            await runner.cleanup()

    # -- one request ------------------------------------------------------------------

    async def _receive(self, received: web.Request) -> web.StreamResponse:
        body = cast("JsonObject", await received.json())
        self.requests.append(
            ReceivedRequest(
                path=received.path,
                body=body,
                headers=_without_secrets(received.headers),
                arrived_s=perf_counter() - self._started_s,
            )
        )
        reply = await self._reply(to_lm_request(body))
        return await reply.send(received, body)

    async def _reply(self, request: LMRequest) -> Reply:
        try:
            answer = self._answer(request)
            if inspect.isawaitable(answer):
                answer = await answer
        except LanguageModelError as error:
            return Status(status=error.status_code or 500, message=str(error))
        return to_reply(answer)


def to_lm_request(body: JsonObject) -> LMRequest:
    """Return the JSON of an HTTP request as the `LMRequest` that it was made from.

    The schema is the one on the wire, which may be stricter than the user's; there is
    none where it was only written into the prompt.

    Args:
        body: JSON of a chat completion request.
    """
    wanted: Any = body.get("response_format")
    schema: Any = wanted.get("json_schema", {}).get("schema") if wanted else None
    tools = body.get("tools")
    if isinstance(body.get("tool_choice"), dict) and tools:
        schema, tools = tools[0]["function"]["parameters"], None
    name = str(body.get("model", ""))
    return LMRequest(
        model=name if "/" in name else f"openai/{name}",
        messages=body.get("messages", []),
        schema=schema,
        tools=tools,
        params={key: body[key] for key in body if key not in _NOT_PARAMS},
    )


def _without_secrets(headers: Any) -> JsonObject:
    return {
        name.lower(): "***" if name.lower() in _SECRET_HEADERS else value
        for name, value in headers.items()
    }


def _to_function(answer: Any) -> AnswerFunction:
    if callable(answer):
        return cast("AnswerFunction", answer)
    if isinstance(answer, (str, dict, Reply, LMResponse)):
        return lambda _: cast("Served", answer)
    left = deque(cast("Iterable[Served]", answer))

    def next_answer(_: LMRequest) -> Served:
        return left.popleft() if left else _NO_ANSWER_LEFT

    return next_answer


_NO_ANSWER_LEFT = Status(status=500, message="The script has no answer left.")
