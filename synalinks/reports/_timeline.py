"""What happened to a run, in order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any, TypeAlias

    from synalinks.backups import Commit, Moment, RunDetails

    # When, of what kind, and what.
    _Told: TypeAlias = tuple[str, str, str]

_MAX_ROWS = 200
_ENDINGS = frozenset({"finished", "stopped", "failed"})
_EVENTS = {
    "proposed": "proposed",
    "accepted": "taken",
    "rejected": "not taken",
    "dropped": "dropped",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineRow:
    """One thing that happened."""

    at: str
    """ISO 8601, UTC."""
    since: str
    """How long after the beginning."""
    kind: str
    """Such as `epoch`."""
    text: str
    """What happened, in words."""


def timeline_of(details: RunDetails) -> tuple[list[TimelineRow], int]:
    """Return what happened, oldest first, and how many rows are left out.

    Args:
        details: The run.
    """
    told = [*_of_moments(details), *_of_commits(details.record.commits)]
    told.sort(key=lambda row: row[0])
    begin = datetime.fromisoformat(told[0][0]) if told else None
    rows = [
        TimelineRow(at=_clock(at), since=_since(begin, at), kind=kind, text=text)
        for at, kind, text in _folded(told)
    ]
    if details.record.status == "interrupted" and rows:
        text = "The process was killed: it has not written how it ended."
        rows.append(TimelineRow(at="", since="", kind="killed", text=text))
    n_hidden = max(0, len(rows) - _MAX_ROWS)
    return rows[n_hidden:], n_hidden


def _since(begin: datetime | None, at: str) -> str:
    seconds = (datetime.fromisoformat(at) - begin).total_seconds() if begin else 0
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{rest:04.1f}" if hours else f"{minutes}:{rest:04.1f}"


def _of_moments(details: RunDetails) -> Iterator[_Told]:
    first_step, is_open = 0, False
    for moment in details.moments:
        if moment.what == "resumed" and is_open:
            yield moment.at, "killed", "The process before had been killed."
        is_open = moment.what not in _ENDINGS
        yield moment.at, moment.what, _told(moment, details, first_step)
        first_step = moment.facts.get("step", first_step)


def _told(moment: Moment, details: RunDetails, first_step: int) -> str:
    facts = moment.facts
    if moment.what == "epoch":
        return _of_epoch(details, facts, first_step)
    if moment.what == "begun":
        return f"Training began: `{facts['program']}` with {facts['optimizer']}."
    if moment.what == "resumed":
        n_lost = facts.get("in_flight")
        lost = f"; {n_lost} calls were in flight, and are made again" if n_lost else ""
        return f"Another process went on with it{lost}."
    reason = facts.get("reason")
    return f"Training {moment.what}{f': {reason}' if reason else ''}."


def _of_epoch(details: RunDetails, facts: Mapping[str, Any], first_step: int) -> str:
    n_done = facts["epoch"]
    parts = [f"Epoch {n_done} done"]
    if n_done - 1 in details.epochs:
        place = details.epochs.index(n_done - 1)
        for name in ("reward", "val_reward"):
            values: Sequence[Any] = details.history.get(name, ())
            if place < len(values) and isinstance(values[place], float):
                parts.append(f"{name} {values[place]:.4f}")
    steps = range(first_step, facts["step"])
    counts = Counter(one.event for one in details.events if one.step in steps)
    found = [f"{counts[kind]} {word}" for kind, word in _EVENTS.items() if counts[kind]]
    if found:
        parts.append(f"candidates: {', '.join(found)}")
    return "; ".join(parts) + "."


def _of_commits(commits: Sequence[Commit]) -> Iterator[_Told]:
    for commit in commits[1:]:
        if commit.at:
            score = "" if commit.score is None else f" (reward {commit.score:.4f})"
            yield commit.at, "change", f"{place_of(commit)}{score}"


def _folded(told: Iterable[_Told]) -> Iterator[_Told]:
    """Yield what happened, with changes that follow each other as one."""
    for kind, rows in groupby(told, key=lambda row: row[1]):
        if kind != "change":
            yield from rows
            continue
        changes = list(rows)
        texts = "; ".join(text for _, _, text in changes)
        yield changes[0][0], kind, f"The program was changed: {texts}."


def place_of(commit: Commit) -> str:
    """Return where in the run the program was changed, in words.

    Args:
        commit: The change.
    """
    if commit.batch:
        return f"epoch {commit.epoch + 1}, batch {commit.batch}"
    return f"end of epoch {commit.epoch}"


def _clock(at: str) -> str:
    return at[:19].replace("T", " ")
