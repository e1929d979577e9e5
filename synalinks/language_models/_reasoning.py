"""How much a model is to think, in the form of each provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synalinks.language_models._pricing import model_info
from synalinks.language_models._providers import provider_or_default

if TYPE_CHECKING:
    from collections.abc import Callable

    from synalinks._internal.json import JsonObject
    from synalinks.language_models._request import LMRequest

OFF = ("disable", "none")
_NEAREST = {"minimal": "low", "xhigh": "high"}


def with_effort(body: JsonObject, request: LMRequest, *, is_direct: bool) -> JsonObject:
    """Return a request's body with the effort as its provider understands it.

    It is left out for models that cannot think, as far as is known.

    Args:
        body: Fields of the request, with `reasoning_effort` as users give it.
        request: The request.
        is_direct: Whether the body goes to the provider as it is, not to litellm,
            which knows most forms by itself.
    """
    effort = body.get("reasoning_effort")
    if effort is None:
        return body
    bare = {key: value for key, value in body.items() if key != "reasoning_effort"}
    if not _can_think(request):
        return bare
    effort = "none" if effort in OFF else str(effort)
    form = _FORMS.get(request.provider, _as_it_is)
    if not is_direct and form not in _FOR_ALL_TRANSPORTS:
        form = _as_it_is
    return {**bare, **form(effort, request.model)}


def _can_think(request: LMRequest) -> bool:
    info = model_info(request.model)
    if info:
        return bool(info.get("supports_reasoning"))
    return provider_or_default(request.provider).is_reasoning


def _as_it_is(effort: str, model: str) -> JsonObject:
    del model
    return {"reasoning_effort": effort}


def _openai(effort: str, model: str) -> JsonObject:
    # Which levels a model knows is in the price list; others are refused.
    info = model_info(model)

    def knows(level: str) -> bool:
        return bool(info.get(f"supports_{level}_reasoning_effort"))

    if not info or effort in {"low", "medium", "high"} or knows(effort):
        return {"reasoning_effort": effort}
    if effort == "none":  # as little as there is
        return {"reasoning_effort": "minimal"} if knows("minimal") else {}
    return {"reasoning_effort": _NEAREST.get(effort, effort)}


def _openrouter(effort: str, model: str) -> JsonObject:
    del model
    return {"reasoning": {"effort": effort}}


def _groq(effort: str, model: str) -> JsonObject:
    if "qwen" in model:
        # Otherwise the thoughts come inside the text, which JSON mode refuses.
        switch = "none" if effort == "none" else "default"
        return {"reasoning_effort": switch, "reasoning_format": "parsed"}
    if effort == "none":
        return {}
    return {"reasoning_effort": _NEAREST.get(effort, effort)}


def _local(effort: str, model: str) -> JsonObject:
    del model
    if effort == "none":
        return {"chat_template_kwargs": {"enable_thinking": False}}
    return {"reasoning_effort": _NEAREST.get(effort, effort)}


def _ollama(effort: str, model: str) -> JsonObject:
    del model
    return {"reasoning_effort": _NEAREST.get(effort, effort)}


def _xai(effort: str, model: str) -> JsonObject:
    if "mini" not in model or effort == "none":  # they always think
        return {}
    low = effort in {"minimal", "low"}
    return {"reasoning_effort": "low" if low else "high"}


def _by_model(effort: str, model: str) -> JsonObject:
    del effort, model  # another model is asked instead
    return {}


_FORMS: dict[str, Callable[[str, str], JsonObject]] = {
    "openai": _openai,
    "azure": _openai,
    "openrouter": _openrouter,
    "groq": _groq,
    "vllm": _local,
    "hosted_vllm": _local,
    "sglang": _local,
    "mirai": _local,
    "ollama": _ollama,
    "ollama_chat": _ollama,
    "xai": _xai,
    "deepseek": _by_model,
    "mistral": _by_model,
}
_FOR_ALL_TRANSPORTS = (_openai,)
