"""From our records of calls to MLflow's traces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.json import digest, dumps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.tracking._client import Client
    from synalinks.tracking._open_run import OpenRun

_PREFIX = "tr-"
_NS_PER_MS = 1_000_000


def log_traces(client: Client, run: OpenRun | None, traces: Sequence[Any]) -> None:
    """Write traces, their spans in one request.

    The same trace may be sent twice: what is there is not doubled.

    Args:
        client: The store.
        run: The run that they belong to, if any.
        traces: Each has `experiment`, `spans`, `metadata` and `assessments`; they are
            of one experiment.
    """
    spans = [span for trace in traces for span in _spans_of(client.mlflow, trace)]
    if not client.collector.takes_all:
        _store(client, run, traces, spans)
    client.collector.export(spans)


def _store(
    client: Client, run: OpenRun | None, traces: Sequence[Any], spans: Sequence[Any]
) -> None:
    name: str = traces[0]["experiment"]
    experiment_id = client.experiment_id(name) if run is None else run.experiment_id
    tracing: Any = client.store._tracing_client  # noqa: SLF001 - it has no public name
    # Facts before spans: MLflow merges the facts of a trace that it has spans of row by
    # row, which takes it several times as long.
    for trace in traces:
        if trace["metadata"] or trace["assessments"]:
            tracing.start_trace(_info_of(client.mlflow, experiment_id, run, trace))
    tracing.log_spans(experiment_id, spans)
    if run is not None:
        trace_ids = [_PREFIX + trace["trace_id"] for trace in traces]
        client.store.link_traces_to_run(trace_ids, run.run_id)


def _spans_of(mlflow: Any, trace: JsonObject) -> Iterator[Any]:
    trace_id = _PREFIX + trace["trace_id"]
    for span in trace["spans"]:
        attributes = {"mlflow.traceRequestId": trace_id, **span["attributes"]}
        yield mlflow.entities.Span.from_dict(
            {
                "trace_id": trace_id,
                "span_id": span["id"],
                "parent_span_id": span["parent_id"],
                "name": span["name"],
                "start_time_unix_nano": span["started_ns"],
                "end_time_unix_nano": span["ended_ns"],
                "status": _status_of(span),
                "attributes": {key: dumps(value) for key, value in attributes.items()},
                "events": list(_events_of(span)),
            }
        )


def _status_of(span: JsonObject) -> JsonObject:
    error = span["error"]
    if error is None:
        return {"code": "STATUS_CODE_OK", "message": ""}
    return {"code": "STATUS_CODE_ERROR", "message": f"{error['type']}: {error['text']}"}


def _events_of(span: JsonObject) -> Iterator[JsonObject]:
    error = span["error"]
    if error is not None:
        yield {
            "name": "exception",
            "time_unix_nano": span["ended_ns"],
            "attributes": {
                "exception.type": error["type"],
                "exception.message": error["text"],
                "exception.stacktrace": error["traceback"],
            },
        }


def _info_of(
    mlflow: Any, experiment_id: str, run: OpenRun | None, trace: JsonObject
) -> Any:
    entities = mlflow.entities
    root = next(span for span in trace["spans"] if span["parent_id"] is None)
    started_ms = root["started_ns"] // _NS_PER_MS
    state = "OK" if root["error"] is None else "ERROR"
    metadata = dict(trace["metadata"])
    if run is not None:
        metadata["mlflow.sourceRun"] = run.run_id
    return entities.TraceInfo(
        trace_id=_PREFIX + trace["trace_id"],
        trace_location=entities.TraceLocation.from_experiment_id(experiment_id),
        request_time=started_ms,
        execution_duration=root["ended_ns"] // _NS_PER_MS - started_ms,
        state=entities.trace_state.TraceState(state),
        request_preview=_preview(root, "mlflow.spanInputs"),
        response_preview=_preview(root, "mlflow.spanOutputs"),
        trace_metadata=metadata,
        assessments=[_assessment(entities, trace, one) for one in trace["assessments"]],
    )


def _preview(root: JsonObject, attribute: str) -> str:
    return dumps(root["attributes"].get(attribute))[:1000]


def _assessment(entities: Any, trace: JsonObject, given: JsonObject) -> Any:
    trace_id = _PREFIX + trace["trace_id"]
    kind = entities.Expectation if given["is_expected"] else entities.Feedback
    made = kind(
        name=given["name"],
        value=given["value"],
        source=entities.AssessmentSource(source_type="CODE", source_id="synalinks"),
        trace_id=trace_id,
    )
    # One of its own, so that a second attempt replaces the first.
    made.assessment_id = f"a-{digest([trace_id, given['name']])}"
    return made
