"""A call in the words of MLflow, so that its pages show chats, tokens and costs."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

from synalinks._internal.json import dumps
from synalinks._internal.shape import is_row
from synalinks.tracking import plain

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Usage
    from synalinks.hooks._call import Call

_SPAN_TYPES = {
    "sample": "TASK",
    "program": "CHAIN",
    "module": "CHAIN",
    "language_model": "CHAT_MODEL",
    "embedding_model": "EMBEDDING",
    "reward": "EVALUATOR",
}
_MODELS = ("language_model", "embedding_model")
_MAX_TRACEBACK_CHARS = 8_000


def span_of(call: Call) -> JsonObject:
    """Return a call that has ended as a span, its values as they are.

    Args:
        call: The call.
    """
    return {
        "id": call.id,
        "parent_id": call.parent_id,
        "name": call.name,
        "started_ns": call.started_ns,
        "ended_ns": call.ended_ns,
        "error": _error_of(call.exception),
        "attributes": _attributes_of(call),
    }


def _attributes_of(call: Call) -> JsonObject:
    attributes: JsonObject = {
        "mlflow.spanType": _SPAN_TYPES[call.kind],
        "synalinks.path": call.path,
        "synalinks.phase": call.phase,
        "synalinks.class": type(call.subject).__name__,
    }
    if call.sample_id is not None:
        attributes["synalinks.sample_id"] = call.sample_id
    if call.kind in _MODELS:
        return {**attributes, **_of_model(call)}
    attributes["mlflow.spanInputs"] = _unpacked(call.inputs)
    if call.exception is None:
        is_reward = call.kind == "reward"
        attributes["mlflow.spanOutputs"] = (
            _scores(call.outputs) if is_reward else call.outputs
        )
    return attributes


def _scores(found: Any) -> Any:
    if is_row(found):  # those of a whole batch
        return [_scores(one) for one in found]
    return found and {"reward": found.value, "feedback": found.feedback}


def _unpacked(inputs: Any) -> Any:
    return inputs[0] if is_row(inputs) and len(inputs) == 1 else inputs


def _of_model(call: Call) -> JsonObject:
    model = call.subject
    attributes: JsonObject = {
        "mlflow.message.format": "openai",
        "mlflow.llm.model": model.model.partition("/")[2] or model.model,
        "mlflow.llm.provider": model.provider,
        "mlflow.spanInputs": {**call.inputs, "model": model.model},
        "synalinks.calls": call.usage.calls,
        "synalinks.cache_hits": call.usage.cache_hits,
        **_usage(call.usage),
    }
    if call.exception is None and call.kind == "language_model":
        attributes["mlflow.spanOutputs"] = _answer(call.outputs)
        attributes["synalinks.finish_reason"] = call.outputs.finish_reason
    return attributes


def _usage(usage: Usage) -> JsonObject:
    tokens = {
        "input_tokens": usage.prompt_tokens,
        "output_tokens": usage.completion_tokens,
        "total_tokens": usage.tokens,
        "cache_read_input_tokens": usage.cached_tokens,
        "cache_creation_input_tokens": usage.cache_creation_tokens,
    }
    found: JsonObject = {"mlflow.chat.tokenUsage": tokens}
    if usage.cost_usd is not None:
        # What the two sides cost is not known apart: fees, discounts, cached tokens.
        found["mlflow.llm.cost"] = {"total_cost": usage.cost_usd}
    return found


def _answer(completion: Any) -> JsonObject:
    choice = {"index": 0, "message": answer_message(completion)}
    return {"choices": [{**choice, "finish_reason": completion.finish_reason}]}


def answer_message(completion: Any) -> JsonObject:
    """Return an answer as a message of a chat.

    Args:
        completion: What a language model answered.
    """
    value = completion.value
    if "role" in value and "content" in value:
        return plain(value)
    return {"role": "assistant", "content": dumps(value)}


def _error_of(error: BaseException | None) -> JsonObject | None:
    if error is None:
        return None
    lines = traceback.format_exception(error)
    return {
        "type": type(error).__name__,
        "text": str(error),
        "traceback": "".join(lines)[-_MAX_TRACEBACK_CHARS:],
    }
