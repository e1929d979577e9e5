"""The one door to litellm, for every provider that it knows."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING, Any

from synalinks.errors import (
    AuthenticationError,
    BadRequestError,
    ConnectionLostError,
    ContentRefusedError,
    ContextTooLongError,
    LanguageModelError,
    MissingDependencyError,
    ModelNotFoundError,
    RateLimitedError,
    ServerError,
    TimedOutError,
)
from synalinks.language_models._endpoint import Endpoint, endpoint_of, secrets_of
from synalinks.language_models._http_errors import error_of_answer
from synalinks.language_models._redaction import redact
from synalinks.language_models._sessions import Sessions
from synalinks.language_models._wire import chat_body, read_completion

if TYPE_CHECKING:
    from collections.abc import Generator

    from aiohttp import ClientSession

    from synalinks._internal.json import JsonObject
    from synalinks.language_models._request import LMRequest
    from synalinks.language_models._response import LMResponse

# Exceptions that stand for no HTTP answer, by class name; a subclass of one of
# these, or any other that has an HTTP status, is told by that. A test compares the
# table with what litellm defines.
_BY_NAME: dict[str, type[LanguageModelError]] = {
    "APIConnectionError": ConnectionLostError,
    "APIError": ServerError,
    "APIResponseValidationError": ServerError,
    "AuthenticationError": AuthenticationError,
    "BadGatewayError": ServerError,
    "BadRequestError": BadRequestError,
    "BlockedPiiEntityError": ContentRefusedError,
    "BudgetExceededError": AuthenticationError,
    "ContentPolicyViolationError": ContentRefusedError,
    "ContextWindowExceededError": ContextTooLongError,
    "GuardrailRaisedException": ContentRefusedError,
    "ImageFetchError": BadRequestError,
    "InternalServerError": ServerError,
    "InvalidRequestError": BadRequestError,
    "JSONSchemaValidationError": ServerError,
    "LiteLLMUnknownProvider": BadRequestError,
    "MidStreamFallbackError": ServerError,
    "MockException": ServerError,
    "ModelNotMappedError": ModelNotFoundError,
    "ModifyResponseException": ContentRefusedError,
    "NotFoundError": ModelNotFoundError,
    "OpenAIError": BadRequestError,
    "PaymentRequiredError": AuthenticationError,
    "PermissionDeniedError": AuthenticationError,
    "RateLimitError": RateLimitedError,
    "RejectedRequestError": BadRequestError,
    "SensitiveDataRouteException": ContentRefusedError,
    "ServiceUnavailableError": ServerError,
    "Timeout": TimedOutError,
    "UnprocessableEntityError": BadRequestError,
    "UnsupportedParamsError": BadRequestError,
    "VectorStoreSearchError": BadRequestError,
}
# Causes deeper in the chain, which litellm reports as something else.
_BY_CAUSE: dict[str, type[LanguageModelError]] = {
    "APITimeoutError": TimedOutError,
    "TimeoutException": TimedOutError,
    "APIConnectionError": ConnectionLostError,
    "NetworkError": ConnectionLostError,
    "RemoteProtocolError": ConnectionLostError,
}


class LiteLLMTransport:
    """Sends requests with `litellm.acompletion`.

    litellm is imported at the first call, in a thread, since that takes seconds. Its
    retries and those of the clients inside it are off, and nothing global of it is
    changed for longer than a call.
    """

    def __init__(self) -> None:
        self._sessions = Sessions(on_close=_close_clients)
        self._loaded: list[Any] = []
        self._quiet_calls = 0
        self._was_quiet = False

    def prepare(self) -> None:
        """Import litellm: seconds of work, for a thread, before time is measured."""
        self._loaded = [_import_litellm()]

    async def send(self, request: LMRequest) -> LMResponse:
        """Ask once.

        Args:
            request: What to ask.

        Returns:
            The answer, not yet validated.

        Raises:
            LanguageModelError: The provider refused, failed, or could not be reached.
        """
        if not self._loaded:
            await asyncio.to_thread(self.prepare)
        arguments = _arguments(request, endpoint_of(request))
        session = await self._sessions.get()
        try:
            with self._quiet():
                answer = await self._loaded[0].acompletion(
                    shared_session=session, **arguments
                )
        except Exception as error:  # noqa: BLE001 - litellm raises what its clients do
            ours = error_of_exception(error, request)
            raise ours from None
        return read_completion(answer.model_dump(), request)

    async def aclose(self) -> None:
        """Close what the running event loop has open."""
        await self._sessions.aclose()

    @contextlib.contextmanager
    def _quiet(self) -> Generator[None, None, None]:
        """Keep litellm from printing advice to stdout while calls are in flight."""
        if self._quiet_calls == 0:
            self._was_quiet = self._loaded[0].suppress_debug_info
            self._loaded[0].suppress_debug_info = True
        self._quiet_calls += 1
        try:
            yield
        finally:
            self._quiet_calls -= 1
            if self._quiet_calls == 0:
                self._loaded[0].suppress_debug_info = self._was_quiet


def _import_litellm() -> Any:
    # Otherwise litellm fetches its price list over the network when it is imported.
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    try:
        import litellm
    except ImportError as error:
        msg = f"litellm cannot be imported ({error}). Install it: pip install litellm"
        raise MissingDependencyError(msg) from error
    return litellm


def _arguments(request: LMRequest, endpoint: Endpoint) -> JsonObject:
    provider, _, name = request.model.partition("/")
    arguments: JsonObject = {
        "model": f"{endpoint.provider.litellm_prefix or provider}/{name}",
        "api_key": endpoint.api_key,
        "timeout": request.timeout_s,
        "max_retries": 0,
        "num_retries": 0,
        "drop_params": True,
        **chat_body(request),
    }
    if "tools" in arguments:
        # Otherwise litellm needs a package of its proxy to look at any tool.
        arguments["_skip_mcp_handler"] = True
    if request.headers:
        arguments["extra_headers"] = dict(request.headers)
    if endpoint.api_base and not _is_litellms_own(endpoint):
        arguments["api_base"] = endpoint.api_base
        # The client inside litellm insists on a key where the endpoint does not.
        arguments["api_key"] = endpoint.api_key or "none"
    return arguments


def _is_litellms_own(endpoint: Endpoint) -> bool:
    # litellm speaks Ollama's own API, at an address of its own.
    return endpoint.is_own and not endpoint.provider.litellm_prefix


def error_of_exception(error: Exception, request: LMRequest) -> LanguageModelError:
    """Return our error for one that litellm, or a client inside it, raised.

    Args:
        error: What was raised.
        request: What was asked.
    """
    if isinstance(error, LanguageModelError):
        return error
    chain = _chain(error)
    answer = next((found for part in chain if (found := _http_answer(part))), None)
    if answer is not None:
        return error_of_answer(*answer, request)
    kind = _kind_by_cause(chain) or _kind_by_name(error) or ServerError
    said = redact(f"{type(error).__name__}: {error}", secrets_of(request))
    return kind(f"`{request.model}` gave no answer: {said}", model=request.model)


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    return chain


def _http_answer(error: BaseException) -> tuple[int, str, dict[str, str]] | None:
    """Return status, body and headers if an error stands for an HTTP answer."""
    response: Any = getattr(error, "response", None)
    if "litellm" in type(error).__module__ or response is None:
        return None  # litellm makes up a response where there was none
    status: Any = getattr(response, "status_code", None)
    if not isinstance(status, int):
        return None
    try:
        text = str(response.text)
    except Exception:  # noqa: BLE001 - a stream that was not read raises a class of its client
        text = str(error)
    return status, text, dict(response.headers)


def _kind_by_cause(chain: list[BaseException]) -> type[LanguageModelError] | None:
    for part in chain:
        for cls in type(part).__mro__:
            foreign = not cls.__module__.startswith("litellm")
            if foreign and cls.__name__ in _BY_CAUSE:
                return _BY_CAUSE[cls.__name__]
    return None


def _kind_by_name(error: BaseException) -> type[LanguageModelError] | None:
    names = (cls.__name__ for cls in type(error).__mro__)
    return next((_BY_NAME[name] for name in names if name in _BY_NAME), None)


async def _close_clients(session: ClientSession) -> None:
    """Close litellm's clients that use a session which is about to be closed.

    litellm keeps clients by the identity of their loop, for ten minutes. A later loop
    may get the same identity, and with it a client of a dead one.
    """
    litellm = _import_litellm()
    kept: dict[str, Any] = litellm.in_memory_llm_clients_cache.cache_dict
    loop_id = id(asyncio.get_running_loop())
    for key, client in list(kept.items()):
        if not key.endswith(f"-{loop_id}"):
            continue
        http_client: Any = getattr(client, "_client", None) or getattr(
            client, "client", None
        )
        transport: Any = getattr(http_client, "_transport", None)
        if getattr(transport, "client", None) is session:
            kept.pop(key, None)
            await http_client.aclose()
