"""`Monitor`: the hook that makes traces in MLflow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks.errors import ConfigurationError, show
from synalinks.hooks._hook import Hook
from synalinks.hooks._spans import span_of
from synalinks.hooks._trace_context import trace_facts
from synalinks.tracking import outbox_for, resolve_uri

if TYPE_CHECKING:
    from pathlib import Path

    from synalinks._internal.json import JsonObject
    from synalinks.hooks._call import Call
    from synalinks.tracking import Outbox

_TAG = "mlflow.traceTag."
_DEFAULT_EXPERIMENT = "Default"
_SAMPLING_DIGITS = 8
# Trees that are begun and never ended, as of samples of a run that was cut off.
_MAX_OPEN = 5_000


class Monitor(Hook):
    """Traces calls in MLflow: a trace per tree of calls, a span per call.

    In `fit`, `evaluate` and `predict` the tree is that of a sample, with the calls of
    its reward; elsewhere that of the outermost call. `enable_observability` adds one to
    every call.

    Args:
        tracking_uri: Address of the MLflow server or database; see
            `enable_observability`.
        experiment_name: Experiment of the traces; that of the run, or the name of the
            program, when None.
        sampling_rate: Share of the trees that are traced, between 0 and 1. Which ones
            does not depend on the data.

    Raises:
        ConfigurationError: An argument is out of its range.
    """

    def __init__(
        self,
        tracking_uri: str | Path | None = None,
        experiment_name: str | None = None,
        *,
        sampling_rate: float = 1.0,
    ) -> None:
        if not 0 <= sampling_rate <= 1:
            msg = f"`sampling_rate` is from 0 to 1, received: {show(sampling_rate)}."
            raise ConfigurationError(msg)
        self.outbox: Outbox = outbox_for(resolve_uri(tracking_uri))
        self.experiment_name = experiment_name
        self.sampling_rate = sampling_rate
        self._calls: dict[str, list[Call]] = {}

    def on_call_begin(
        self,
        call_id: str,
        parent_call_id: str | None = None,
        inputs: Any = None,
        kwargs: JsonObject | None = None,
    ) -> None:
        """Begin a tree, if the call is not part of one.

        Args:
            call_id: Identity of the call.
            parent_call_id: Identity of the call that it is part of.
            inputs: What it is called with.
            kwargs: Its keyword arguments.
        """
        call = self.call
        if call.parent_id is None and self._is_traced(call.trace_id):
            if len(self._calls) >= _MAX_OPEN:
                del self._calls[next(iter(self._calls))]
            self._calls[call.trace_id] = []

    def on_call_end(
        self,
        call_id: str,
        parent_call_id: str | None = None,
        outputs: Any = None,
        exception: BaseException | None = None,
    ) -> None:
        """Note the span; send the tree, if it is its outermost call.

        Args:
            call_id: Identity of the call.
            parent_call_id: Identity of the call that it is part of.
            outputs: What it returned.
            exception: Why it failed, or None.
        """
        call = self.call
        calls = self._calls.get(call.trace_id)
        if calls is not None:
            calls.append(call)
            if call.parent is None:
                del self._calls[call.trace_id]
                self._send(call, calls)
        elif call.root.ended_ns and self._is_traced(call.trace_id):
            self._send(call, [call])  # a stream that is read after its program has run

    def _is_traced(self, trace_id: str) -> bool:
        place = int(trace_id[:_SAMPLING_DIGITS], 16) / 16**_SAMPLING_DIGITS
        return place < self.sampling_rate

    def _send(self, last: Call, calls: list[Call]) -> None:
        state = context.trainer.get()
        tracked = None if state is None else state.tracked_run
        is_root = last.parent is None
        is_assessed = is_root and state is not None and state.stage == "evaluate"
        if tracked is not None:
            is_assessed = is_assessed and tracked.log_assessments
        entry: JsonObject = {
            "op": "trace",
            "run": tracked.key if tracked else None,
            "experiment": self._experiment_of(last.root, tracked),
            "trace_id": last.trace_id,
            "metadata": dict(trace_facts.get().metadata) if is_root else {},
            "assessments": _assessments(last) if is_assessed else [],
        }
        of_trace = _of_trace(last, state) if is_root else {}
        self.outbox.put_when_idle(
            lambda: {**entry, "spans": _spans_of(calls, of_trace)}
        )

    def _experiment_of(self, root: Call, tracked: Any) -> str:
        if self.experiment_name or tracked is not None:
            return self.experiment_name or tracked.experiment
        is_program = root.kind in {"sample", "program"}
        return root.name if is_program else _DEFAULT_EXPERIMENT


def _spans_of(calls: list[Call], of_trace: JsonObject) -> list[JsonObject]:
    spans = [span_of(call) for call in calls]
    spans[-1]["attributes"].update(of_trace)  # the outermost ends last
    return spans


def _of_trace(root: Call, state: Any) -> JsonObject:
    """Return what MLflow takes from the outermost span for the whole trace."""
    facts = trace_facts.get()
    tags = {"mlflow.traceName": root.name, "synalinks.phase": root.phase, **facts.tags}
    if root.sample_id is not None:
        tags["synalinks.sample_id"] = root.sample_id
    if state is not None:
        tags["synalinks.stage"] = state.stage
        tags["synalinks.epoch"] = str(state.epoch)
    found: JsonObject = {f"{_TAG}{name}": value for name, value in tags.items()}
    if facts.user_id is not None:
        found["user.id"] = facts.user_id
    if facts.session_id is not None:
        found["session.id"] = facts.session_id
    return found


def _assessments(root: Call) -> list[JsonObject]:
    reward, target = root.kwargs.get("reward"), root.kwargs.get("target")
    found: list[JsonObject] = []
    if reward is not None:
        found.append({"name": "reward", "value": reward, "is_expected": False})
    if target is not None:
        found.append({"name": "expected_output", "value": target, "is_expected": True})
    return found
