"""The door to MLflow: the only file that imports it, in a process of its own."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from synalinks.tracking._faults import Refused
from synalinks.tracking._open_run import BEGUN, OpenRun, is_superseded_by
from synalinks.tracking._otlp import Collector

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from synalinks._internal.json import JsonObject

RUN_KEY = "synalinks.run_key"
PARENT_KEY = "synalinks.parent_key"

_PARENT_ID = "mlflow.parentRunId"
_MAX_METRICS = 1000
_MAX_PARAMS = 100
_MAX_VALUE_CHARS = 6000
_MAX_TAG_CHARS = 8000
_TIMEOUT_S = "10"


def load_mlflow() -> Any:
    """Import MLflow for a process that only sends: no retries and reports of its own.

    Returns:
        The package.
    """
    # Waiting and trying again is done by the sender, which can be told to stop.
    os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", _TIMEOUT_S)
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    import mlflow

    return mlflow


class Client:
    """Runs of one MLflow store.

    Args:
        uri: Its address.
    """

    def __init__(self, uri: str) -> None:
        self.mlflow = load_mlflow()
        self.mlflow.set_tracking_uri(uri)
        self._uri = uri
        self._store: Any = None
        self._experiments: dict[str, str] = {}
        self._collector: Collector | None = None
        self.runs: dict[str, OpenRun] = {}

    @property
    def store(self) -> Any:
        """MLflow's client; made when it is first needed, since it may connect."""
        if self._store is None:
            self._store = self.mlflow.MlflowClient(self._uri)
        return self._store

    @property
    def collector(self) -> Collector:
        """Where spans go besides, or instead."""
        if self._collector is None:
            self._collector = Collector(lambda name: import_module(f"mlflow.{name}"))
        return self._collector

    def experiment_id(self, name: str) -> str:
        """Return the identity of an experiment, made if it is not there.

        Args:
            name: Its name.

        Raises:
            Refused: It was deleted in MLflow.
        """
        if name not in self._experiments:
            found = self.store.get_experiment_by_name(name)
            if found is not None and found.lifecycle_stage == "deleted":
                msg = f"the experiment {name!r} was deleted; restore it or rename"
                raise Refused(msg)
            made = found.experiment_id if found else self.store.create_experiment(name)
            self._experiments[name] = made
        return self._experiments[name]

    # -- runs --------------------------------------------------------------------------

    def open_run(self, entry: JsonObject) -> OpenRun:
        """Return the run of an entry: found by its key, by its id, or new.

        Args:
            entry: Its `run` is our key of the run; with `run_id`, MLflow's own.
        """
        key = entry["run"]
        known = self.runs.get(key)
        if known is not None and known.status is None:
            return known  # an entry that is sent once more
        experiment_id = self.experiment_id(entry["experiment"])
        found = self._find_run(entry, experiment_id)
        mode, is_superseded = entry["mode"], False
        if found is None:
            mode = "new"
            tags = self._run_tags(entry, experiment_id)
            found = self.store.create_run(
                experiment_id,
                # Not now: the server may have been away, or busy, since then.
                start_time=entry.get("begun_ms"),
                run_name=entry["name"],
                tags=tags,
            )
        else:
            is_superseded = entry.get("is_over", False) or is_superseded_by(
                found, entry
            )
            if not is_superseded:
                self.store.update_run(found.info.run_id, status="RUNNING")
                begun = str(entry.get("begun_ms", 0))
                self.store.set_tag(found.info.run_id, BEGUN, begun)
            # Made by an attempt of which no answer came, or by a process that died.
            mode = "continue" if mode == "new" else mode
        self._join(entry, found)
        run = OpenRun(entry, found.info.run_id, found.info.experiment_id, mode)
        run.is_superseded = is_superseded
        self.runs[key] = run
        return run

    def _find_run(self, entry: JsonObject, experiment_id: str) -> Any:
        if entry.get("run_id"):
            return self.store.get_run(entry["run_id"])
        found = self._search(experiment_id, f"tags.`{RUN_KEY}` = '{entry['run']}'")
        if found is None and entry["mode"] == "append":
            name = str(entry["name"]).replace("'", "")
            found = self._search(experiment_id, f"run_name = '{name}'")
        return found

    def _search(self, experiment_id: str, condition: str) -> Any:
        newest = ["attributes.start_time DESC"]
        runs = self.store.search_runs(
            [experiment_id], condition, max_results=1, order_by=newest
        )
        return runs[0] if runs else None

    def _run_tags(self, entry: JsonObject, experiment_id: str) -> dict[str, str]:
        tags = {name: str(value) for name, value in entry["tags"].items()}
        tags |= {RUN_KEY: entry["run"], BEGUN: str(entry.get("begun_ms", 0))}
        parent = entry.get("parent")
        if parent in self.runs:
            tags[_PARENT_ID] = self.runs[parent].run_id
        elif parent:  # another process opens it, or has opened it
            tags[PARENT_KEY] = parent
        return tags

    def _join(self, entry: JsonObject, made: Any) -> None:
        """Put a run below one of another process, or those of others below it.

        Whoever comes second finds the other one: both are made before they look.
        """
        run, experiment = made.info.run_id, made.info.experiment_id
        tags: dict[str, str] = made.data.tags
        above, below = tags.get(PARENT_KEY), list[Any]()
        if above is not None and _PARENT_ID not in tags:
            parent = self._search(experiment, f"tags.`{RUN_KEY}` = '{above}'")
            if parent is not None:
                self.store.set_tag(run, _PARENT_ID, parent.info.run_id)
        elif entry["tags"].get("synalinks.kind") == "experiment":
            condition = f"tags.`{PARENT_KEY}` = '{entry['run']}'"
            below = self.store.search_runs([experiment], condition)
        for one in below:
            self.store.set_tag(one.info.run_id, _PARENT_ID, run)

    def end_run(self, run: OpenRun, status: str, ended_ms: int | None = None) -> None:
        """Close a run.

        Args:
            run: The run.
            status: `FINISHED`, `FAILED` or `KILLED`.
            ended_ms: When it ended, in milliseconds since 1970; None for now.
        """
        if not run.is_superseded:
            self.store.set_terminated(run.run_id, status, ended_ms)
        run.status = status

    # -- what a run holds --------------------------------------------------------------

    def log_metrics(self, run: OpenRun, rows: Sequence[Sequence[Any]]) -> None:
        """Write numbers, each name and step once.

        Args:
            run: The run.
            rows: Name, value, time in milliseconds, and step of each.
        """
        metric = self.mlflow.entities.Metric
        points = [metric(*row) for row in self._placed(run, rows)]
        for begin in range(0, len(points), _MAX_METRICS):
            part = points[begin : begin + _MAX_METRICS]
            self.store.log_batch(run.run_id, metrics=part)

    def doubt(self, run: OpenRun) -> None:
        """Look up what a run has before anything is written to it again.

        Args:
            run: A run to which something was sent without an answer.
        """
        run.known.clear()
        run.mode = "continue" if run.mode == "new" else run.mode

    def _placed(
        self, run: OpenRun, rows: Iterable[Sequence[Any]]
    ) -> Iterable[Sequence[Any]]:
        if run.mode == "new":
            yield from rows
            return
        for name, value, time_ms, given in rows:
            known = self._known_steps(run, name)
            step = given + run.offsets[name]
            if step not in known:
                yield name, value, time_ms, step

    def _known_steps(self, run: OpenRun, name: str) -> set[int]:
        if name not in run.known:
            history = self.store.get_metric_history(run.run_id, name)
            steps = {point.step for point in history}
            run.known[name] = steps
            goes_on = run.mode == "append" and bool(steps)
            run.offsets.setdefault(name, max(steps) + 1 if goes_on else 0)
        return run.known[name]

    def log_params(self, run: OpenRun, params: JsonObject) -> None:
        """Write parameters; one that the run has with another value becomes a tag.

        Args:
            run: The run.
            params: Texts by name.
        """
        texts = {name: str(value)[:_MAX_VALUE_CHARS] for name, value in params.items()}
        if run.mode != "new":
            before = self.store.get_run(run.run_id).data.params
            other = {
                f"synalinks.param.{name}": text
                for name, text in texts.items()
                if before.get(name, text) != text
            }
            self.set_tags(run, other)
            texts = {name: text for name, text in texts.items() if name not in before}
        param = self.mlflow.entities.Param
        items = [param(name, text) for name, text in texts.items()]
        for begin in range(0, len(items), _MAX_PARAMS):
            part = items[begin : begin + _MAX_PARAMS]
            self.store.log_batch(run.run_id, params=part)

    def set_tags(self, run: OpenRun, tags: JsonObject) -> None:
        """Set tags of a run.

        Args:
            run: The run.
            tags: Texts by name.
        """
        tag = self.mlflow.entities.RunTag
        items = [tag(name, str(text)[:_MAX_TAG_CHARS]) for name, text in tags.items()]
        if items:
            self.store.log_batch(run.run_id, tags=items)
