"""The one door to litellm, for every provider that it knows."""

from __future__ import annotations

import asyncio
import contextlib
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict, is_list
from synalinks.errors import ConfigurationError, MissingDependencyError, show
from synalinks.language_models._chunk import LMChunk, read_chunk
from synalinks.language_models._chunk_stream import ReadStream
from synalinks.language_models._em_wire import embedding_body, read_embeddings
from synalinks.language_models._endpoint import Endpoint, endpoint_of
from synalinks.language_models._litellm_errors import error_of_exception
from synalinks.language_models._reasoning import with_effort
from synalinks.language_models._sessions import Sessions
from synalinks.language_models._translated import translated
from synalinks.language_models._wire import STREAM_FIELDS, chat_body
from synalinks.language_models._wire_answer import read_completion, read_usage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Generator, Iterable

    from aiohttp import ClientSession

    from synalinks._internal.json import JsonObject
    from synalinks.language_models._chunk_stream import ChunkStream
    from synalinks.language_models._em_request import EMRequest, EMResponse
    from synalinks.language_models._providers import Provider
    from synalinks.language_models._request import AnyRequest, LMRequest
    from synalinks.language_models._response import LMResponse


class _TrueZero(int):
    """No retries, where litellm takes 0 for "not said", and that for 2."""

    def __bool__(self) -> bool:
        return True


_NO_RETRIES = _TrueZero(0)
# The client inside litellm insists on a key where the endpoint does not.
_NO_KEY = "none"


class LiteLLMTransport:
    """Sends requests with `litellm.acompletion` and `litellm.aembedding`.

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

    def check(self, request: AnyRequest) -> None:
        """Refuse a request that could not be sent, without sending it.

        What keys its own providers need is known to litellm only, which says so at the
        first call, before it sends anything.

        Args:
            request: What would be asked.

        Raises:
            AuthenticationError: There is no key where one is needed.
            ConfigurationError: The address has a query.
        """
        _endpoint_of(request)

    async def send(self, request: LMRequest) -> LMResponse:
        """Ask once.

        Args:
            request: What to ask.

        Returns:
            The answer, not yet validated.

        Raises:
            LanguageModelError: The provider refused, failed, or could not be reached.
        """
        arguments = _chat_arguments(request, _endpoint_of(request))
        answer = await self._call("acompletion", arguments, request)
        told: Any = getattr(answer, "_hidden_params", {}).get("additional_headers")
        return read_completion(answer.model_dump(), request, told)

    async def stream(self, request: LMRequest) -> ChunkStream:
        """Ask once, for an answer that comes bit by bit.

        Args:
            request: What to ask.

        Returns:
            The pieces of the answer; to be closed by `aclose`.

        Raises:
            LanguageModelError: The provider refused, failed, or could not be reached.
        """
        arguments = {
            **_chat_arguments(request, _endpoint_of(request)),
            **STREAM_FIELDS,
        }
        answer = await self._call("acompletion", arguments, request)

        async def read() -> Iterable[LMChunk] | None:
            part = await self._ours(anext(answer, None), request)
            if part is None:
                return None
            chunk = _without_inventions(read_chunk(part.model_dump(), request), answer)
            return () if chunk.is_empty else (chunk,)

        return ReadStream(read, answer.aclose)

    async def embed(self, request: EMRequest) -> EMResponse:
        """Embed texts, in one request.

        Args:
            request: What to embed.

        Returns:
            One vector per text.

        Raises:
            LanguageModelError: The provider refused, failed, or could not be reached.
        """
        arguments = {
            **_arguments(request, _endpoint_of(request)),
            **embedding_body(request),
            "max_retries": _NO_RETRIES,
        }
        answer = await self._call("aembedding", arguments, request)
        return read_embeddings(answer.model_dump(), request)

    async def aclose(self) -> None:
        """Close what the running event loop has open."""
        await self._sessions.aclose()

    async def _call(self, name: str, arguments: JsonObject, request: AnyRequest) -> Any:
        if not self._loaded:
            await asyncio.to_thread(self.prepare)
        session = await self._sessions.get()
        function = getattr(self._loaded[0], name)

        async def ask() -> Any:
            sent = _with_a_key(self._loaded[0], arguments)
            return await function(shared_session=session, **sent)

        return await self._ours(ask(), request)

    async def _ours(self, step: Awaitable[Any], request: AnyRequest) -> Any:
        with self._quiet():
            return await translated(step, error_of_exception, request)

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
    # Otherwise litellm fetches its price list over the network when it is imported,
    # and a list of headers inside the first call to Anthropic, in which all wait.
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS", "True")
    try:
        import litellm
    except ImportError as error:
        msg = f"litellm cannot be imported ({error}). Install it: pip install litellm"
        raise MissingDependencyError(msg) from error
    return litellm


def _endpoint_of(request: AnyRequest) -> Endpoint:
    endpoint = endpoint_of(request)
    if "?" in (endpoint.api_base or ""):
        msg = (
            f"The address (`api_base`) of `{request.model}` has a query (`?...`), and "
            "litellm would put the path behind it. Pass `transport='direct'`, or what "
            "the query says as `extra_headers`."
        )
        raise ConfigurationError(msg)
    return endpoint


def _arguments(request: AnyRequest, endpoint: Endpoint) -> JsonObject:
    provider, _, name = request.model.partition("/")
    arguments: JsonObject = {
        "model": f"{endpoint.provider.litellm_prefix or provider}/{name}",
        "api_key": endpoint.api_key,
        "timeout": request.timeout_s,
        "max_retries": 0,
        "num_retries": 0,
        "drop_params": True,
    }
    if request.headers:
        arguments["extra_headers"] = dict(request.headers)
    if endpoint.api_base and not _is_litellms_own(endpoint):
        arguments["api_base"] = endpoint.api_base
        if endpoint.provider.key_variables:
            arguments["api_key"] = endpoint.api_key or _NO_KEY
    return arguments


def _with_a_key(litellm: Any, arguments: JsonObject) -> JsonObject:
    """Return arguments with what stands for a key where one must be and none is.

    litellm looks in the environment for the keys of providers that it alone knows. For
    those that speak OpenAI's language it then takes OpenAI's key, which is none of
    their business, and its client insists on one where the endpoint does not.
    """
    api_base = arguments.get("api_base")
    if arguments["api_key"] or not api_base:
        return arguments
    found = litellm.get_llm_provider(arguments["model"], api_base=api_base)
    provider, key = found[1:3]
    speaks_openai = provider in {*litellm.openai_compatible_providers, "custom_openai"}
    return {**arguments, "api_key": _NO_KEY} if speaks_openai and not key else arguments


def _chat_arguments(request: LMRequest, endpoint: Endpoint) -> JsonObject:
    _refuse_what_is_lost(request, endpoint.provider)
    body = with_effort(chat_body(request), request, is_direct=False)
    arguments = {**_arguments(request, endpoint), **body}
    if "tools" in arguments:
        # Otherwise litellm needs a package of its proxy to look at any tool.
        arguments["_skip_mcp_handler"] = True
    return arguments


def _refuse_what_is_lost(request: LMRequest, provider: Provider) -> None:
    """Refuse a question about a picture or a sound that would be sent without it.

    Raises:
        ConfigurationError: There is such a part.
    """
    contents = (message.get("content") for message in request.messages)
    for part in (part for content in contents if is_list(content) for part in content):
        kind: Any = part.get("type") if is_dict(part) else None
        if kind in provider.litellm_loses:
            msg = (
                f"litellm leaves parts of type {show(kind)} out of what it sends to "
                f"`{request.model}`. Ask another model, or an endpoint that speaks "
                "OpenAI's API with `transport='direct'`."
            )
            raise ConfigurationError(msg)


def _is_litellms_own(endpoint: Endpoint) -> bool:
    # litellm speaks Ollama's own API, at an address of its own.
    return endpoint.is_own and not endpoint.provider.litellm_prefix


def _without_inventions(chunk: LMChunk, answer: Any) -> LMChunk:
    """Return a chunk without what the provider did not say.

    litellm makes up a reason and an amount of tokens where a stream ends without.
    """
    if chunk.finish_reason and getattr(answer, "received_finish_reason", "") is None:
        chunk = replace(chunk, finish_reason=None)
    if chunk.usage:
        parts: list[Any] = getattr(answer, "chunks", [])
        told = [part.usage for part in parts if getattr(part, "usage", None)]
        usage = None if parts and not told else chunk.usage
        if len(told) == 1:
            usage = read_usage(told[0].model_dump())
        chunk = replace(chunk, usage=usage)
    return chunk


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
