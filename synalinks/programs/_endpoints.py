"""Models in files: a file must not decide where prompts and keys are sent."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict, is_list
from synalinks.errors import (
    ConfigurationError,
    UntrustedEndpointError,
    did_you_mean,
    show,
)
from synalinks.language_models import ProviderModel
from synalinks.saving import get_registered_object

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synalinks._internal.json import JsonObject

# Settings that say where a request goes, by which way, or where answers are kept.
_SAYS_WHERE = re.compile(
    r"(^|_)(base|bases|url|urls|uri|endpoint|host|hosts|port|proxy|proxies|headers?|"
    r"account|region|project|location|deployment|credentials?|ssl|cert|socket|client|"
    r"dir|provider|profile|role|model_list|fallbacks)(_|$)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\w://|^//")
# Arguments by which our classes take a model: a configuration may be bare.
_MODEL_ARGUMENTS = ("language_model", "fallback", "embedding_model", "lm")
_MODEL_CLASSES = ("LanguageModel", "EmbeddingModel")
_TEXTS = ("name", "description")
_UNKNOWN = "of unknown name"


def with_models(
    document: JsonObject,
    source: str,
    models: Mapping[str, ProviderModel] | None,
    *,
    trust_endpoints: bool,
) -> JsonObject:
    """Return a document with the user's models in place of those that it names.

    Args:
        document: Form of a program.
        source: Where it came from, for messages.
        models: The user's models, by the identifiers of those that they replace.
        trust_endpoints: Whether the models of the document may have addresses.

    Raises:
        UntrustedEndpointError: A model that stays says where its calls go.
        ConfigurationError: `models` names one that the document does not have.
    """
    visit = _Visit(_checked_models(models))
    changed = visit.part(document)
    for identifier in visit.given:
        if identifier not in visit.met:
            msg = (
                f"`models` has {show(identifier)}, which `{source}` does not name."
                f"{did_you_mean(identifier, visit.met)} Its models: "
                f"{show(sorted(visit.met))}."
            )
            raise ConfigurationError(msg)
    if visit.endpoints and not trust_endpoints:
        error = _refusal(source, visit.endpoints)
        raise error
    return changed


def _checked_models(models: Any) -> Mapping[str, ProviderModel]:
    given: Any = {} if models is None else models
    if not is_dict(given) or not all(
        isinstance(model, ProviderModel) for model in given.values()
    ):
        msg = (
            "`models` is a dict of models by the identifiers of those that they "
            "replace, such as {'openai/x': synalinks.LanguageModel('openai/x')}, "
            f"received: {show(models)}."
        )
        raise ConfigurationError(msg)
    return given


@dataclass(frozen=True, slots=True)
class _Endpoint:
    model: str
    key: str
    value: Any

    def __str__(self) -> str:
        value = f" = {show(self.value)}" if isinstance(self.value, str) else ""
        return f"`{self.key}`{value} of the model {self.model}"


def _refusal(source: str, endpoints: Sequence[_Endpoint]) -> UntrustedEndpointError:
    named = "; ".join(map(str, dict.fromkeys(map(str, endpoints))))
    model = next((e.model for e in endpoints if e.model != _UNKNOWN), "'provider/x'")
    msg = (
        f"`{source}` says where calls go: {named}. It could be anybody's: nothing was "
        "loaded, and nothing was sent. If you trust the file, pass "
        "`trust_endpoints=True`; else give your own model: "
        f"`models={{{model}: synalinks.LanguageModel({model}, ...)}}`."
    )
    return UntrustedEndpointError(msg, keys=[endpoint.key for endpoint in endpoints])


@dataclass(slots=True)
class _Visit:
    """One walk through a document: its models, and where these say that calls go."""

    given: Mapping[str, ProviderModel]
    met: dict[str, None] = field(default_factory=dict[str, None])
    endpoints: list[_Endpoint] = field(default_factory=list[_Endpoint])

    def part(self, value: Any) -> Any:
        """Return a part of the document, which may be anything."""
        if is_list(value):
            return [self.part(one) for one in value]
        if not is_dict(value):
            return value
        if "class_name" not in value or "config" not in value:
            return {key: self.part(one) for key, one in value.items()}
        if _is_model(value):
            return self.model(value)
        of_models = () if value["class_name"] == "__dict__" else _MODEL_ARGUMENTS
        return {
            key: self._arguments(one, of_models) if key == "config" else self.part(one)
            for key, one in value.items()
        }

    def _arguments(self, config: Any, of_models: Sequence[str]) -> Any:
        if not is_dict(config):
            return self.part(config)
        return {
            key: self.model(one) if key in of_models else self.part(one)
            for key, one in config.items()
        }

    def model(self, form: Any) -> Any:
        """Return what stands where a model is expected: a form, arguments, a name."""
        arguments: Any = form.get("config", form) if is_dict(form) else form
        identifier = arguments.get("model") if is_dict(arguments) else form
        if not isinstance(identifier, str):
            return self._setting(form, _UNKNOWN)
        self.met[identifier] = None
        if identifier in self.given:
            return self.given[identifier]
        return self._setting(form, repr(identifier))

    def _setting(self, value: Any, model: str) -> Any:
        """Return a setting of a model, at any depth, and note where calls go."""
        if is_list(value):
            return [self._setting(one, model) for one in value]
        if not is_dict(value):
            return value
        for key, one in value.items():
            if one is not None and _says_where(key, one):
                self.endpoints.append(_Endpoint(model, key, one))
        return {
            key: (
                self.model(one)
                if key in _MODEL_ARGUMENTS
                else self._setting(one, model)
            )
            for key, one in value.items()
        }


def _is_model(form: JsonObject) -> bool:
    names = (form.get("registered_name"), form["class_name"])
    found = [get_registered_object(name) for name in names if isinstance(name, str)]
    return form["class_name"] in _MODEL_CLASSES or any(
        isinstance(one, type) and issubclass(one, ProviderModel) for one in found
    )


def _says_where(key: str, value: Any) -> bool:
    is_address = isinstance(value, str) and bool(_ADDRESS.search(value))
    return bool(_SAYS_WHERE.search(key)) or (is_address and key not in _TEXTS)
