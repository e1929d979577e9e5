"""The question after an invalid answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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

    Args:
        request: What was asked.
        error: What is wrong with the answer.
    """
    turn: list[JsonObject] = [
        {"role": "assistant", "content": error.answer},
        {
            "role": "user",
            "content": (
                f"That answer is not valid: {error} Answer again, with nothing but "
                "JSON that fits the schema."
            ),
        },
    ]
    return replace(request, messages=[*request.messages, *turn])
