"""Rollouts as JSON and back: what an optimizer has measured outlives its process."""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any

from synalinks._internal.json import digest
from synalinks._internal.shape import is_dict, is_row
from synalinks.contracts._records import CallRecord, Failure, Rollout, Usage
from synalinks.data_models import JsonDataModel, is_data_model, json_of, schema_of
from synalinks.errors import show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject

_MAX_CHARS, _MAX_PARTS, _MAX_DEPTH = 1500, 20, 4


def rollout_to_json(rollout: Rollout, schemas: dict[str, JsonObject]) -> JsonObject:
    """Return a rollout as JSON, without inputs and target: those are the sample's.

    Values of the rollout stay parts of it: it is to be written, not to be changed.

    Args:
        rollout: The rollout.
        schemas: Where schemas of outputs are noted, once each, by digest.
    """
    return {
        "sample_id": rollout.sample_id,
        "draw": rollout.draw,
        "output": _packed(rollout.output, schemas),
        "calls": [_call_to_json(call) for call in rollout.calls],
        "failure": asdict(rollout.failure) if rollout.failure else None,
        "reward": rollout.reward,
        "feedback": rollout.feedback,
        "module_feedback": dict(rollout.module_feedback or {}) or None,
        "spent": asdict(rollout.spent) if rollout.spent else None,
    }


def sample_to_json(rollout: Rollout) -> JsonObject:
    """Return inputs and target of a rollout as JSON for people to read, cut where long.

    Args:
        rollout: The rollout.
    """
    return {"inputs": _readable(rollout.inputs), "target": _readable(rollout.target)}


def _readable(value: Any, depth: int = 0) -> Any:
    if is_data_model(value):
        value = json_of(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        n_more = len(value) - _MAX_CHARS
        return f"{value[:_MAX_CHARS]}… ({n_more} more)" if n_more > 0 else value
    if depth < _MAX_DEPTH and is_row(value):
        return [_readable(one, depth + 1) for one in value[:_MAX_PARTS]]
    if depth < _MAX_DEPTH and is_dict(value):
        parts = islice(value.items(), _MAX_PARTS)
        return {str(key): _readable(one, depth + 1) for key, one in parts}
    return show(value)


def rollout_from_json(
    state: Mapping[str, Any], schemas: Mapping[str, JsonObject]
) -> Rollout:
    """Return the rollout that `rollout_to_json` described; its inputs are None.

    Args:
        state: What `rollout_to_json` returned.
        schemas: Schemas of outputs by digest.
    """
    fields: JsonObject = {
        **state,
        "inputs": None,
        "output": _unpacked(state["output"], schemas),
        "calls": tuple(_call(call) for call in state["calls"]),
        "failure": Failure(**state["failure"]) if state["failure"] else None,
        "spent": Usage(**state["spent"]) if state.get("spent") else None,
    }
    return Rollout(**fields)


def _call_to_json(call: CallRecord) -> JsonObject:
    fields = {name: getattr(call, name) for name in _CALL}
    return {**fields, "usage": call.usage.as_json()}


_CALL = CallRecord.__dataclass_fields__


def _call(state: JsonObject) -> CallRecord:
    fields: JsonObject = {**state, "usage": Usage(**state["usage"])}
    return CallRecord(**fields)


def _packed(output: Any, schemas: dict[str, JsonObject]) -> Any:
    if is_row(output):
        return [_packed(part, schemas) for part in output]
    if is_dict(output):
        return {"parts": {key: _packed(part, schemas) for key, part in output.items()}}
    if not is_data_model(output):
        return None
    schema = schema_of(output)
    key = digest(schema)
    schemas[key] = schema
    return {"schema": key, "value": json_of(output)}


def _unpacked(packed: Any, schemas: Mapping[str, JsonObject]) -> Any:
    if is_row(packed):
        return tuple(_unpacked(part, schemas) for part in packed)
    if packed is None:
        return None
    if "parts" in packed:
        parts = packed["parts"].items()
        return {key: _unpacked(part, schemas) for key, part in parts}
    return JsonDataModel(schemas[packed["schema"]], packed["value"])
