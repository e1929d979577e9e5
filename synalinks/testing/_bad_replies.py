"""Ways of a test server to answer badly, or not at all."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Literal

from synalinks._internal.json import JsonObject, dumps
from synalinks.testing._pieces import JSON, begin, break_connection
from synalinks.testing._replies import Answer, GoodReply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

_OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """An error with an HTTP status, in the form of OpenAI's API."""

    status: int
    """HTTP status."""
    message: str = "no"
    """What the error says."""
    code: str | None = None
    """Code of the error, such as `context_length_exceeded`."""
    retry_after_s: float | None = None
    """Seconds that the client is asked to wait."""
    retry_after_form: Literal["seconds", "date", "milliseconds"] = "seconds"
    """How it is asked: in whole seconds, as a date, or also in milliseconds."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further HTTP headers."""
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
            content_type=JSON,
            headers={**self._retry_after(), **self.headers},
        )

    def _retry_after(self) -> dict[str, str]:
        if self.retry_after_s is None:
            return {}
        if self.retry_after_form == "date":
            then = datetime.now(UTC) + timedelta(seconds=self.retry_after_s)
            return {"Retry-After": format_datetime(then, usegmt=True)}
        headers = {"Retry-After": str(math.ceil(self.retry_after_s))}
        if self.retry_after_form == "milliseconds":
            headers["Retry-After-Ms"] = str(math.ceil(self.retry_after_s * 1000))
        return headers


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
    """The connection breaks before a byte of the answer."""

    reset: bool = False
    """Whether it is reset (RST) rather than closed (FIN)."""
    delay_s: float = 0.0
    """Seconds before it breaks."""

    async def send(self, received: web.Request, body: JsonObject) -> web.StreamResponse:
        """Break the connection.

        Args:
            received: The HTTP request.
            body: Its JSON.

        Returns:
            What aiohttp is to finish.
        """
        from aiohttp import web

        del body
        await asyncio.sleep(self.delay_s)
        break_connection(received, reset=self.reset)
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
class Late:
    """The right answer, but late."""

    answer: GoodReply | None = None
    """What to answer; None for what the server answers anyhow."""
    delay_s: float = 2.0
    """Seconds before the answer."""

    async def send(self, received: web.Request, body: JsonObject) -> web.StreamResponse:
        """Wait and answer.

        Args:
            received: The HTTP request.
            body: Its JSON.

        Returns:
            What aiohttp is to finish.
        """
        await asyncio.sleep(self.delay_s)
        return await (self.answer or Answer()).send(received, body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drip:
    """The right answer, some bytes at a time."""

    answer: GoodReply | None = None
    """What to answer; None for what the server answers anyhow."""
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
        pieces = (self.answer or Answer()).pieces(body)
        response = await begin(received, pieces)
        for start in range(0, len(pieces.content), self.piece_bytes):
            await response.write(pieces.content[start : start + self.piece_bytes])
            await asyncio.sleep(self.interval_s)
        return response


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The headers and a part of the right answer; then the connection breaks."""

    answer: GoodReply | None = None
    """What to answer; None for what the server answers anyhow."""
    part: float = 0.5
    """How much of the body is sent, from 0.0 to 1.0."""

    async def send(self, received: web.Request, body: JsonObject) -> web.StreamResponse:
        """Answer in part.

        Args:
            received: The HTTP request.
            body: Its JSON.

        Returns:
            What aiohttp is to finish.
        """
        pieces = (self.answer or Answer()).pieces(body)
        response = await begin(received, pieces)
        sent = pieces.content[: int(len(pieces.content) * self.part)]
        if sent:
            await response.write(sent)
        await asyncio.sleep(0.01)  # what was written leaves before the end comes
        break_connection(received)
        return response
