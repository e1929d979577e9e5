"""The bytes of an answer, and how they leave the test server."""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiohttp import web

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Pieces:
    """The body of an answer with HTTP status 200, in the pieces that are sent."""

    pieces: Sequence[bytes]
    """The bytes: one piece for plain JSON, one for each event of a stream."""
    content_type: str = JSON
    """Media type."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further HTTP headers."""

    @property
    def content(self) -> bytes:
        """The pieces joined."""
        return b"".join(self.pieces)


async def send_pieces(
    received: web.Request, pieces: Pieces, *, interval_s: float = 0.0
) -> web.StreamResponse:
    """Send a whole answer.

    Args:
        received: The HTTP request.
        pieces: What to send.
        interval_s: Seconds between two pieces.

    Returns:
        What aiohttp is to finish.
    """
    from aiohttp import web

    if pieces.content_type == JSON:
        return web.Response(
            body=pieces.content, content_type=JSON, headers=dict(pieces.headers)
        )
    response = await begin(received, pieces)
    for piece in pieces.pieces:
        await response.write(piece)
        if interval_s:
            await asyncio.sleep(interval_s)
    return response


async def begin(received: web.Request, pieces: Pieces) -> web.StreamResponse:
    """Send status and headers of an answer, its full length among them.

    Args:
        received: The HTTP request.
        pieces: What is to be sent.

    Returns:
        What the body can be written to.
    """
    from aiohttp import web

    headers = {"Content-Type": pieces.content_type, **pieces.headers}
    response = web.StreamResponse(headers=headers)
    if pieces.content_type == JSON:
        response.content_length = len(pieces.content)
    await response.prepare(received)
    return response


def break_connection(received: web.Request, *, reset: bool = False) -> None:
    """Close the connection of a request at once.

    Args:
        received: The HTTP request.
        reset: Whether to send RST, as a machine does that lost its memory, not FIN.
    """
    import socket

    transport = received.transport
    if transport is None:
        return
    open_socket = transport.get_extra_info("socket")
    if reset and open_socket is not None:
        linger = struct.pack("ii", 1, 0)
        open_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()
