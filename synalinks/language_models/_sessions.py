"""The one door to aiohttp: an HTTP session per event loop, closed with the loop."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from synalinks._internal.lifetimes import lifetimes
from synalinks.language_models._per_loop import PerLoop

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from urllib.parse import SplitResult

    from aiohttp import ClientSession

_DNS_CACHE_S = 300
_CONNECT_S = 60
_PORTS = {"http": 80, "https": 443}


@dataclass(slots=True)
class _Open:
    """What one event loop has open."""

    lifetime: AsyncGenerator[ClientSession, None]
    session: ClientSession | None = None
    proxies: dict[str, str | None] = field(default_factory=dict[str, str | None])


class Sessions:
    """HTTP sessions for an owner that is used from several event loops in a row.

    The session of a loop is held by an asynchronous generator. `asyncio.run` closes
    all generators that are still open before it closes the loop, so that sockets are
    closed in time without anybody having to remember it.

    Args:
        on_close: Called with the session just before it is closed.
    """

    def __init__(
        self, on_close: Callable[[ClientSession], Awaitable[None]] | None = None
    ) -> None:
        self._on_close = on_close
        self._per_loop = PerLoop(lambda: _Open(self._lifetime()))

    async def get(self) -> ClientSession:
        """Return the open session of the running event loop."""
        opened = self._per_loop.get()
        if opened.session is None or opened.session.closed:
            if opened.session is not None:  # somebody else closed it
                opened.lifetime = self._lifetime()
            # There is nothing to wait for before the `yield`: no other task can come
            # in between and open a second one.
            opened.session = await anext(opened.lifetime)
            lifetimes().add(opened.lifetime)
        return opened.session

    def proxy_for(self, url: str) -> str | None:
        """Return the proxy that the environment names for a URL, or None.

        Args:
            url: Address of an endpoint. Asked for once per loop.
        """
        proxies = self._per_loop.get().proxies
        if url not in proxies:
            parts = urlsplit(url)
            # An entry of `NO_PROXY` may name a port; one without holds for all ports.
            bypassed = proxy_bypass(_host_and_port(parts))
            proxies[url] = None if bypassed else getproxies().get(parts.scheme)
        return proxies[url]

    async def aclose(self) -> None:
        """Close the session of the running event loop, if there is one."""
        opened = self._per_loop.pop()
        if opened is not None:
            lifetimes().discard(opened.lifetime)
            async with aclosing(opened.lifetime):
                pass

    async def _lifetime(self) -> AsyncGenerator[ClientSession, None]:
        session = _new_session()
        try:
            yield session
        finally:
            if self._on_close is not None:
                await self._on_close(session)
            await session.close()


def _new_session() -> ClientSession:
    import aiohttp

    return aiohttp.ClientSession(
        # How many calls may be open at once is decided by the model's own limit.
        connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=_DNS_CACHE_S),
        cookie_jar=aiohttp.DummyCookieJar(),
        # The time of a whole attempt is bounded around the transport.
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_S),
    )


def _host_and_port(parts: SplitResult) -> str:
    host = parts.hostname or ""
    port = parts.port or _PORTS.get(parts.scheme)
    return host if port is None else f"{host}:{port}"


def address_errors() -> tuple[type[Exception], ...]:
    """Return the classes of errors that mean: nothing can be sent to such an address.

    They are of `connection_errors` as well.
    """
    import aiohttp

    return (aiohttp.InvalidURL,)


def connection_errors() -> tuple[type[Exception], ...]:
    """Return the classes of errors that mean: no complete answer arrived."""
    import aiohttp

    return (aiohttp.ClientError, OSError)
