"""`synalinks runs` and `synalinks show`: what the folders of runs tell."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from synalinks._internal.console import print_table, write
from synalinks._internal.json import dumps
from synalinks.backups import find_runs, read_run
from synalinks.errors import FileFormatError
from synalinks.experiments import find_experiments, read_experiment
from synalinks.reports import write_report

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from synalinks._internal.json import JsonObject
    from synalinks.backups import Commit, RunRecord

_UNKNOWN = "-"


def list_runs(folder: Path) -> None:
    """Print a table of the runs at or below a folder.

    Args:
        folder: Where to look.
    """
    from rich.table import Table

    unreadable: list[str] = []
    _list_experiments(folder, unreadable)
    table = Table("run", "status", "epochs", "best", "answers", "cost", "began")
    for path in find_runs(folder):
        try:
            table.add_row(*_cells(read_run(path), folder))
        except FileFormatError as error:
            unreadable.append(str(error))
    print_table(table)
    for line in unreadable:
        write(f"{line}\n")


def _list_experiments(folder: Path, unreadable: list[str]) -> None:
    """Print a table of the experiments at or below a folder, if there are some."""
    from rich.table import Table

    table = Table("experiment", "status", "arms", "runs ended", "best", "began")
    for path in find_experiments(folder) if folder.is_dir() else ():
        try:
            record = read_experiment(path)
        except FileFormatError as error:
            unreadable.append(str(error))
            continue
        best = (
            _UNKNOWN
            if record.best_arm is None
            else f"{record.best_arm}: {_number(record.best_score)}"
        )
        table.add_row(
            path.name if path == folder else str(path.relative_to(folder)),
            record.status,
            str(len(record.arm_names)),
            f"{record.n_ended} of {len(record.arms)}",
            best,
            record.created_at,
        )
    if table.row_count:
        print_table(table)


def show_run(folder: Path) -> None:
    """Print what is known of a run, with its prompts as they changed.

    Args:
        folder: The run's folder.
    """
    from rich.table import Table

    record = read_run(folder)
    card = record.card
    table = Table(show_header=False)
    table.add_row("folder", str(folder))
    table.add_row("run", card.run_id)
    table.add_row("began", card.created_at)
    table.add_row("status", _status(record))
    table.add_row("place", f"{_place(record)}, batch {record.batch}")
    table.add_row("best val_reward", _number(record.best))
    table.add_row("answers", str(record.n_answers))
    table.add_row("cost", _dollars(record.cost_usd))
    print_table(table)
    before: Mapping[str, JsonObject] = {}
    for commit in record.commits:
        _show_commit(commit, before)
        before = commit.values


def show_page(folder: Path, file: Path | None) -> None:
    """Write a page about a run, and print where it is.

    Args:
        folder: The run's folder.
        file: The file; beside the folder when None.
    """
    write(f"{write_report(folder, file)}\n")


def _cells(record: RunRecord, folder: Path) -> list[str]:
    relative = record.folder.relative_to(folder)
    name = record.folder.name if record.folder == folder else str(relative)
    return [
        name,
        record.status,
        _place(record),
        _number(record.best),
        str(record.n_answers),
        _dollars(record.cost_usd),
        record.card.created_at,
    ]


def _place(record: RunRecord) -> str:
    return f"{record.epoch} of {record.card.epochs}"


def _status(record: RunRecord) -> str:
    reason = record.card.reason
    return f"{record.status}: {reason}" if reason else record.status


def _number(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:.4f}"


def _dollars(value: float | None) -> str:
    return _UNKNOWN if value is None else f"${value:.4f}"


def _show_commit(commit: Commit, before: Mapping[str, JsonObject]) -> None:
    score = "" if commit.score is None else f", reward {commit.score:.4f}"
    write(f"\nepoch {commit.epoch}, after {commit.batch} batches{score}\n")
    for path, value in commit.values.items():
        old = before.get(path, {})
        for field, present in value.items():
            if field not in old or old[field] != present:
                _show_field(f"{path}/{field}", old.get(field), present)


def _show_field(name: str, before: object, now: object) -> None:
    lines = difflib.unified_diff(_lines(before), _lines(now), lineterm="", n=1)
    # The first two lines are names of files.
    changed = [line for line in list(lines)[2:] if not line.startswith("@@")]
    write("".join(f"  {line}\n" for line in [name, *changed]))


def _lines(value: object) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return value.splitlines()
    return dumps(value, indent=1).splitlines()  # pyright: ignore[reportArgumentType] - of JSON
