"""Straight to endpoints that speak OpenAI's chat completions and embeddings."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any

from synalinks._internal.json import JsonObject, dumps
from synalinks.errors import ConfigurationError, ConnectionLostError, TimedOutError
from synalinks.language_models._bare_errors import BareErrors
from synalinks.language_models._chunk import one_chunk
from synalinks.language_models._chunk_reader import ChunkReader
from synalinks.language_models._em_wire import embedding_body, read_embeddings
from synalinks.language_models._endpoint import Endpoint, endpoint_of, secrets_of
from synalinks.language_models._http_errors import error_of_answer
from synalinks.language_models._reasoning import with_effort
from synalinks.language_models._redaction import redact
from synalinks.language_models._sessions import Sessions, connection_errors
from synalinks.language_models._wire import STREAM_FIELDS, chat_body
from synalinks.language_models._wire_answer import no_completion, read_completion

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from aiohttp import ClientResponse

    from synalinks.language_models._chunk import LMChunk
    from synalinks.language_models._em_request import EMRequest, EMResponse
    from synalinks.language_models._request import AnyRequest, LMRequest
    from synalinks.language_models._response import LMResponse

_OK = 200
_WHOLE = ("application/json", "text/html")
_LAST_BYTES_S = 0.05


class DirectTransport:
    """Sends requests with aiohttp, with nothing in between.

    It takes a twentieth of the processor time of the same call through litellm.
    """

    def __init__(self) -> None:
        self._sessions = Sessions()

    def prepare(self) -> None:
        """Import the HTTP client: for a thread, before time is measured."""
        connection_errors()

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
        async with self._post("chat/completions", body, request, endpoint) as answer:
            content = await answer.read()
        return read_completion(_parsed(content, request), request, answer.headers)

    async def stream(self, request: LMRequest) -> AsyncGenerator[LMChunk]:
        """Ask once, and give the answer bit by bit.

        Args:
            request: What to ask.

        Yields:
            The pieces of the answer; the connection is closed when no more are taken.

        Raises:
            LanguageModelError: The endpoint refused, failed, or could not be reached.
        """
        endpoint = endpoint_of(request)
        body = _chat_body(request, endpoint, STREAM_FIELDS)
        async with self._post("chat/completions", body, request, endpoint) as answer:
            if answer.content_type in _WHOLE:  # it does not stream
                payload = _parsed(await answer.read(), request)
                for chunk in one_chunk(read_completion(payload, request)):
                    yield chunk
                return
            reader = ChunkReader(request)
            async for content in answer.content.iter_any():
                for chunk in reader.feed(content):
                    yield chunk
                if reader.is_done:
                    await _read_to_end(answer)
                    return
            for chunk in reader.close():
                yield chunk

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
        body = {"model": _name(request), **embedding_body(request)}
        async with self._post("embeddings", body, request, endpoint) as answer:
            content = await answer.read()
        return read_embeddings(_parsed(content, request), request)

    async def aclose(self) -> None:
        """Close the session of the running event loop."""
        await self._sessions.aclose()

    def _post(
        self, path: str, body: JsonObject, request: AnyRequest, endpoint: Endpoint
    ) -> BareErrors[ClientResponse]:
        return BareErrors(self._answer(path, body, request, endpoint))

    @contextlib.asynccontextmanager
    async def _answer(
        self, path: str, body: JsonObject, request: AnyRequest, endpoint: Endpoint
    ) -> AsyncGenerator[ClientResponse]:
        """Send a request.

        Yields:
            The answer, if its status is 200; it is closed in any case.

        Raises:
            LanguageModelError: The endpoint refused, failed, or could not be reached.
        """
        url = f"{_address(endpoint)}/{path}"
        session = await self._sessions.get()
        try:
            async with session.post(
                url,
                data=dumps(body).encode(),
                headers=_headers(request, endpoint),
                allow_redirects=False,  # a key goes nowhere but where it was meant to
                proxy=self._sessions.proxy_for(url),
            ) as answer:
                if answer.status != _OK:
                    said = (await answer.read()).decode(errors="replace")
                    headers = dict(answer.headers)
                    error = error_of_answer(answer.status, said, headers, request)
                    raise error
                yield answer
        except TimeoutError as error:
            late = redact(f"not reached in time: {error}", secrets_of(request))
            ours = TimedOutError(f"`{request.model}` was {late}", model=request.model)
            raise ours from None
        except connection_errors() as error:
            said = redact(f"{type(error).__name__}: {error}", secrets_of(request))
            msg = f"The connection to `{request.model}` failed: {said}"
            lost = ConnectionLostError(msg, model=request.model)
            raise lost from None


async def _read_to_end(answer: ClientResponse) -> None:
    """Let the connection be used again, unless the server keeps it open for more."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LAST_BYTES_S):
            async for _ in answer.content.iter_any():
                pass


def _parsed(content: bytes, request: AnyRequest) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        text = content.decode(errors="replace")
        error = no_completion(text, request)
        raise error from None


def _address(endpoint: Endpoint) -> str:
    if endpoint.api_base is None:
        name = endpoint.provider.name
        msg = f"`{name}` has no address: pass `api_base=` or `transport='litellm'`."
        raise ConfigurationError(msg)
    return endpoint.api_base


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
    for name in provider.drops:
        body.pop(name, None)
    if endpoint.is_own:
        for name, wire_name in provider.renames:
            if name in body:
                body[wire_name] = body.pop(name)
    return body
