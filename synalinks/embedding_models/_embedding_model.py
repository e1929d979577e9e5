"""`EmbeddingModel`: texts to vectors, with a model of some provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from synalinks._internal.checks import check_count
from synalinks._internal.shape import is_dict, is_row
from synalinks.data_models import (
    Embeddings,
    JsonDataModel,
    is_data_model,
    json_of,
    schema_of,
)
from synalinks.errors import ConfigurationError, show
from synalinks.hooks import is_observed, observe
from synalinks.language_models import (
    EMRequest,
    EMTransport,
    ProviderModel,
    check_call_settings,
    new_embedding_caller,
    resolve_model,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.hooks import Hook

_BATCH_SIZE = 96

EmbeddingTransportChoice: TypeAlias = Literal["auto", "direct", "litellm"] | EMTransport


class EmbeddingModel(ProviderModel):
    """A model that turns texts into vectors.

    Each distinct text of a call is embedded once, and with `caching` once for all calls
    of this object. One object may serve any number of programs, concurrent calls, and
    event loops one after the other.

    Args:
        model: `"provider/name"`, such as `"openai/text-embedding-3-small"`;
            `"embedded/hash"` for word vectors that are made in this process.
        api_base: Address of the endpoint; by default that of the environment (such as
            `OPENAI_API_BASE`), else the provider's own.
        retry: How many requests a batch of texts may take at most. A refusal for too
            many calls (HTTP 429) takes nothing from it as long as others get through.
        retry_max_wait: Seconds to wait between two attempts at most.
        fallback: Model, identifier or configuration to embed with when this one fails
            for good. It then embeds all texts of the call: vectors of two models cannot
            be compared.
        caching: Whether to keep the last 10,000 vectors in memory.
        cache_dir: Folder to keep vectors in; processes may share it.
        name: Name of the model, in logs.
        description: What the model is for.
        hooks: Observers of calls.
        timeout: Seconds that a batch may take from when it is first sent, attempts and
            waits together; None for no limit. The wait for its turn is not counted.
        transport: `"auto"` takes the fastest way that can reach the provider;
            `"direct"` and `"litellm"` ask for one; or an `EMTransport` of your own.
        max_concurrency: How many requests may be in flight at once; with None that is
            found out, from 16 up to 256.
        batch_size: How many texts go into one request at most.
        default_kwargs: Parameters of every call, such as `dimensions`, `api_key` or
            `extra_headers`; those of a call win. Secrets among them are never saved.

    Raises:
        ConfigurationError: The model's name, provider or transport is not known, or a
            number is out of range.

    Example:
        ```python
        em = synalinks.EmbeddingModel("openai/text-embedding-3-small")
        answer = await em(synalinks.EmbeddingRequest(texts=["one", "two"]))
        vectors = answer.get("embeddings")
        ```
    """

    called = "An embedding model"
    example = "openai/text-embedding-3-small"

    def __init__(  # noqa: PLR0917 - names and order are part of the public API
        self,
        model: str | None = None,
        api_base: str | None = None,
        retry: int = 5,
        retry_max_wait: float = 60,
        fallback: EmbeddingModel | str | JsonObject | None = None,
        caching: bool = True,
        cache_dir: str | None = None,
        name: str | None = None,
        description: str | None = None,
        hooks: Sequence[Hook] | None = None,
        *,
        timeout: float | None = 600,
        transport: EmbeddingTransportChoice = "auto",
        max_concurrency: int | None = None,
        batch_size: int = _BATCH_SIZE,
        **default_kwargs: Any,
    ) -> None:
        super().__init__(model, api_base, name, default_kwargs)
        check_call_settings(
            timeout=timeout,
            retry=retry,
            retry_max_wait=retry_max_wait,
            max_concurrency=max_concurrency,
        )
        check_count("batch_size", batch_size, at_least=1)
        self.timeout = timeout
        self.retry = retry
        self.retry_max_wait = retry_max_wait
        self.fallback: EmbeddingModel | None = resolve_model(EmbeddingModel, fallback)
        self.caching = caching
        self.cache_dir = cache_dir
        self.description: str = description or f"Embedding model {self.model}"
        self.hooks: list[Hook] = list(hooks or ())
        self._caller = new_embedding_caller(
            self.provider,
            transport,
            self._ledger,
            max_concurrency=max_concurrency,
            max_attempts=retry,
            max_wait_s=retry_max_wait,
            in_memory=caching,
            folder=cache_dir,
            batch_size=batch_size,
        )

    def add_hook(self, hook: Hook) -> None:
        """Have a hook observe the calls of this model from now on.

        Args:
            hook: The hook.
        """
        self.hooks.append(hook)

    async def __call__(self, inputs: Any, **kwargs: Any) -> JsonDataModel | None:
        """Embed texts. Cost: one request per `batch_size` texts that are not known.

        Args:
            inputs: An `EmbeddingRequest` or another data model with `texts`, one text,
                or a list of texts; None gives None.
            kwargs: Parameters of this call, such as `dimensions`.

        Returns:
            `Embeddings`: one vector per text, in the order of the texts.

        Raises:
            LanguageModelError: A text could not be embedded; the subclass says why.
            ConfigurationError: `inputs` are no texts.
        """
        if inputs is None:
            return None
        vectors = await self.embed(_texts_of(inputs), **kwargs)
        return JsonDataModel(schema=schema_of(Embeddings), json={"embeddings": vectors})

    async def embed(self, texts: Sequence[str], **kwargs: Any) -> list[list[float]]:
        """Return one vector per text. Cost: as for calling the model.

        Args:
            texts: The texts; none for no call.
            kwargs: Parameters of this call, such as `dimensions`.

        Returns:
            Vectors of length `n_dims`, in the order of the texts.

        Raises:
            LanguageModelError: A text could not be embedded; the subclass says why.
        """
        if not texts:
            return []
        request = EMRequest(
            texts=list(texts), timeout_s=self.timeout, **self._request_fields(kwargs)
        )
        otherwise: Callable[[], Awaitable[list[list[float]]]] | None = None
        if self.fallback is not None:
            embed = self.fallback.embed
            otherwise = lambda: embed(texts, **kwargs)  # noqa: E731
        if not is_observed(self.hooks):
            return await self._caller.embed(request, otherwise)
        return await observe(
            self,
            lambda: self._caller.embed(request, otherwise),
            kind="embedding_model",
            hooks=self.hooks,
            inputs={"input": list(texts)},
        )

    async def aclose(self) -> None:
        """Close connections of the running event loop; the model stays usable."""
        await self._caller.transport.aclose()


def _texts_of(inputs: Any) -> list[str]:
    value: Any = json_of(inputs) if is_data_model(inputs) else inputs
    texts: Any = value.get("texts") if is_dict(value) else value
    if isinstance(texts, str):
        texts = [texts]
    if not is_row(texts) or not all(isinstance(text, str) for text in texts):
        msg = (
            "An embedding model takes an `EmbeddingRequest`, a text or a list of "
            f"texts, received: {show(inputs)}."
        )
        raise ConfigurationError(msg)
    return list(texts)
