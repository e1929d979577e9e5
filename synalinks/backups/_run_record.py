"""`RunRecord`: what a run's folder tells of it, read while it runs or afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from synalinks._internal.files import is_locked
from synalinks._internal.journal import JOURNAL_PREFIX
from synalinks._internal.snapshots import read_latest
from synalinks._internal.store import read_records
from synalinks.backups._run_card import CARD_NAME, RunCard, RunEnding, read_card
from synalinks.backups._run_folder import LOCK_NAME
from synalinks.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synalinks._internal.json import JsonObject

RunStatus: TypeAlias = RunEnding | Literal["running", "interrupted"]

COMMIT = "commit"
_CALLS = frozenset({"call", "vector"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A program that a run has had."""

    epoch: int
    """Index of the epoch in which it came to it."""
    batch: int
    """Batches of the epoch that were done then."""
    score: float | None
    """Its mean reward where candidates are compared; None if it was not measured."""
    values: Mapping[str, JsonObject]
    """Learnable fields by variable path."""
    at: str = field(default="", compare=False)
    """When, in ISO 8601, UTC; empty if it was not noted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """What is known of a run."""

    folder: Path
    """Where it is."""
    card: RunCard
    """Who it is, and how it ended."""
    status: RunStatus
    """`running`, `interrupted` (killed), `stopped`, `failed` or `finished`."""
    epoch: int
    """Epochs that are done."""
    batch: int
    """Batches of the next epoch that are done."""
    best: float | None
    """The best validation reward; None before the first validation."""
    cost_usd: float | None
    """US dollars up to the latest snapshot; None where a price is not known."""
    n_answers: int
    """Answers in the journal."""
    commits: Sequence[Commit]
    """The programs that it had, oldest first."""


def find_runs(folder: str | Path) -> list[Path]:
    """Return the folders of runs at or below a folder, in order.

    Args:
        folder: Where to look.

    Raises:
        ConfigurationError: There is no such folder.
    """
    path = Path(folder)
    if not path.is_dir():
        msg = f"There is no folder `{path}`."
        raise ConfigurationError(msg)
    return sorted(card.parent for card in path.rglob(CARD_NAME))


def read_run(folder: str | Path) -> RunRecord:
    """Return what is known of a run; nothing is changed.

    Args:
        folder: The run's folder.

    Raises:
        ConfigurationError: It is no folder of a run.
        FileFormatError: Its card cannot be read.
    """
    path = Path(folder)
    card = read_card(path) if path.is_dir() else None
    if card is None:
        msg = (
            f"`{path}` is no folder of a run. Give what `fit(resume=...)` or "
            "`BackupAndRestore` was given; `synalinks runs` finds them."
        )
        if not path.exists():
            msg = (
                f"There is no folder `{path}`. Training that comes to its end removes "
                "its folder; to look at it afterwards, keep it: "
                f"`BackupAndRestore({str(path)!r}, delete_checkpoint=False)`."
            )
        raise ConfigurationError(msg)
    snapshot, _ = read_latest(path)
    state: JsonObject = snapshot.state if snapshot else {}
    place: JsonObject = state.get("place", {})
    best: Any = state.get("core", {}).get("session", {}).get("best")
    n_answers, commits = _journal(path)
    return RunRecord(
        folder=path,
        card=card,
        status=_status(path, card),
        epoch=place.get("epoch", 0),
        batch=place.get("batch", 0),
        best=best[0] if best else None,
        cost_usd=_cost(state.get("usage", [])),
        n_answers=n_answers,
        commits=commits,
    )


def _status(folder: Path, card: RunCard) -> RunStatus:
    is_held = is_locked(folder / LOCK_NAME)
    if is_held is None:  # who may not look is not told of a death
        return card.ended or "running"
    return "running" if is_held else card.ended or "interrupted"


def _cost(usage: list[JsonObject]) -> float | None:
    costs = [counts["cost"] for one in usage for counts in one["counts"].values()]
    return None if None in costs else sum(costs)


def _journal(folder: Path) -> tuple[int, list[Commit]]:
    # What was written when a disk was full may be there twice.
    answers, commits = set[str](), dict[str, Commit]()
    for kind, key, value in read_records(folder, JOURNAL_PREFIX, _CALLS | {COMMIT}):
        if kind == COMMIT:
            commits.setdefault(key, Commit(**value))
        else:
            answers.add(key)
    return len(answers), list(commits.values())
