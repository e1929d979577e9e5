"""What is asked of an embedding model, and what it answered, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from synalinks.contracts import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class EMRequest:
    """Texts to embed in one request, independent of provider and transport."""

    model: str
    """Full identifier, such as `"openai/text-embedding-3-small"`."""
    texts: Sequence[str]
    """The texts, at least one."""
    params: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    """Parameters that were given, such as `dimensions`; none is None."""
    api_base: str | None = field(default=None, repr=False, compare=False)
    """Address of the endpoint; None for the provider's own."""
    api_key: str | None = field(default=None, repr=False, compare=False)
    """Key; None for the one in the environment."""
    headers: Mapping[str, str] = field(
        default_factory=dict[str, str], repr=False, compare=False
    )
    """Further HTTP headers; they may hold secrets."""
    timeout_s: float | None = field(default=None, compare=False)
    """Seconds that one attempt may take, for transports that can use the hint."""

    @property
    def provider(self) -> str:
        """First part of the model's identifier."""
        return self.model.partition("/")[0]

    @property
    def answer_name(self) -> str:
        """What an answer is called in messages."""
        return "list of embeddings"


@dataclass(frozen=True, slots=True, kw_only=True)
class EMResponse:
    """The vectors of one request."""

    vectors: Sequence[Sequence[float]]
    """One vector per text, in the order of the texts."""
    usage: Usage = field(default_factory=lambda: Usage(calls=1))
    """Tokens. A cost of None means that the transport does not know the price."""


@runtime_checkable
class EMTransport(Protocol):
    """What carries texts to an embedding model and the vectors back.

    A transport makes exactly one attempt. Retries, limits, timeouts and bookkeeping are
    done by `EmbeddingModel` around it.
    """

    async def embed(self, request: EMRequest) -> EMResponse:
        """Embed texts, in one request.

        Args:
            request: What to embed.

        Raises:
            LanguageModelError: Anything went wrong; the subclass says what.
        """
        ...

    async def aclose(self) -> None:
        """Close what the running event loop has open; the transport stays usable."""
        ...
