"""What earlier processes of an experiment have spent, from the journals of its runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.journal import JOURNAL_PREFIX
from synalinks._internal.shape import is_dict
from synalinks._internal.store import read_records
from synalinks.callbacks import Spent
from synalinks.language_models import expected_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


_KINDS = frozenset({"call", "vector", "sent", "failed"})
# Where the journals are, by what budgets call that part of a run.
_PARTS = {"train": "backup", "evaluate": "answers"}
# What was in flight when a process died. A training that is gone on with knows that
# itself; on benchmarks it is a part of its own, which nobody goes on with.
_LOST = {"train": "train", "evaluate": "evaluate, cut off"}


def spent_in(folders: Mapping[str, Path]) -> dict[str, Spent]:
    """Return what was spent by processes that are not at work any more; blocks.

    Args:
        folders: Folders of runs, by the names of these.

    Returns:
        By part of a run, such as `<run>/train` and `<run>/evaluate`.
    """
    found: dict[str, Spent] = {}
    for key, folder in folders.items():
        for part, name in _PARTS.items():
            if (folder / name).is_dir():
                answered, lost = _spent(folder / name)
                of_lost = f"{key}/{_LOST[part]}"
                found[f"{key}/{part}"] = answered
                found[of_lost] = found.get(of_lost, Spent()) + lost
    return found


def _spent(folder: Path) -> tuple[Spent, Spent]:
    """Return what answers have taken, and what calls in flight may have."""
    answered, lost = Spent(), Spent()
    sent: dict[str, Any] = {}
    for kind, key, value in read_records(folder, JOURNAL_PREFIX, _KINDS):
        if kind == "sent":
            lost += _expected(sent.get(key))
            sent[key] = value
            continue
        sent.pop(key, None)
        usage: Any = value.get("usage") if is_dict(value) else None
        if is_dict(usage):
            answered += Spent(
                cost=usage.get("cost_usd") or 0.0,
                tokens=usage["prompt_tokens"] + usage["completion_tokens"],
                calls=usage["calls"],
            )
    return answered, sum(map(_expected, sent.values()), lost)


def _expected(outline: Any) -> Spent:
    return Spent() if outline is None else Spent.expected(expected_of(outline))
