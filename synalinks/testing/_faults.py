"""Ways of a test server to answer badly, or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from synalinks._internal.json import JsonObject, dumps
from synalinks.testing._replies import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

_OK = 200
_JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """An error with an HTTP status, in the form of OpenAI's API."""

    status: int
    """HTTP status."""
    message: str = "no"
    """What the error says."""
    code: str | None = None
    """Code of the error, such as `context_length_exceeded`."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further HTTP headers, such as `Retry-After`."""
    delay_s: float = 0.0
    """Seconds before the answer."""

    async def send(self, received: web.Request, body: JsonObject) -> web.StreamResponse:
        """Answer.

        Args:
            received: The HTTP request.
            body: Its JSON.

        Returns:
            What aiohttp is to finish.
        """
        from aiohttp import web

        del received, body
        await asyncio.sleep(self.delay_s)
        error: JsonObject = {"message": self.message, "code": self.code}
        return web.Response(
            status=self.status,
            body=dumps({"error": error}).encode(),
            content_type=_JSON,
            headers=dict(self.headers),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """Any body, such as HTML where JSON belongs."""

    body: str = "<html>Bad gateway</html>"
    """The body as it is."""
    status: int = _OK
    """HTTP status."""
    content_type: str = "text/html"
    """Its media type."""

    async def send(self, received: web.Request, body: JsonObject) -> web.StreamResponse:
        """Answer.

        Args:
            received: The HTTP request.
            body: Its JSON.

        Returns:
            What aiohttp is to finish.
        """
        from aiohttp import web

        del received, body
        return web.Response(
            status=self.status, text=self.body, content_type=self.content_type
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """The connection breaks without an answer."""

    async def send(self, received: web.Request, body: JsonObject) -> web.StreamResponse:
        """Close the connection.

        Args:
            received: The HTTP request.
            body: Its JSON.

        Returns:
            What aiohttp is to finish.
        """
        from aiohttp import web

        del body
        if received.transport is not None:
            received.transport.abort()
        return web.Response()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hang:
    """Not a byte, for as long as the server runs."""

    async def send(self, received: web.Request, body: JsonObject) -> web.StreamResponse:
        """Wait.

        Args:
            received: The HTTP request.
            body: Its JSON.

        Returns:
            What aiohttp is to finish.
        """
        del received, body
        return await asyncio.get_running_loop().create_future()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drip:
    """A correct answer, some bytes at a time."""

    answer: Answer = field(default_factory=Answer)
    """What to answer."""
    interval_s: float = 0.05
    """Seconds between two pieces."""
    piece_bytes: int = 1
    """How long a piece is."""

    async def send(self, received: web.Request, body: JsonObject) -> web.StreamResponse:
        """Answer slowly.

        Args:
            received: The HTTP request.
            body: Its JSON.

        Returns:
            What aiohttp is to finish.
        """
        from aiohttp import web

        content = dumps(self.answer.completion(body)).encode()
        response = web.StreamResponse(headers={"Content-Type": _JSON})
        response.content_length = len(content)
        await response.prepare(received)
        for start in range(0, len(content), self.piece_bytes):
            await response.write(content[start : start + self.piece_bytes])
            await asyncio.sleep(self.interval_s)
        return response
