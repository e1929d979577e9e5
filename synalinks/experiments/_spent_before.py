"""What earlier processes of an experiment have spent, from the journals of its runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.journal import JOURNAL_PREFIX
from synalinks._internal.shape import is_dict
from synalinks._internal.store import read_records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from synalinks._internal.json import JsonObject

_KINDS = frozenset({"call", "vector"})
# Where the journals are, by what budgets call that part of a run.
_PARTS = {"train": "backup", "evaluate": "answers"}


def spent_in(folders: Mapping[str, Path]) -> JsonObject:
    """Return what was spent, by part of a run; blocks.

    Args:
        folders: Folders of runs, by the names of these.

    Returns:
        `cost`, `tokens` and `calls`, by `<run>/train` and `<run>/evaluate`.
    """
    found: JsonObject = {}
    for key, folder in folders.items():
        for part, name in _PARTS.items():
            if (folder / name).is_dir():
                found[f"{key}/{part}"] = _spent(folder / name)
    return found


def _spent(folder: Path) -> JsonObject:
    cost, tokens, calls = 0.0, 0, 0
    for _, _, value in read_records(folder, JOURNAL_PREFIX, _KINDS):
        usage: Any = value.get("usage") if is_dict(value) else None
        if is_dict(usage):
            cost += usage.get("cost_usd") or 0.0
            tokens += usage["prompt_tokens"] + usage["completion_tokens"]
            calls += usage["calls"]
    return {"cost": cost, "tokens": tokens, "calls": calls}
