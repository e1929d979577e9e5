"""Limits of accounts: shared by all that ask the same model with the same key."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from weakref import WeakValueDictionary

from synalinks._internal import context
from synalinks.language_models._direct import DirectTransport
from synalinks.language_models._kept import endpoint_identity
from synalinks.language_models._limiter import Limiter
from synalinks.language_models._per_loop import PerLoop
from synalinks.language_models._providers import first_set, provider_or_default
from synalinks.language_models._transport import LiteLLMTransport
from synalinks.language_models._window import CEILING, START, Window

if TYPE_CHECKING:
    from synalinks.language_models._request import AnyRequest

Account: TypeAlias = "tuple[str | int, ...]"
_MAX_LANES = 1024
# What is another for each request, such as the number of a trace, names no account.
_OF_ONE_REQUEST = re.compile(
    r"trace|span|baggage|request-id|correlation|idempotency", re.IGNORECASE
)


class Lane:
    """The way of one model object to the slots of an account.

    Args:
        limiter: Hands out the slots of the account.
        own: Hands out as many as the object may take; None for all.

    Attributes:
        limiter: That of the account, which learns what the provider bears.
    """

    def __init__(self, limiter: Limiter, own: Limiter | None) -> None:
        self.limiter = limiter
        self._own = own

    async def acquire(self, place: int) -> None:
        """Wait for a slot; `release` it in any case.

        Args:
            place: What `new_place` of the limiter returned.

        Raises:
            CancelledError: The task was cancelled; there is no slot to release.
        """
        if self._own is not None:
            await self._own.acquire(place)
        try:
            await self.limiter.acquire(place)
        except BaseException:
            if self._own is not None:
                self._own.release(place)
            raise

    def release(self, place: int) -> None:
        """Give a slot back.

        Args:
            place: For which it was acquired.
        """
        self.limiter.release(place)
        if self._own is not None:
            self._own.release(place)


class Limits:
    """The limits of one model object, in each event loop.

    Objects that ask the same model at the same address with the same key share one
    limiter: what the provider refuses to one, it would refuse to the other. Each has
    its own `max_concurrency` within that. A transport of the user's own is an account
    of its own. Of processes that share an account, each has a part of both.

    Args:
        transport: What carries the requests.
        max_concurrency: Calls in flight at most; None to find out.
    """

    def __init__(self, transport: object, max_concurrency: int | None) -> None:
        self._transport = transport
        self._max_concurrency = max_concurrency
        self._own = PerLoop(self._new_own)
        self._lanes: PerLoop[dict[Way, Lane]] = PerLoop(dict)

    def lane(self, request: AnyRequest) -> Lane:
        """Return the way to a slot for a request.

        Args:
            request: What is to be asked, with address and key.
        """
        way = _way_of(request)
        lanes = self._lanes.get()
        if way not in lanes:
            if len(lanes) >= _MAX_LANES:  # the limiter of one in use lives on
                del lanes[next(iter(lanes))]
            limiter = _limiter_of(self._account(request), self._max_concurrency)
            lanes[way] = Lane(limiter, self._own.get())
        return lanes[way]

    def _new_own(self) -> Limiter | None:
        if self._max_concurrency is None:
            return None
        limit = _part_of(self._max_concurrency)
        return Limiter(Window(start=limit, ceiling=limit))

    def _account(self, request: AnyRequest) -> Account:
        if not isinstance(self._transport, (DirectTransport, LiteLLMTransport)):
            return (id(self._transport),)
        way = _way_of(request)
        secrets = repr((way.key, sorted(way.headers))).encode()
        digest = hashlib.sha256(secrets).hexdigest()
        return (request.model, endpoint_identity(request), digest)


class Way(NamedTuple):
    """Where a request goes, as it stands: an account before it is made comparable."""

    model: str
    base: str | None
    key: str | None
    headers: tuple[tuple[str, str], ...]


def _way_of(request: AnyRequest) -> Way:
    row = provider_or_default(request.provider)
    return Way(
        request.model,
        request.api_base or first_set(row.base_variables),
        request.api_key or first_set(row.key_variables),
        tuple(
            header
            for header in request.headers.items()
            if not _OF_ONE_REQUEST.search(header[0])
        ),
    )


# Alive as long as a model object has a lane there.
_limiters: PerLoop[WeakValueDictionary[Account, Limiter]] = PerLoop(WeakValueDictionary)


def _limiter_of(account: Account, max_concurrency: int | None) -> Limiter:
    limiters = _limiters.get()
    limiter = limiters.get(account)
    if limiter is None:
        start = _part_of(max_concurrency or START)
        window = Window(start=start, ceiling=_part_of(CEILING))
        limiter = limiters[account] = Limiter(window)
    elif max_concurrency is not None:  # the user says that so many are borne as well
        limiter.widen(_part_of(max_concurrency))
    return limiter


def _part_of(limit: int) -> int:
    """Return what this process may take of a limit; one call is always allowed."""
    return max(1, limit // context.n_sharing.get())
