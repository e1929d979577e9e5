"""Straight to endpoints that speak OpenAI's chat completions and embeddings."""

from __future__ import annotations

import asyncio
import contextlib
import json
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic_core import from_json, to_json

from synalinks._internal import context
from synalinks._internal.shape import is_dict
from synalinks.errors import (
    ConfigurationError,
    ConnectionLostError,
    ModelNotFoundError,
    TimedOutError,
)
from synalinks.language_models._chunk import one_chunk
from synalinks.language_models._chunk_reader import ChunkReader
from synalinks.language_models._chunk_stream import ReadStream, WholeStream
from synalinks.language_models._em_wire import embedding_body, read_embeddings
from synalinks.language_models._endpoint import Endpoint, endpoint_of, secrets_of
from synalinks.language_models._http_errors import error_of_answer
from synalinks.language_models._reasoning import with_effort
from synalinks.language_models._redaction import redact
from synalinks.language_models._sessions import (
    Sessions,
    address_errors,
    connection_errors,
)
from synalinks.language_models._translated import translated
from synalinks.language_models._wire import STREAM_FIELDS, chat_body
from synalinks.language_models._wire_answer import no_completion, read_completion

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from aiohttp import ClientResponse

    from synalinks._internal.json import JsonObject
    from synalinks.language_models._chunk import LMChunk
    from synalinks.language_models._chunk_stream import ChunkStream
    from synalinks.language_models._em_request import EMRequest, EMResponse
    from synalinks.language_models._request import AnyRequest, LMRequest
    from synalinks.language_models._response import LMResponse

T = TypeVar("T")

_OK = 200
# Who does not know it passes it over.
_KEY_HEADER = "Idempotency-Key"
_WHOLE = ("application/json", "text/html")
_LAST_BYTES_S = 0.05
_LARGE_BYTES = 2**20


class DirectTransport:
    """Sends requests with aiohttp, with nothing in between.

    It takes a twentieth of the processor time of the same call through litellm.
    """

    def __init__(self) -> None:
        self._sessions = Sessions()

    def prepare(self) -> None:
        """Import the HTTP client: for a thread, before time is measured."""
        connection_errors()

    def check(self, request: AnyRequest) -> None:
        """Refuse a request that could not be sent, without sending it.

        Args:
            request: What would be asked.

        Raises:
            AuthenticationError: There is no key where one is needed.
        """
        endpoint_of(request)

    async def send(self, request: LMRequest) -> LMResponse:
        """Ask once.

        Args:
            request: What to ask.

        Returns:
            The answer, not yet validated.

        Raises:
            LanguageModelError: The endpoint refused, failed, or could not be reached.
        """
        endpoint = endpoint_of(request)
        body = _chat_body(request, endpoint)
        answer = await self._post("chat/completions", body, request, endpoint)
        payload = await _payload(answer, request)
        return read_completion(payload, request, answer.headers)

    async def stream(self, request: LMRequest) -> ChunkStream:
        """Ask once, for an answer that comes bit by bit.

        Args:
            request: What to ask.

        Returns:
            The pieces of the answer; to be closed by `aclose`.

        Raises:
            LanguageModelError: The endpoint refused, failed, or could not be reached.
        """
        endpoint = endpoint_of(request)
        body = _chat_body(request, endpoint, STREAM_FIELDS)
        answer = await self._post("chat/completions", body, request, endpoint)
        if answer.content_type in _WHOLE:  # it does not stream
            payload = await _payload(answer, request)
            return WholeStream(one_chunk(read_completion(payload, request)))
        reader = ChunkReader(request)

        async def read() -> Iterable[LMChunk] | None:
            if reader.is_done:
                await _read_to_end(answer)
                return None
            content = await _ours(answer.content.readany(), request)
            return reader.feed(content) if content else reader.close()

        return ReadStream(read, lambda: _closed(answer))

    async def embed(self, request: EMRequest) -> EMResponse:
        """Embed texts, in one request.

        Args:
            request: What to embed.

        Returns:
            One vector per text.

        Raises:
            LanguageModelError: The endpoint refused, failed, or could not be reached.
        """
        endpoint = endpoint_of(request)
        body = _with_extra({"model": _name(request), **embedding_body(request)})
        answer = await self._post("embeddings", body, request, endpoint)
        return read_embeddings(await _payload(answer, request), request)

    async def aclose(self) -> None:
        """Close the session of the running event loop."""
        await self._sessions.aclose()

    async def _post(
        self, path: str, body: JsonObject, request: AnyRequest, endpoint: Endpoint
    ) -> ClientResponse:
        """Return an answer with status 200, not read yet; to be closed."""
        url = _url(endpoint, path)
        content, intent = _encoded(body), context.intent.get()
        headers = _headers(request, endpoint)
        if intent is not None and _KEY_HEADER.lower() not in map(str.lower, headers):
            headers[_KEY_HEADER] = intent.key_of(content)
        session = await self._sessions.get()
        post = session.post(
            url,
            # A file is sent bit by bit: other calls go on meanwhile.
            data=content if len(content) < _LARGE_BYTES else BytesIO(content),
            headers=headers,
            allow_redirects=False,  # a key goes nowhere but where it was meant to
            proxy=self._sessions.proxy_for(url),
        )
        answer = await _ours(post, request)
        if answer.status == _OK:
            return answer
        if intent is not None:
            intent.note_refused()
        async with answer:
            said = (await _ours(answer.read(), request)).decode(errors="replace")
        error = error_of_answer(answer.status, said, dict(answer.headers), request)
        raise error


def _ours(step: Awaitable[T], request: AnyRequest) -> Awaitable[T]:
    return translated(step, _to_ours, request)


def _to_ours(error: Exception, request: AnyRequest) -> Exception | None:
    said = redact(f"{type(error).__name__}: {error}", secrets_of(request))
    if isinstance(error, TimeoutError):
        msg = f"`{request.model}` was not reached in time: {said}"
        return TimedOutError(msg, model=request.model)
    if isinstance(error, address_errors()):
        msg = f"Nothing can be sent to the address of `{request.model}`: {said}"
        return ModelNotFoundError(msg, model=request.model)
    if isinstance(error, connection_errors()):
        msg = f"The connection to `{request.model}` failed: {said}"
        return ConnectionLostError(msg, model=request.model)
    return None


async def _payload(answer: ClientResponse, request: AnyRequest) -> Any:
    """Return the JSON of an answer, and close it."""
    async with answer:
        content = await _ours(answer.read(), request)
    try:
        return _decoded(content)
    except (ValueError, RecursionError):
        error = no_completion(content.decode(errors="replace"), request)
    raise error


async def _closed(answer: ClientResponse) -> None:
    async with answer:
        pass


async def _read_to_end(answer: ClientResponse) -> None:
    """Let the connection be used again, unless the server keeps it open for more."""
    with contextlib.suppress(TimeoutError, *connection_errors()):
        async with asyncio.timeout(_LAST_BYTES_S):
            await answer.content.read()


def _decoded(content: bytes) -> Any:
    try:
        return from_json(content)  # in a third of the time of `json`
    except ValueError:  # half of a surrogate pair, another encoding, or no JSON
        return json.loads(content)


def _encoded(body: JsonObject) -> bytes:
    try:
        return to_json(body)  # in a sixth of the time of `json`
    except ValueError:  # half of a surrogate pair, which JSON can escape, or no JSON
        return json.dumps(body).encode()


def _url(endpoint: Endpoint, path: str) -> str:
    if endpoint.api_base is None:
        name = endpoint.provider.name
        msg = f"`{name}` has no address: pass `api_base=` or `transport='litellm'`."
        raise ConfigurationError(msg)
    base, mark, query = endpoint.api_base.partition("?")
    return f"{base.rstrip('/')}/{path}{mark}{query}"


def _headers(request: AnyRequest, endpoint: Endpoint) -> dict[str, str]:
    headers = {"Content-Type": "application/json"}
    if endpoint.api_key:
        headers["Authorization"] = f"Bearer {endpoint.api_key}"
    return {**headers, **request.headers}


def _name(request: AnyRequest) -> str:
    return request.model.partition("/")[2]


def _chat_body(
    request: LMRequest, endpoint: Endpoint, more: JsonObject | None = None
) -> JsonObject:
    provider = endpoint.provider
    body = with_effort(chat_body(request), request, is_direct=True)
    body = {"model": _name(request), **body, **(more or {})}
    if endpoint.is_own:
        for name in provider.drops:
            body.pop(name, None)
        for name, wire_name in provider.renames:
            if name in body:
                body[wire_name] = body.pop(name)
    return _with_extra(body)


def _with_extra(body: JsonObject) -> JsonObject:
    """Return a body with what users of OpenAI's client know as `extra_body` in it."""
    extra: Any = body.pop("extra_body", None)
    return {**body, **extra} if is_dict(extra) else body
