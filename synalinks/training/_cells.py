"""What was measured, as JSON: a run saves each cell once, however often it saves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.json import digest
from synalinks._internal.shape import is_dict, is_row
from synalinks.contracts import CallRecord, Failure, Rollout, Usage
from synalinks.data_models import DataModel, JsonDataModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from synalinks._internal.json import JsonObject
    from synalinks.training._samples import Sample

_USAGE = tuple(Usage.__dataclass_fields__)
_CALL = tuple(CallRecord.__dataclass_fields__)
_FAILURE = tuple(Failure.__dataclass_fields__)


class NotSavableError(Exception):
    """The output of a program is nothing that JSON can hold."""


def to_cell(candidate: str, rollout: Rollout, schemas: JsonObject) -> JsonObject:
    """Return a measured cell as JSON, without what the data give.

    Args:
        candidate: Digest of the candidate.
        rollout: What was measured.
        schemas: Takes the schemas of the outputs, by digest.

    Raises:
        NotSavableError: The output is no data model.
    """
    failure = rollout.failure
    return {
        "candidate": candidate,
        "sample": rollout.sample_id,
        "reward": rollout.reward,
        "output": _to_json(rollout.output, schemas),
        "failure": None if failure is None else _fields(failure, _FAILURE),
        "calls": [
            {**_fields(call, _CALL), "usage": _fields(call.usage, _USAGE)}
            for call in rollout.calls
        ],
    }


def from_cell(
    cell: JsonObject, sample: Sample, schema_of: Callable[[str], Any]
) -> Rollout:
    """Return what was measured.

    Args:
        cell: What `to_cell` returned.
        sample: The sample that it was measured on.
        schema_of: Returns a schema by its digest.
    """
    calls: list[CallRecord] = []
    for call in cell["calls"]:
        fields: JsonObject = {**call, "usage": Usage(**call["usage"])}
        calls.append(CallRecord(**fields))
    return Rollout(
        sample_id=sample.id,
        inputs=sample.x,
        target=sample.y,
        output=_from_json(cell["output"], schema_of),
        calls=tuple(calls),
        failure=Failure(**cell["failure"]) if cell["failure"] else None,
        reward=cell["reward"],
    )


def _fields(record: Any, names: tuple[str, ...]) -> JsonObject:
    # `asdict` would copy all that is in them.
    return {name: getattr(record, name) for name in names}


def _to_json(output: Any, schemas: JsonObject) -> Any:
    if output is None:
        return None
    if isinstance(output, DataModel):
        output = output.to_json_data_model()
    if isinstance(output, JsonDataModel):
        schema = output.__synalinks_schema__()
        name = digest(schema)
        schemas[name] = schema
        return {"schema": name, "json": output.__synalinks_json__()}
    if is_row(output):
        return {"list": [_to_json(part, schemas) for part in output]}
    if is_dict(output):
        return {"dict": {key: _to_json(part, schemas) for key, part in output.items()}}
    raise NotSavableError


def _from_json(kept: Any, schema_of: Callable[[str], Any]) -> Any:
    if kept is None:
        return None
    if "schema" in kept:
        return JsonDataModel(schema=schema_of(kept["schema"]), json=kept["json"])
    if "list" in kept:
        return [_from_json(part, schema_of) for part in kept["list"]]
    return {key: _from_json(part, schema_of) for key, part in kept["dict"].items()}
