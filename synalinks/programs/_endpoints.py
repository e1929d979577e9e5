"""Addresses in files: a file must not decide where a user's key is sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict, is_list
from synalinks.errors import warn
from synalinks.language_models import LanguageModel
from synalinks.saving import get_registered_object

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject

# Settings that say where a request goes, by which way, or where answers are kept.
_SAYS_WHERE = re.compile(
    r"(^|_)(base|bases|url|urls|uri|endpoint|host|hosts|port|proxy|proxies|headers?|"
    r"account|region|project|location|deployment|credentials?|ssl|cert|socket|client|"
    r"dir|provider|profile|role|model_list|fallbacks)(_|$)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\w://|^//")
# Arguments by which our classes take a language model: a configuration may be bare.
_MODEL_ARGUMENTS = ("language_model", "fallback", "embedding_model", "lm")
_TEXTS = ("name", "description")


def without_endpoints(document: JsonObject, source: str) -> JsonObject:
    """Return a document whose language models have no addresses, and warn of those.

    Args:
        document: Form of a program.
        source: Where it came from, for the warning.
    """
    dropped: list[str] = []
    kept = _filtered(document, dropped)
    if dropped:
        names = ", ".join(f"`{name}`" for name in dict.fromkeys(dropped))
        warn(
            f"{names} of the language models in `{source}` was not used: a file that "
            "sets an address could send your API key there. If you trust the file, "
            "load it with `trust_endpoints=True`."
        )
    return kept


def _filtered(value: Any, dropped: list[str]) -> Any:
    if is_list(value):
        return [_filtered(part, dropped) for part in value]
    if not is_dict(value):
        return value
    if "class_name" not in value or "config" not in value:
        return {key: _filtered(part, dropped) for key, part in value.items()}
    if _is_language_model(value):
        return _cleaned(value, dropped)
    of_models = () if value["class_name"] == "__dict__" else _MODEL_ARGUMENTS
    return {
        key: _filtered_config(part, dropped, of_models)
        if key == "config"
        else _filtered(part, dropped)
        for key, part in value.items()
    }


def _filtered_config(config: Any, dropped: list[str], of_models: Sequence[str]) -> Any:
    if not is_dict(config):
        return _filtered(config, dropped)
    return {
        key: (_cleaned if key in of_models else _filtered)(part, dropped)
        for key, part in config.items()
    }


def _cleaned(model: Any, dropped: list[str]) -> Any:
    """Return the configuration of a language model without addresses, at any depth."""
    if is_list(model):
        return [_cleaned(part, dropped) for part in model]
    if not is_dict(model):
        return model
    kept: JsonObject = {}
    for key, part in model.items():
        if part is not None and _says_where(key, part):
            dropped.append(key)
        else:
            kept[key] = _cleaned(part, dropped)
    return kept


def _is_language_model(form: JsonObject) -> bool:
    names = (form.get("registered_name"), form["class_name"])
    found = [get_registered_object(name) for name in names if isinstance(name, str)]
    return form["class_name"] == "LanguageModel" or any(
        isinstance(one, type) and issubclass(one, LanguageModel) for one in found
    )


def _says_where(key: str, value: Any) -> bool:
    is_address = isinstance(value, str) and bool(_ADDRESS.search(value))
    return bool(_SAYS_WHERE.search(key)) or (is_address and key not in _TEXTS)
