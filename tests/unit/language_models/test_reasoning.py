"""How much to think, in the form of each provider."""

import pytest

from synalinks.language_models import LMRequest
from synalinks.language_models._reasoning import with_effort


def sent(model, effort, *, is_direct=True):
    request = LMRequest(model=model, messages=[])
    body = {"temperature": 0.0, "reasoning_effort": effort}
    out = with_effort(body, request, is_direct=is_direct)
    assert out.pop("temperature") == 0.0
    return out


@pytest.mark.parametrize(
    ("model", "effort", "form"),
    [
        ("openai/gpt-5", "minimal", {"reasoning_effort": "minimal"}),
        ("openai/gpt-5.1", "minimal", {"reasoning_effort": "low"}),
        ("openai/gpt-5.1", "disable", {"reasoning_effort": "none"}),
        ("openai/gpt-5", "none", {"reasoning_effort": "minimal"}),
        ("openai/o3", "none", {}),
        ("openai/o3", "max", {"reasoning_effort": "max"}),
        ("openai/o3", "xhigh", {"reasoning_effort": "high"}),
        ("openai/o3", "medium", {"reasoning_effort": "medium"}),
        ("openai/gpt-4o-mini", "medium", {}),
        ("openai/of-my-own", "xhigh", {"reasoning_effort": "xhigh"}),
        ("openrouter/any", "high", {"reasoning": {"effort": "high"}}),
        ("openrouter/any", "disable", {"reasoning": {"effort": "none"}}),
        ("groq/openai/gpt-oss-20b", "minimal", {"reasoning_effort": "low"}),
        ("groq/openai/gpt-oss-20b", "none", {}),
        (
            "groq/qwen/any",
            "low",
            {"reasoning_effort": "default", "reasoning_format": "parsed"},
        ),
        (
            "groq/qwen/any",
            "none",
            {"reasoning_effort": "none", "reasoning_format": "parsed"},
        ),
        ("vllm/any", "xhigh", {"reasoning_effort": "high"}),
        ("vllm/any", "none", {"chat_template_kwargs": {"enable_thinking": False}}),
        ("ollama/any", "none", {"reasoning_effort": "none"}),
        ("xai/any-mini", "medium", {"reasoning_effort": "high"}),
        ("xai/any-mini", "minimal", {"reasoning_effort": "low"}),
        ("xai/any", "low", {}),
        ("deepseek/deepseek-reasoner", "low", {}),
        ("mistral/magistral-medium-latest", "low", {}),
        ("together_ai/any", "low", {}),
        ("lm_studio/any", "low", {"reasoning_effort": "low"}),
    ],
)
def test_forms(model, effort, form):
    """Each provider is told in its own way, and only what it understands."""
    assert sent(model, effort) == form


@pytest.mark.parametrize(
    ("model", "effort", "form"),
    [
        ("anthropic/claude-sonnet-4-5", "disable", {"reasoning_effort": "none"}),
        ("gemini/gemini-2.5-flash", "low", {"reasoning_effort": "low"}),
        ("openrouter/any", "high", {"reasoning_effort": "high"}),
        ("openai/o3", "none", {}),
        ("openai/gpt-4o-mini", "low", {}),
    ],
)
def test_litellm_knows_the_forms(model, effort, form):
    """It is told in one way for all, without what the model would refuse."""
    assert sent(model, effort, is_direct=False) == form


def test_nothing_is_said_unless_asked():
    """No effort, no field."""
    body = {"temperature": 1.0}
    request = LMRequest(model="openai/gpt-5", messages=[])

    assert with_effort(body, request, is_direct=True) == body
