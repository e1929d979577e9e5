"""The question after an invalid answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.errors import InvalidOutputError
    from synalinks.language_models._request import LMRequest
    from synalinks.language_models._response import LMResponse


def is_worth_asking_again(response: LMResponse) -> bool:
    """Return whether the same model may do better when it is told what was wrong.

    Args:
        response: An invalid answer. One that was cut off would be cut off again: the
            limit that it met is the user's.
    """
    return response.finish_reason != "length"


def asked_again(request: LMRequest, error: InvalidOutputError) -> LMRequest:
    """Return a request that shows the model its answer, and what is wrong with it.

    An empty answer is not shown.

    Args:
        request: What was asked.
        error: What is wrong with the answer.
    """
    said = (
        f"That answer is not valid: {error} Answer again, with nothing but JSON that "
        "fits the schema."
    )
    if not error.answer.strip():
        return replace(request, messages=_with_words(request.messages, said))
    turn: list[JsonObject] = [
        {"role": "assistant", "content": error.answer},
        {"role": "user", "content": said},
    ]
    return replace(request, messages=[*request.messages, *turn])


def _with_words(messages: Sequence[JsonObject], said: str) -> list[JsonObject]:
    """Return messages that end with words of the user.

    Mistral refuses an empty answer among them, and the templates of some local models
    two turns of the user in a row.
    """
    *before, last = messages
    content: Any = last.get("content")
    if last.get("role") == "user" and isinstance(content, str):
        return [*before, {**last, "content": f"{content}\n\n{said}"}]
    if last.get("role") == "user" and is_list(content):
        part = {"type": "text", "text": said}
        return [*before, {**last, "content": [*content, part]}]
    return [*messages, {"role": "user", "content": said}]
