"""The one way from requests to answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from synalinks.language_models._request import LMRequest
    from synalinks.language_models._response import LMResponse


@runtime_checkable
class LMTransport(Protocol):
    """What carries a request to a model and the answer back.

    A transport makes exactly one attempt. Retries, limits, timeouts, validation and
    bookkeeping are done by `LanguageModel` around it. One transport serves any number
    of concurrent calls, and several event loops one after the other.

    A transport that can give answers bit by bit has a method `stream` too, which takes
    an `LMRequest` and returns the `LMChunk`s, as an asynchronous generator does. Others
    are asked with `send`, and their answers come in one piece.
    """

    async def send(self, request: LMRequest) -> LMResponse:
        """Ask once.

        Args:
            request: What to ask.

        Raises:
            LanguageModelError: Anything went wrong; the subclass says what.
        """
        ...

    async def aclose(self) -> None:
        """Close what the running event loop has open; the transport stays usable."""
        ...
