"""How texts become vectors: each once, in batches, within limits, in the books."""

from __future__ import annotations

import asyncio
import copy
import hashlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from synalinks._internal import context
from synalinks._internal.aio import finish_begun
from synalinks._internal.json import canonical
from synalinks.contracts import Usage
from synalinks.errors import BudgetExceededError, ConfigurationError, LanguageModelError
from synalinks.language_models._attempts import Attempts
from synalinks.language_models._caller import CallSettings
from synalinks.language_models._embedded_text import estimate_tokens
from synalinks.language_models._kept import endpoint_identity
from synalinks.language_models._limits import Limits
from synalinks.language_models._per_loop import PerLoop
from synalinks.language_models._pricing import cost_usd, model_info
from synalinks.language_models._redaction import identity_of
from synalinks.language_models._retry import RetryPolicy
from synalinks.language_models._transport_choice import make_embedding_transport
from synalinks.language_models._vector_cache import Embedded, VectorCache

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence
    from typing import Self

    from synalinks._internal.journal import Journal, Position
    from synalinks._internal.json import JsonObject
    from synalinks.language_models._em_request import EMRequest, EMResponse, EMTransport
    from synalinks.language_models._ledger import UsageLedger
    from synalinks.language_models._vector_cache import Keep

# Providers take no more than some hundred thousand tokens in one request.
_MAX_BATCH_CHARS = 200_000
_KEY_DIGITS = 32


class EmbeddingCaller:
    """Embeds texts with one model, within limits, and keeps the books.

    Args:
        transport: What carries requests.
        ledger: Where usage is counted.
        settings: How calls are made.
        cache: Vectors that are known.
        batch_size: How many texts go into one request at most.

    Attributes:
        limits: Hand out the slots for calls in flight.
    """

    def __init__(
        self,
        transport: EMTransport,
        ledger: UsageLedger,
        settings: CallSettings,
        *,
        cache: VectorCache,
        batch_size: int,
    ) -> None:
        self.transport = transport
        self._ledger = ledger
        self._settings = settings
        self._cache = cache
        self._batch_size = batch_size
        self.limits: Limits = Limits(transport, settings.max_concurrency)
        self._preparing = PerLoop(asyncio.Lock)
        self._is_prepared = False

    def counting_in(self, ledger: UsageLedger) -> Self:
        """Return one that shares all but the books.

        Args:
            ledger: Where usage is counted.
        """
        other = copy.copy(self)
        other._ledger = ledger  # noqa: SLF001 - of this class
        return other

    async def embed(
        self,
        request: EMRequest,
        otherwise: Callable[[], Awaitable[list[list[float]]]] | None = None,
    ) -> list[list[float]]:
        """Return one vector per text, in the order of the texts.

        Args:
            request: All texts; each distinct one is embedded once.
            otherwise: Embeds all texts with another model, when this one failed for
                good: vectors of two models do not go together.

        Raises:
            BudgetExceededError: The call would cost more than is left.
            LanguageModelError: A text could not be embedded.
        """
        if otherwise is None:
            return await self._embed(request)
        journal = context.journal.get()
        key = _key(request, *request.texts)
        position = None if journal is None else journal.position(key)
        if _is_kept(journal, position):
            self._ledger.here.failed_calls += 1
        else:
            try:
                return await self._embed(request)
            except BudgetExceededError:
                raise
            except LanguageModelError:
                # A run that is resumed must fall back at the same place.
                if journal is not None and position is not None:
                    await journal.append(position, {"failed": True})
        self._ledger.here.fallback_activations += 1
        return await otherwise()

    async def _embed(self, request: EMRequest) -> list[list[float]]:
        async def embed(texts: list[str], keep: Keep) -> None:
            await self._embed_batches(replace(request, texts=texts), keep)

        keys = {text: _key(request, text) for text in dict.fromkeys(request.texts)}
        try:
            found, n_known = await self._cache.get_or_embed(keys, embed)
        except LanguageModelError as error:
            if not isinstance(error, BudgetExceededError):
                self._ledger.here.failed_calls += 1
            raise
        self._ledger.here.cache_hits += n_known
        return [list(found[text]) for text in request.texts]

    async def _embed_batches(self, request: EMRequest, keep: Keep) -> None:
        if not self._is_prepared:
            await self._prepare(request.model)

        async def embed(texts: list[str], begin: Callable[[], None]) -> None:
            made = await self._embed_batch(replace(request, texts=texts), begin)
            await keep(dict(zip(texts, made, strict=True)))

        # What was sent is paid for: it is kept, also when another batch fails.
        await finish_begun(
            [
                partial(embed, batch)
                for batch in _batches(request.texts, self._batch_size)
            ]
        )

    async def _embed_batch(
        self, request: EMRequest, begin: Callable[[], None]
    ) -> list[Embedded]:
        def send() -> Awaitable[EMResponse]:
            begin()
            return self.transport.embed(request)

        attempts = Attempts(
            request,
            self.limits.lane(request),
            self._ledger,
            policy=self._settings.retry,
            expected=lambda: _expected_usage(request),
        )
        try:
            async with attempts:
                answer = await attempts.run(send)
        except LanguageModelError as error:
            error.attempts = attempts.n_sent
            raise
        usage = replace(answer.usage, elapsed_s=attempts.take_elapsed_s())
        if usage.cost_usd is None:  # the transport does not know
            usage = replace(usage, cost_usd=cost_usd(request.model, usage))
        self._ledger.record(usage, "stop")
        self._ledger.here.vectors += len(answer.vectors)
        first, *others = answer.vectors
        return [Embedded(first, usage), *map(Embedded, others)]

    async def _prepare(self, model: str) -> None:
        """Do what is slow the first time in a thread, outside the limit of time."""
        async with self._preparing.get():
            if self._is_prepared:
                return
            prepare = getattr(self.transport, "prepare", None)
            if prepare is not None:
                await asyncio.to_thread(prepare)
            await asyncio.to_thread(model_info, model)
            self._is_prepared = True


def new_embedding_caller(
    provider: str,
    transport: object,
    ledger: UsageLedger,
    *,
    max_concurrency: int | None,
    max_attempts: int,
    max_wait_s: float,
    in_memory: bool,
    folder: str | None,
    batch_size: int,
) -> EmbeddingCaller:
    """Return what embeds texts with one model.

    Args:
        provider: Name of the provider.
        transport: `"auto"`, `"direct"`, `"litellm"`, or an `EMTransport`.
        ledger: Where usage is counted.
        max_concurrency: Requests in flight at most; None to find out.
        max_attempts: Requests for one batch at most.
        max_wait_s: Seconds between two of them at most.
        in_memory: Whether to keep vectors in memory.
        folder: Folder to keep vectors in, or None.
        batch_size: How many texts go into one request at most.

    Raises:
        ConfigurationError: The provider or the transport is not known.
    """
    return EmbeddingCaller(
        make_embedding_transport(provider, transport),
        ledger,
        CallSettings(
            max_concurrency=max_concurrency,
            retry=RetryPolicy(max_attempts=max_attempts, max_wait_s=max_wait_s),
        ),
        cache=VectorCache(ledger, in_memory=in_memory, folder=folder),
        batch_size=batch_size,
    )


def _is_kept(journal: Journal | None, position: Position | None) -> bool:
    if journal is None or position is None:
        return False
    return journal.lookup(position) is not None


def _key(request: EMRequest, *texts: str) -> str:
    identity: JsonObject = {
        "model": request.model,
        "endpoint": endpoint_identity(request),
        "text": texts[0] if len(texts) == 1 else list(texts),
        "params": identity_of(dict(request.params)),
    }
    try:
        content = canonical(identity).encode("utf-8", "surrogatepass")
    except TypeError as error:
        msg = f"Vectors can only be kept where all parameters are JSON: {error}."
        raise ConfigurationError(msg) from error
    return hashlib.sha256(content).hexdigest()[:_KEY_DIGITS]


def _batches(texts: Sequence[str], batch_size: int) -> Iterator[list[str]]:
    batch: list[str] = []
    n_chars = 0
    for text in texts:
        is_full = len(batch) == batch_size or n_chars + len(text) > _MAX_BATCH_CHARS
        if batch and is_full:
            yield batch
            batch, n_chars = [], 0
        batch.append(text)
        n_chars += len(text)
    if batch:
        yield batch


def _expected_usage(request: EMRequest) -> Usage:
    usage = Usage(calls=1, prompt_tokens=sum(map(estimate_tokens, request.texts)))
    return replace(usage, cost_usd=cost_usd(request.model, usage))
