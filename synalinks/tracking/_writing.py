"""What each kind of entry does to the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synalinks.tracking._assets import log_dataset, log_picture, log_program, log_prompt
from synalinks.tracking._faults import Refused
from synalinks.tracking._traces import log_traces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.tracking._client import Client
    from synalinks.tracking._open_run import OpenRun

_WRITERS = {
    "dataset": log_dataset,
    "picture": log_picture,
    "program": log_program,
    "prompt": log_prompt,
}


def write_entries(client: Client, entries: Sequence[JsonObject]) -> None:
    """Write entries of one kind and one run.

    Args:
        client: The store.
        entries: At least one; more than one only of metrics and traces.
    """
    first = entries[0]
    if first["op"] == "run":
        client.open_run(first)
    elif first["op"] == "close":
        _close_runs(client)
    elif first["op"] == "trace":
        log_traces(client, client.runs.get(first.get("run") or ""), entries)
    else:
        _write_to(client, _run_of(client, first), entries)


def _close_runs(client: Client) -> None:
    # Nobody has told how they ended: whoever began them was killed.
    for run in client.runs.values():
        if run.status is None:
            client.end_run(run, "KILLED")


def _run_of(client: Client, entry: JsonObject) -> OpenRun:
    run = client.runs.get(entry["run"])
    if run is None:
        msg = "its run could not be opened"
        raise Refused(msg)
    return run


def _write_to(client: Client, run: OpenRun, entries: Sequence[JsonObject]) -> None:
    first = entries[0]
    match first["op"]:
        case "metrics":
            rows = [row for entry in entries for row in entry["rows"]]
            client.log_metrics(run, rows)
        case "params":
            client.log_params(run, first["params"])
        case "tags":
            client.set_tags(run, first["tags"])
        case "end":
            client.end_run(run, first["status"], first.get("ended_ms"))
        case op:
            _WRITERS[op](client, run, first)
