"""`LanguageModel`: a model of some provider, with its limits and its ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from synalinks._internal.naming import unique_name
from synalinks.data_models import ChatMessage, JsonDataModel
from synalinks.errors import ConfigurationError, show
from synalinks.language_models._caller import Caller
from synalinks.language_models._ledger import UsageLedger
from synalinks.language_models._lm_transport import LMTransport
from synalinks.language_models._messages import to_message_list
from synalinks.language_models._pricing import model_info
from synalinks.language_models._providers import (
    Provider,
    provider_or_default,
    split_identifier,
)
from synalinks.language_models._redaction import is_secret_name, without_secrets
from synalinks.language_models._request import LMRequest
from synalinks.language_models._structured import schema_argument
from synalinks.language_models._transport_choice import make_transport
from synalinks.saving import Configurable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.language_models._response import Completion

_DEFAULT_CONCURRENCY = 64
_MIN_CONCURRENCY = 1
_NOT_PARAMS = ("api_key", "extra_headers", "headers")

TransportChoice: TypeAlias = Literal["auto", "direct", "litellm"] | LMTransport


class LanguageModel(Configurable):
    """A language model that modules ask.

    One object may serve any number of programs, concurrent calls, and event loops one
    after the other. Its limits and counters hold for all of them together.

    Args:
        model: `"provider/name"`, such as `"openai/gpt-4o-mini"`; `"embedded/learner"`
            for the small model that runs in this process.
        api_base: Address of the endpoint; by default that of the environment (such as
            `OPENAI_API_BASE`), else the provider's own.
        timeout: Seconds that one attempt may take, whatever the server does; None for
            no limit.
        retry: How many attempts a call may take at most.
        retry_max_wait: Seconds to wait between two attempts at most.
        fallback: Model to ask when this one fails for good.
        caching: Whether to keep answers in memory for equal requests.
        cache_dir: Folder to keep answers in.
        name: Name of the model, in logs.
        description: What the model is for.
        hooks: Observers of calls.
        transport: `"auto"` takes the fastest way that can reach the provider;
            `"direct"` and `"litellm"` ask for one; or an `LMTransport` of your own.
        max_concurrency: How many calls may be in flight at once, over all programs
            that share this object; None for 64.
        default_kwargs: Parameters of every call, such as `temperature`, `api_key` or
            `extra_headers`; those of a call win. Secrets among them are never saved.

    Raises:
        ConfigurationError: The model's name, provider or transport is not known.

    Example:
        ```python
        lm = synalinks.LanguageModel("openai/gpt-4o-mini", temperature=0.0)
        answer = await lm([{"role": "user", "content": "Hello"}])
        ```
    """

    shared_on_load: ClassVar[bool] = True

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
        hooks: Sequence[Any] | None = None,
        *,
        transport: TransportChoice = "auto",
        max_concurrency: int | None = None,
        **default_kwargs: Any,
    ) -> None:
        provider, _ = split_identifier(model)
        if not isinstance(transport, str):  # it belongs to this process
            self._arguments.pop("transport", None)
        self.model = str(model)
        self.provider = provider
        self.api_base = api_base
        self.timeout = timeout
        self.retry = retry
        self.retry_max_wait = retry_max_wait
        self.fallback = fallback
        self.caching = caching
        self.cache_dir = cache_dir
        self.name = name or unique_name(type(self).__name__)
        self.description = description or f"Language model {self.model}"
        self.hooks = list(hooks or ())
        self.default_kwargs = dict(default_kwargs)
        self.max_concurrency = _concurrency(max_concurrency)
        self._ledger = UsageLedger()
        self._caller = Caller(
            make_transport(provider, transport, self.default_kwargs),
            self._ledger,
            max_concurrency=self.max_concurrency,
        )

    # -- asking ----------------------------------------------------------------

    async def __call__(
        self,
        messages: Any,
        schema: Any = None,
        tools: Any = None,
        tool_schemas: Sequence[JsonObject] | None = None,
        streaming: bool = False,
        **kwargs: Any,
    ) -> JsonDataModel:
        """Ask the model. Cost: one LM call.

        Args:
            messages: `ChatMessages`, one `ChatMessage`, or a list of message dicts.
            schema: JSON schema or data model that the answer must fit.
            tools: Tools that the model may call, in the form of OpenAI's API.
            tool_schemas: Further tools in that form.
            streaming: Not available yet.
            kwargs: Parameters of this call, such as `temperature`.

        Returns:
            The answer with the schema asked for; a `ChatMessage` without one.

        Raises:
            LanguageModelError: There is no valid answer; the subclass says why.
            ConfigurationError: The arguments do not go together.
        """
        if streaming:
            msg = "`streaming=True` is not available yet; leave it out."
            raise ConfigurationError(msg)
        wanted = schema_argument(schema)
        all_tools = [*(tools or ()), *(tool_schemas or ())]
        completion = await self.complete(
            to_message_list(messages), schema=wanted, tools=all_tools or None, **kwargs
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
        """
        request = self._request(messages, schema, tools, params)
        return await self._caller.call(request)

    async def aclose(self) -> None:
        """Close connections of the running event loop; the model stays usable."""
        await self._caller.transport.aclose()

    # -- one call --------------------------------------------------------------

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
        merged = {**self.default_kwargs, **params}
        return LMRequest(
            model=self.model,
            messages=messages,
            schema=schema,
            tools=tools,
            params={
                key: value
                for key, value in merged.items()
                if value is not None and key not in _NOT_PARAMS
            },
            api_base=self.api_base,
            api_key=merged.get("api_key"),
            headers=merged.get("extra_headers") or merged.get("headers") or {},
            timeout_s=self.timeout,
        )

    # -- what is known of the model --------------------------------------------

    def provider_info(self) -> Provider:
        """Return the row of the provider table for this model."""
        return provider_or_default(self.provider)

    def supports_reasoning(self) -> bool:
        """Return whether the price list says that the model can reason."""
        return bool(model_info(self.model).get("supports_reasoning"))

    def supports_vision(self) -> bool:
        """Return whether the price list says that the model takes images."""
        return bool(model_info(self.model).get("supports_vision"))

    def supports_audio(self) -> bool:
        """Return whether the price list says that the model takes audio."""
        return bool(model_info(self.model).get("supports_audio_input"))

    def __getattr__(self, name: str) -> Any:
        # Counters, such as `cumulated_cost` or `reward_cumulated_calls`.
        ledger = self.__dict__.get("_ledger")
        if ledger is not None and not name.startswith("_"):
            try:
                return ledger.read(name)
            except KeyError:
                pass
        msg = f"{type(self).__name__!r} object has no attribute {name!r}"
        raise AttributeError(msg, name=name, obj=self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.model!r})"

    # -- saving ----------------------------------------------------------------

    def get_config(self) -> JsonObject:
        """Return the constructor's arguments as JSON, without any secret."""
        config = super().get_config()
        if self.api_base:
            config["api_base"] = without_secrets(self.api_base)
        return _without_secrets(config)


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_secrets(part)
            for key, part in value.items()  # pyright: ignore[reportUnknownVariableType]
            if not is_secret_name(str(key))  # pyright: ignore[reportUnknownArgumentType]
        }
    return value


def _concurrency(max_concurrency: int | None) -> int:
    if max_concurrency is None:
        return _DEFAULT_CONCURRENCY
    if max_concurrency < _MIN_CONCURRENCY:
        msg = f"`max_concurrency` is at least 1, received: {show(max_concurrency)}."
        raise ConfigurationError(msg)
    return max_concurrency
