"""`LanguageModel`: a model of some provider, with its limits and its ledger."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from synalinks._internal import context
from synalinks.data_models import ChatMessage, JsonDataModel
from synalinks.errors import ConfigurationError, show
from synalinks.hooks import Observation, is_observed, observe
from synalinks.language_models._answer_cache import AnswerCache
from synalinks.language_models._caller import Caller, CallSettings
from synalinks.language_models._lm_transport import LMTransport
from synalinks.language_models._media import with_parts
from synalinks.language_models._messages import to_message_list
from synalinks.language_models._provider_model import ProviderModel, check_call_settings
from synalinks.language_models._request import LMRequest
from synalinks.language_models._retry import RetryPolicy
from synalinks.language_models._sampling import check_sampling
from synalinks.language_models._session_models import resolve_model
from synalinks.language_models._stream_call import open_stream
from synalinks.language_models._streaming import StreamingIterator, arrived_stream
from synalinks.language_models._structured import check_schema, schema_argument
from synalinks.language_models._support import (
    supports_audio,
    supports_reasoning,
    supports_vision,
)
from synalinks.language_models._tools import wire_choice, wire_tools
from synalinks.language_models._transport_choice import make_transport

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.hooks import Hook
    from synalinks.language_models._ledger import UsageLedger
    from synalinks.language_models._response import Completion

TransportChoice: TypeAlias = Literal["auto", "direct", "litellm"] | LMTransport


class LanguageModel(ProviderModel):
    """A language model that modules ask.

    One object may serve any number of programs, concurrent calls, and event loops one
    after the other. Its limits and counters hold for all of them together. What a
    provider bears is learned for all objects together that ask, in one event loop, the
    same model at the same address with the same key and headers.

    Args:
        model: `"provider/name"`, such as `"openai/gpt-4o-mini"`; `"embedded/learner"`
            for the small model that runs in this process.
        api_base: Address of the endpoint; by default that of the environment (such as
            `OPENAI_API_BASE`), else the provider's own.
        timeout: Seconds that a call may take from when it is first sent: attempts,
            waits and repeated questions together, whatever the server does; None for
            no limit. The wait for its turn is not counted: that other calls are many
            is not the server's fault. If two calls in a row run out of time while
            nobody gets an answer, or five where answers were given before, those that
            wait end with the same error.
        retry: How many requests a call may take at most. An invalid answer is asked
            for again at most twice among them. A refusal for too many calls (HTTP 429)
            takes nothing from it as long as other calls get through.
        retry_max_wait: Seconds to wait between two attempts at most.
        fallback: Model, identifier or configuration to ask when this one fails for
            good; it may have a fallback itself.
        caching: Whether to keep answers in memory: a request that equals an earlier
            one costs nothing, and gets the same answer whatever the temperature, unless
            an optimizer asks for another draw.
        cache_dir: Folder to keep answers in across runs and processes, in the same way.
        name: Name of the model, in logs.
        description: What the model is for.
        hooks: Observers of calls.
        transport: `"auto"` takes the fastest way that can reach the provider;
            `"direct"` and `"litellm"` ask for one; or an `LMTransport` of your own.
        max_concurrency: How many calls of this object may be in flight at once, over
            all programs that share it; with None that is found out, from 16 up to 256.
            In both cases fewer while the provider refuses more.
        default_kwargs: Parameters of every call, such as `temperature`, `api_key` or
            `extra_headers`; those of a call win. Secrets among them are never saved.

    Raises:
        ConfigurationError: The model's name, provider or transport is not known, or a
            number or a sampling parameter cannot be.

    Example:
        ```python
        lm = synalinks.LanguageModel("openai/gpt-4o-mini", temperature=0.0)
        answer = await lm([{"role": "user", "content": "Hello"}])
        ```
    """

    called = "A language model"
    example = "openai/gpt-4o-mini"

    def __init__(  # noqa: PLR0917 - names and order are part of the public API
        self,
        model: str | None = None,
        api_base: str | None = None,
        timeout: float | None = 600,
        retry: int = 5,
        retry_max_wait: float = 60,
        fallback: LanguageModel | str | JsonObject | None = None,
        caching: bool = False,
        cache_dir: str | None = None,
        name: str | None = None,
        description: str | None = None,
        hooks: Sequence[Hook] | None = None,
        *,
        transport: TransportChoice = "auto",
        max_concurrency: int | None = None,
        **default_kwargs: Any,
    ) -> None:
        super().__init__(model, api_base, name, default_kwargs)
        check_sampling(default_kwargs, f"`LanguageModel({show(model)})`")
        check_call_settings(
            timeout=timeout,
            retry=retry,
            retry_max_wait=retry_max_wait,
            max_concurrency=max_concurrency,
        )
        self.timeout = timeout
        self.retry = retry
        self.retry_max_wait = retry_max_wait
        self.fallback: LanguageModel | None = resolve_model(LanguageModel, fallback)
        self.caching = caching
        self.cache_dir = cache_dir
        self.description: str = description or f"Language model {self.model}"
        self.hooks: list[Hook] = list(hooks or ())
        self.max_concurrency = max_concurrency
        self._caller = Caller(
            make_transport(self.provider, transport, self.default_kwargs),
            self._ledger,
            CallSettings(
                max_concurrency=self.max_concurrency,
                retry=RetryPolicy(max_attempts=retry, max_wait_s=retry_max_wait),
                cache=_new_cache(caching, cache_dir),
            ),
        )

    def add_hook(self, hook: Hook) -> None:
        """Have a hook observe the calls of this model from now on.

        Args:
            hook: The hook.
        """
        self.hooks.append(hook)

    # -- asking ----------------------------------------------------------------

    async def __call__(
        self,
        messages: Any,
        schema: Any = None,
        tools: Any = None,
        tool_schemas: Sequence[JsonObject] | None = None,
        streaming: bool = False,
        **kwargs: Any,
    ) -> JsonDataModel | StreamingIterator:
        """Ask the model. Cost: one LM call.

        Args:
            messages: `ChatMessages`, one `ChatMessage`, or a list of message dicts,
                whose contents may mix texts, `Image` and `Audio`.
            schema: JSON schema or data model that the answer must fit.
            tools: `Tool`s that the model may call, as a list or a dict by name, or
                dicts in the form of OpenAI's API.
            tool_schemas: Further tools in that form.
            streaming: Whether to give the answer while it arrives. It has no effect
                with a schema: half an answer fits none.
            kwargs: Parameters of this call, such as `temperature` or `tool_choice`.

        Returns:
            The answer with the schema asked for; a `ChatMessage` without one; with
            `streaming=True` a `StreamingIterator`.

        Raises:
            LanguageModelError: There is no valid answer; the subclass says why.
            ConfigurationError: The arguments do not go together.
        """
        wanted = schema_argument(schema)
        all_tools = wire_tools(tools, tool_schemas)
        turns = await with_parts(to_message_list(messages))
        if streaming and wanted is None:
            return await self.stream(turns, tools=all_tools, **kwargs)
        completion = await self.complete(
            turns, schema=wanted, tools=all_tools, **kwargs
        )
        return JsonDataModel(
            schema=wanted or ChatMessage.get_schema(), json=completion.value
        )

    async def complete(
        self,
        messages: Sequence[JsonObject],
        *,
        schema: JsonObject | None = None,
        tools: Sequence[JsonObject] | None = None,
        **params: Any,
    ) -> Completion:
        """Ask the model, and return the answer with what it took. Cost: one LM call.

        Args:
            messages: Chat messages in the form of OpenAI's API.
            schema: JSON schema that the answer must fit; None for free text.
            tools: Tools that the model may call, in the form of OpenAI's API.
            params: Parameters such as `temperature`; those that are None are not sent.

        Returns:
            The answer: valid against the schema, or a chat message.

        Raises:
            LanguageModelError: There is no valid answer; the subclass says why.
            ConfigurationError: Both a schema and tools are given.
            SchemaError: The schema is malformed; nothing was sent.
        """
        request = self._request(messages, schema, tools, params)
        otherwise: Callable[[], Awaitable[Completion]] | None = None
        if self.fallback is not None:
            otherwise = partial(
                self.fallback.complete, messages, schema=schema, tools=tools, **params
            )
        ask = partial(self._caller.call, request, otherwise, self._spare_ledgers())
        if not is_observed(self.hooks):
            return await ask()
        return await observe(
            self,
            ask,
            kind="language_model",
            hooks=self.hooks,
            inputs=request.public(),
        )

    async def stream(
        self,
        messages: Sequence[JsonObject],
        *,
        tools: Sequence[JsonObject] | None = None,
        **params: Any,
    ) -> StreamingIterator:
        """Ask the model, and give the answer while it arrives. Cost: one LM call.

        In `fit`, `evaluate` and `predict` the answer comes in one piece: nobody is
        there to watch it, and the run must be able to go on from where it was left.
        Streams are neither kept in caches nor taken from them.

        Args:
            messages: Chat messages in the form of OpenAI's API.
            tools: Tools that the model may call, in the form of OpenAI's API.
            params: Parameters such as `temperature`; those that are None are not sent.

        Returns:
            The pieces of the answer, once the first is there.

        Raises:
            LanguageModelError: There is no answer; the subclass says why.
        """
        if context.sample.get() is not None or context.journal.get() is not None:
            completion = await self.complete(messages, tools=tools, **params)
            return arrived_stream(completion)
        request = self._request(messages, None, tools, params)
        otherwise = None
        if self.fallback is not None:
            otherwise = partial(self.fallback.stream, messages, tools=tools, **params)
        observe_it: Callable[[], Observation] | None = None
        if is_observed(self.hooks):
            observe_it = partial(
                Observation,
                self,
                kind="language_model",
                hooks=self.hooks,
                inputs=request.public(),
            )
        return await open_stream(
            self._caller, self._ledger, request, otherwise, observe_it
        )

    async def aclose(self) -> None:
        """Close connections of the running event loop; the model stays usable."""
        await self._caller.transport.aclose()

    def check_key(self) -> None:
        """Refuse a model that needs a key and has none. Costs no call.

        A model with a fallback or with kept answers may do without a key.

        Raises:
            AuthenticationError: There is no key, neither given nor in the environment.
        """
        may_do_without = self.fallback or self.caching or self.cache_dir
        check = getattr(self._caller.transport, "check", None)
        if check is not None and not may_do_without:
            check(self._request((), None, None, {}))

    # -- one call --------------------------------------------------------------

    def _spare_ledgers(self) -> Sequence[UsageLedger]:
        """Return the ledger of its fallback, of the fallback of that, and so on."""
        spare = self.fallback
        return () if spare is None else (spare.ledger, *spare._spare_ledgers())  # noqa: SLF001 - of this class

    def _request(
        self,
        messages: Sequence[JsonObject],
        schema: JsonObject | None,
        tools: Sequence[JsonObject] | None,
        params: JsonObject,
    ) -> LMRequest:
        if schema is not None and tools:
            msg = "One call takes a `schema` or `tools`, received both."
            raise ConfigurationError(msg)
        if schema is not None:
            check_schema(schema, self.provider)
        fields = self._request_fields(params)
        choice = wire_choice(fields["params"].pop("tool_choice", None), tools or ())
        if choice is not None:
            fields["params"]["tool_choice"] = choice
        draw, seed = context.draw.get(), fields["params"].get("seed")
        if draw and isinstance(seed, int):
            # With one seed, every draw would be the same answer, paid for again.
            fields["params"]["seed"] = seed + draw
        return LMRequest(
            messages=messages,
            schema=schema,
            tools=tools or None,
            draw=draw,
            timeout_s=self.timeout,
            **fields,
        )

    # -- what is known of the model --------------------------------------------

    def supports_reasoning(self) -> bool:
        """Return whether the price list says that the model can reason."""
        return supports_reasoning(self.model)

    def shows_reasoning(self) -> bool:
        """Return whether answers come with what the model thought.

        Not every provider of a model that can reason shows its reasoning.
        """
        return self.provider_info().shows_reasoning and self.supports_reasoning()

    def supports_vision(self) -> bool:
        """Return whether the price list says that the model takes images."""
        return supports_vision(self.model)

    def supports_audio(self) -> bool:
        """Return whether the price list says that the model takes audio."""
        return supports_audio(self.model)


def _new_cache(caching: bool, cache_dir: str | None) -> AnswerCache | None:
    if not caching and cache_dir is None:
        return None
    return AnswerCache(in_memory=caching, folder=cache_dir)
