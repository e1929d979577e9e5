"""From an answer to a value: complete, permitted, and valid, or an error."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from synalinks.errors import ContentRefusedError, InvalidOutputError, show
from synalinks.language_models._structured import plan_output
from synalinks.language_models._validation import parse_answer

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.language_models._request import LMRequest
    from synalinks.language_models._response import LMResponse


def read_value(response: LMResponse, request: LMRequest) -> JsonObject:
    """Return the value that a model answered.

    Args:
        response: What the transport delivered.
        request: What was asked.

    Returns:
        A JSON object that fits the request's schema; without a schema the answer as a
        chat message.

    Raises:
        ContentRefusedError: The model or a filter refused.
        InvalidOutputError: The answer was cut off or does not fit the schema.
    """
    if response.finish_reason in {"content_filter", "refusal"}:
        msg = f"`{request.model}` refused to answer: {show(response.content or '')}."
        raise ContentRefusedError(msg, model=request.model)
    if request.schema is None:
        return _chat_message(response)
    text = response.content or ""
    if response.finish_reason == "length":
        limit = request.params.get("max_tokens")
        msg = (
            f"The answer of `{request.model}` was cut off after "
            f"{response.usage.completion_tokens} tokens (`max_tokens={limit}`). Allow "
            "more, or ask for less."
        )
        raise InvalidOutputError(msg, model=request.model, answer=text)
    return parse_answer(
        text,
        request.schema,
        model=request.model,
        may_drop_nulls=partial(_made_all_required, request),
    )


def _made_all_required(request: LMRequest) -> bool:
    plan = plan_output(request.schema or {}, request.provider)
    return plan.strategy == "strict_json_schema"


def _chat_message(response: LMResponse) -> JsonObject:
    message: JsonObject = {"role": "assistant", "content": response.content}
    if response.reasoning_content:
        message["reasoning_content"] = response.reasoning_content
    if response.thinking_blocks:
        message["thinking_blocks"] = list(response.thinking_blocks)
    if response.tool_calls:
        message["tool_calls"] = list(response.tool_calls)
    return message
