"""`write_report`: a page that tells what became of a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synalinks._internal.files import write_atomic
from synalinks._internal.html import render, trusted
from synalinks._internal.svg import history_charts
from synalinks.backups import read_details
from synalinks.errors import ConfigurationError, show
from synalinks.reports._changes import changes_between, readable
from synalinks.reports._lineage import lineage_of
from synalinks.reports._timeline import place_of, timeline_of
from synalinks.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from synalinks.backups import Commit, PhaseUsage, RunDetails
    from synalinks.callbacks import History
    from synalinks.reports._changes import FieldChange

_N_SAMPLES = 5
_MAX_COMMITS = 30
_NAME = "report.html"
_COUNTS = ("calls", "failed_calls", "prompt_tokens", "completion_tokens", "cache_hits")
_PHASES = {"inference": "program", "reward": "reward", "optimizer": "optimizer"}


def write_report(run: str | Path | History, to_file: str | Path | None = None) -> Path:
    """Write a page about a run: one HTML file that needs no other and no network.

    It shows curves, prompts before and after, the best and the worst samples, what the
    optimizer tried, cost by phase, what happened when, failures and settings. The run
    may be over, dead or under way. It has data and prompts in it, so it is readable by
    its owner alone. No call is made, and the run's folder stays as it is.

    Args:
        run: The folder of the run, which is what `fit(resume=...)` or
            `BackupAndRestore` was given; or what `fit` returned, if the folder is still
            there: keep it with `BackupAndRestore(folder, delete_checkpoint=False)`.
        to_file: File to write; `<folder>.report.html`, beside the folder, when None.

    Returns:
        The path of the file.

    Raises:
        ConfigurationError: There is no folder of a run, or the file would be in it.
        FileFormatError: The run's card cannot be read.
        WriteError: The file cannot be written.

    Example:
        `write_report("runs/triage", "triage.html")`
    """
    folder = _folder_of(run)
    place = folder.resolve()
    path = Path(to_file or place.with_name(f"{place.name}.{_NAME}"))
    if path.resolve().parent == place:
        msg = (
            f"`to_file` is in the folder of the run, `{folder}`, which is for the "
            "run's own files: take another place."
        )
        raise ConfigurationError(msg)
    return write_atomic(path, _page(read_details(folder)), private=True)


def _folder_of(run: str | Path | History) -> Path:
    if isinstance(run, (str, Path)):
        return Path(run)
    artifacts: Any = getattr(run, "artifacts", None)
    folder: Path | None = getattr(artifacts, "backup_dir", None)
    if folder is None or not folder.is_dir():
        msg = (
            "`run` is the folder of a run, or a history whose run has one, received: "
            f"{show(run)}. Training keeps its folder with "
            "`BackupAndRestore(folder, delete_checkpoint=False)`."
        )
        raise ConfigurationError(msg)
    return folder


def _page(details: RunDetails) -> str:
    here = files("synalinks.reports")
    record = details.record
    rows, n_hidden_rows = timeline_of(details)
    fields = list(changes_between(details.first, details.best))
    return render(
        (here / "report.html.jinja").read_text(encoding="utf-8"),
        css=trusted((here / "report.css").read_text(encoding="utf-8")),
        title=details.facts.get("program") or record.folder.resolve().name,
        details=details,
        record=record,
        card=record.card,
        made_at=datetime.now(UTC).isoformat(sep=" ", timespec="seconds")[:19],
        version=__version__,
        charts=[
            (name, trusted(svg))
            for name, svg in history_charts(details.history, details.epochs)
        ],
        val_rewards=[
            one for one in details.history.get("val_reward", ()) if one is not None
        ],
        changed=[one for one in fields if one.is_changed],
        unchanged=[one for one in fields if not one.is_changed],
        commits=_commits(record.commits),
        n_commits=len(record.commits) - 1,
        worst=details.samples[:_N_SAMPLES],
        best=details.samples[_N_SAMPLES:][-_N_SAMPLES:][::-1],
        lineage=lineage_of(details.events),
        trusted=trusted,
        usage=list(details.usage),
        totals=_total(details.usage),
        counts=_COUNTS,
        phases=_PHASES,
        rows=rows,
        n_hidden_rows=n_hidden_rows,
        readable=readable,
        number=_number,
        dollars=_dollars,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _ShownCommit:
    commit: Commit
    place: str
    changes: Sequence[FieldChange]


def _commits(commits: Sequence[Commit]) -> list[_ShownCommit]:
    """Return the latest changes of the program, oldest first."""
    pairs = list(pairwise(commits))[-_MAX_COMMITS:]
    return [
        _ShownCommit(
            commit=now, place=place_of(now), changes=list(_only_changed(before, now))
        )
        for before, now in pairs
    ]


def _only_changed(before: Commit, now: Commit) -> Iterator[FieldChange]:
    for one in changes_between(before.values, now.values):
        if one.is_changed:
            yield one


def _total(usage: Sequence[PhaseUsage]) -> dict[str, Any]:
    costs = [one.counts["cost"] for one in usage]
    totals: dict[str, Any] = {
        name: sum(one.counts[name] for one in usage) for name in _COUNTS
    }
    return {**totals, "cost": None if None in costs else sum(costs)}


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _dollars(value: float | None) -> str:
    if value is None:
        return "not known"
    return f"${value:,.2f}" if value >= 1 else f"${value:.4f}"
