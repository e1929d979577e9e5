"""Where a request goes, and with which key."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from synalinks._internal.shape import is_dict, is_list
from synalinks.errors import AuthenticationError, ConfigurationError, show
from synalinks.language_models._providers import (
    Provider,
    first_set,
    provider_or_default,
)
from synalinks.language_models._redaction import holds_schemas, is_secret_name
from synalinks.language_models._request import AnyRequest  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HTTP = re.compile(r"https?://[^/]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Address and key for one request."""

    provider: Provider
    """Row of the provider table."""
    api_base: str | None = field(repr=False)
    """Address; None where only the transport knows it."""
    api_key: str | None = field(repr=False)
    """Key, or None."""
    is_own: bool
    """Whether the address is the provider's own, not one that the user gave."""


def endpoint_of(request: AnyRequest) -> Endpoint:
    """Return where a request goes: as the user says, else the environment, the table.

    Args:
        request: The request.

    Raises:
        AuthenticationError: The provider's own address needs a key; there is none. Or
            there are two.
    """
    provider = provider_or_default(request.provider)
    api_base = request.api_base or first_set(provider.base_variables)
    check_address(api_base, request.model)
    api_key = request.api_key or first_set(provider.key_variables)
    if _has_two_keys(api_base, api_key, request.headers):
        raise AuthenticationError(_two_keys(request.model), model=request.model)
    api_base = (api_base or provider.api_base or "").rstrip("/") or None
    is_own = api_base == provider.api_base
    if api_base and provider.litellm_prefix == "ollama_chat":
        api_base = _with_version(api_base)
    if api_key and not _is_one_line(api_key):
        msg = (
            f"The key for `{request.model}` has a line break or another character that "
            "no HTTP header takes. A key that is read from a file may need `.strip()`."
        )
        raise AuthenticationError(msg, model=request.model)
    if is_own and provider.key_variables and not (api_key or provider.is_local):
        msg = (
            f"No key for `{request.model}`: set `{provider.key_variables[0]}` in the "
            "environment or pass `api_key=`."
        )
        raise AuthenticationError(msg, model=request.model)
    return Endpoint(
        provider=provider, api_base=api_base, api_key=api_key, is_own=is_own
    )


def check_address(api_base: str | None, model: str) -> None:
    """Refuse an address that no HTTP client can reach, before anything is sent.

    Args:
        api_base: What the user gave, as an argument or in the environment.
        model: Whose address it is, for the message.

    Raises:
        ConfigurationError: It is no address of HTTP.
    """
    if api_base is None:
        return
    wanted = _wanted_of(api_base)
    if wanted is not None:
        shown = api_base.rpartition("@")[2].partition("?")[0]  # without what is secret
        msg = (
            f"The address (`api_base`) of `{model}` {wanted}, received: {show(shown)}."
        )
        raise ConfigurationError(msg)


@lru_cache(maxsize=64)  # each call asks for the same few
def _wanted_of(api_base: str) -> str | None:
    """Return what an address lacks that an HTTP client needs; None if nothing."""
    if not _HTTP.match(api_base):
        return "begins with `http://` or `https://`"
    try:
        parts = urlsplit(api_base)
        is_whole = bool((parts.hostname or "").encode("idna")) and parts.port != 0
    except ValueError:  # of the brackets, of the port, or of the name
        is_whole = False
    return None if is_whole else "has the name of a host, and a port only as a number"


def check_one_key(api_base: str | None, params: Mapping[str, Any], model: str) -> None:
    """Refuse a key beside the user of an address: one request takes only one of them.

    Args:
        api_base: Address of the endpoint, or None.
        params: Parameters of a model, with its key and headers.
        model: Whose they are, for the message.

    Raises:
        ConfigurationError: Both are given.
    """
    headers = params.get("extra_headers") or params.get("headers") or ()
    if _has_two_keys(api_base, params.get("api_key"), headers):
        raise ConfigurationError(_two_keys(model))


def _has_two_keys(
    api_base: str | None, api_key: str | None, headers: Iterable[str]
) -> bool:
    if api_base is None or "@" not in urlsplit(api_base).netloc:
        return False
    return bool(api_key) or "authorization" in map(str.lower, headers)


def _two_keys(model: str) -> str:
    return (
        f"The address (`api_base`) of `{model}` has a user, and there is a key as "
        "well: one request takes only one of them."
    )


def check_credentials(params: Mapping[str, Any], owner: str) -> None:
    """Refuse keys and headers that cannot be sent, without showing them.

    Args:
        params: Parameters of a model or a call.
        owner: What was given them, for messages.

    Raises:
        ConfigurationError: A key is no text, or headers are no texts by name.
    """
    key = params.get("api_key")
    if key is not None and not isinstance(key, str):
        msg = f"`api_key` of {owner} is a text, received: {_type_of(key)}."
        raise ConfigurationError(msg)
    for name in ("extra_headers", "headers"):
        wrong = _wrong_header(params.get(name) or {})
        if wrong is not None:
            msg = (
                f"`{name}` of {owner} is a dict of texts of one line by the name of "
                f"the HTTP header, received: {wrong}."
            )
            raise ConfigurationError(msg)


def _wrong_header(headers: Any) -> str | None:
    if not isinstance(headers, Mapping):
        return _type_of(headers)
    pairs = cast("Mapping[Any, Any]", headers).items()
    wrong = (pair for pair in pairs if not _is_header(pair))
    return next((f"{_type_of(value)} as {show(name)}" for name, value in wrong), None)


def _is_header(pair: tuple[Any, Any]) -> bool:
    return all(isinstance(part, str) and _is_one_line(part) for part in pair)


def _is_one_line(text: str) -> bool:
    return text.isprintable()


def _type_of(value: object) -> str:
    return f"a value of type `{type(value).__name__}`"


def _with_version(api_base: str) -> str:
    # Users of Ollama give the address of its own API; the compatible one is at `/v1`.
    return api_base if urlsplit(api_base).path else f"{api_base}/v1"


def secrets_of(request: AnyRequest) -> list[str]:
    """Return every text that must not appear in a message about a request.

    Args:
        request: The request.
    """
    secrets = [request.api_key]
    # litellm takes keys from the environment by itself, under names of its own.
    secrets += [value for name, value in os.environ.items() if _is_secret_there(name)]
    for name, value in request.headers.items():
        if is_secret_name(name):
            secrets += [value, value.rpartition(" ")[2]]
    secrets += _secrets_in(dict(request.params))
    if request.api_base:
        parts = urlsplit(request.api_base)
        secrets += [parts.username, parts.password, parts.query]
        secrets += [unquote(parts.username or ""), unquote(parts.password or "")]
        secrets += [value for _, value in parse_qsl(parts.query)]
        secrets += [pair.partition("=")[2] for pair in parts.query.split("&")]
    return sorted((secret for secret in secrets if secret), key=len, reverse=True)


def _is_secret_there(variable: str) -> bool:
    # Shells keep the working directory in `PWD`: it is no password.
    return variable != "PWD" and is_secret_name(variable)


def _secrets_in(value: Any, *, is_secret: bool = False) -> Iterator[str]:
    if is_dict(value):
        for name, part in value.items():
            if holds_schemas(str(name), part):
                continue
            of_name = is_secret or is_secret_name(str(name))
            yield from _secrets_in(part, is_secret=of_name)
    elif is_list(value):
        for part in value:
            yield from _secrets_in(part, is_secret=is_secret)
    elif isinstance(value, str) and is_secret:
        yield value
