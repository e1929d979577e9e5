"""What language and embedding models have in common: identity, counters, config."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, ClassVar

from synalinks._internal.checks import check_count, check_real
from synalinks._internal.naming import unique_name
from synalinks._internal.shape import is_dict
from synalinks.errors import ConfigurationError
from synalinks.language_models._endpoint import (
    check_address,
    check_credentials,
    check_one_key,
)
from synalinks.language_models._ledger import UsageLedger
from synalinks.language_models._providers import (
    Provider,
    provider_or_default,
    split_identifier,
)
from synalinks.language_models._redaction import (
    holds_schemas,
    is_secret_name,
    without_secret_parts,
    without_secrets,
)
from synalinks.saving import Configurable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from synalinks._internal.json import JsonObject

_SHORTEST_S = 0.001
_NOT_PARAMS = ("api_key", "extra_headers", "headers")
_RETRY = "`retry=` when the model is made says how many requests a call may take"
_ADDRESS = "`api_base=` when the model is made says where it is"
_TIMEOUT = "`timeout=` when the model is made says how long a call may take"
# What the library says itself to a provider, and what says it to the library. These
# names would go into the request beside it, or instead of it.
_RESERVED = {
    "stream": "`streaming=True` of a call gives its answer while it arrives",
    "n": "each call gives one answer: call the model several times",
    "model": "a model is another object: its name is what it is made with",
    "messages": "the messages are the first argument of a call",
    "input": "the texts are the first argument of a call",
    "api_base": _ADDRESS,
    "base_url": _ADDRESS,
    "timeout": _TIMEOUT,
    "request_timeout": _TIMEOUT,
    "retry": _RETRY,
    "num_retries": _RETRY,
    "max_retries": _RETRY,
}
# What some of them may be all the same: it changes nothing.
_HARMLESS = {"stream": False, "n": 1}


class ProviderModel(Configurable):
    """A model of some provider: its name, its counters, its configuration.

    Args:
        model: Full identifier, `"provider/name"`.
        api_base: Address of the endpoint, or None.
        name: Name of the model, in logs; made up if None.
        default_kwargs: Parameters of every call.

    Raises:
        ConfigurationError: The identifier does not have that form, the address is none
            of HTTP, a key or a header is no text, there are two keys, or a parameter
            is one that the library sends itself.
    """

    shared_on_load: ClassVar[bool] = True
    called: ClassVar[str]
    """What one is called in messages."""
    example: ClassVar[str]
    """Identifier of one, for messages."""
    fallback: Any
    """The model to ask when this one fails for good, or None."""
    _caller: Any  # one of two classes, which know this one's parts

    def __init__(
        self,
        model: str | None,
        api_base: str | None,
        name: str | None,
        default_kwargs: JsonObject,
    ) -> None:
        self.provider: str = split_identifier(model)[0]
        check_address(api_base, str(model))
        owner = f"`{type(self).__name__}({model!r})`"
        _check_names(default_kwargs, owner)
        check_credentials(default_kwargs, owner)
        check_one_key(api_base, default_kwargs, str(model))
        # What belongs to this process.
        self._of_process = [
            name
            for name in ("transport", "hooks")
            if not isinstance(self._arguments.get(name), str)
            and self._arguments.pop(name, None)
        ]
        self.model: str = str(model)
        self.api_base = api_base
        self.name: str = name or unique_name(type(self).__name__)
        self.default_kwargs = default_kwargs
        self._ledger = UsageLedger()

    @property
    def ledger(self) -> UsageLedger:
        """All counters, and the gates that calls must pass."""
        return self._ledger

    def twin(self) -> Self:
        """Return the same model with counters and gates of its own.

        Both share the limit on calls in flight, connections and kept answers. Runs
        beside each other have a twin each, so that it is known what each has taken.
        """
        twin, ledger = copy.copy(self), UsageLedger()
        vars(twin).update(
            _ledger=ledger,
            _caller=self._caller.counting_in(ledger),
            fallback=self.fallback and self.fallback.twin(),
        )
        return twin

    def share_limit(self, other: ProviderModel) -> None:
        """Count calls in flight together with another object of the same model.

        Args:
            other: The other object.
        """
        self._caller.limits = other._caller.limits

    def provider_info(self) -> Provider:
        """Return the row of the provider table for this model."""
        return provider_or_default(self.provider)

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

    def get_config(self) -> JsonObject:
        """Return the constructor's arguments as JSON, without any secret."""
        return without_secret_parts(super().get_config())

    def unsaved_arguments(self) -> list[str]:
        """Return the arguments that are there and not in `get_config`, by name.

        Those are keys and other secrets, hooks, and a transport of the user's own.
        """
        found = [*self._of_process, *_secrets_in(self.default_kwargs)]
        if self.api_base and self.api_base != without_secrets(self.api_base):
            found.append("api_base")
        if isinstance(self.fallback, ProviderModel):
            others = self.fallback.unsaved_arguments()
            found += [f"fallback.{name}" for name in others]
        return found

    def _request_fields(self, params: Mapping[str, Any]) -> JsonObject:
        """Return what every request needs: parameters, address, key and headers."""
        if params:
            owner = f"a call of `{self.model}`"
            _check_names(params, owner)
            check_credentials(params, owner)
        merged = {**self.default_kwargs, **params}
        return {
            "model": self.model,
            "params": {
                key: value
                for key, value in merged.items()
                if value is not None and key not in _NOT_PARAMS
            },
            "api_base": self.api_base,
            "api_key": merged.get("api_key"),
            "headers": merged.get("extra_headers") or merged.get("headers") or {},
        }


def _check_names(params: Mapping[str, Any], owner: str) -> None:
    """Refuse parameters that the library sends itself.

    Raises:
        ConfigurationError: There is one.
    """
    for name, value in params.items():
        if name not in _RESERVED or value is None:
            continue
        if name not in _HARMLESS or value != _HARMLESS[name]:
            msg = f"`{name}` is no parameter of {owner}: {_RESERVED[name]}."
            raise ConfigurationError(msg)


def check_call_settings(
    *, timeout: Any, retry: Any, retry_max_wait: Any, max_concurrency: Any
) -> None:
    """Refuse what would end each call, before the first one is made.

    Args:
        timeout: Seconds that a call may take, or None.
        retry: Requests of one call at most; 0 is taken for 1.
        retry_max_wait: Seconds between two of them at most.
        max_concurrency: Calls in flight at most, or None.

    Raises:
        ConfigurationError: One of them is no such number.
    """
    check_real("timeout", timeout, at_least=_SHORTEST_S, may_be_none=True)
    check_count("retry", retry)
    check_real("retry_max_wait", retry_max_wait, at_least=0)
    if max_concurrency is not None:
        check_count("max_concurrency", max_concurrency, at_least=1)


def _secrets_in(value: JsonObject) -> list[str]:
    found: list[str] = []
    for key, part in value.items():
        if is_secret_name(key):
            found.append(key)
        elif is_dict(part) and not holds_schemas(key, part):
            found += [f"{key}.{name}" for name in _secrets_in(part)]
    return found
