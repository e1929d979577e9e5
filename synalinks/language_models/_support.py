"""What the price list says that a model can do."""

from __future__ import annotations

from synalinks.language_models._pricing import model_info


def supports_reasoning(model: str) -> bool:
    """Return whether the price list says that a model can reason.

    Args:
        model: Its full identifier, such as `"openai/gpt-4o-mini"`.
    """
    return bool(model_info(model).get("supports_reasoning"))


def supports_vision(model: str) -> bool:
    """Return whether the price list says that a model takes images.

    Args:
        model: Its full identifier, such as `"openai/gpt-4o-mini"`.
    """
    return bool(model_info(model).get("supports_vision"))


def supports_audio(model: str) -> bool:
    """Return whether the price list says that a model takes audio.

    Args:
        model: Its full identifier, such as `"openai/gpt-4o-mini"`.
    """
    return bool(model_info(model).get("supports_audio_input"))
