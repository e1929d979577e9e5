"""`RunCard`: who a run is, in a file beside what it has saved."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from synalinks._internal.files import write_atomic
from synalinks._internal.json import dumps
from synalinks._internal.shape import is_dict
from synalinks.errors import FileFormatError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from synalinks._internal.json import JsonObject

RunEnding: TypeAlias = Literal["finished", "stopped", "failed"]

CARD_NAME = "run.json"
_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCard:
    """Who a run is and how it ended."""

    run_id: str
    """Identity of the run, over all its processes."""
    created_at: str
    """When it began, in ISO 8601, UTC."""
    fingerprint: Mapping[str, str]
    """What makes the run what it is, by name."""
    left: tuple[str, ...] = ()
    """Digests of the variables that processes of this run have left in memory."""
    epochs: int = 0
    """Index of the epoch before which it ends."""
    is_changed: bool = False
    """Whether a change was accepted since it began: it may ask other questions."""
    ended: RunEnding | None = None
    """How the last process ended; None while it runs, or if it was killed."""
    reason: str | None = None
    """Why it ended early."""
    format: int = field(default=_FORMAT)
    """Version of the file."""

    def ending(self, how: RunEnding | None, reason: str | None = None) -> RunCard:
        """Return the card with another ending.

        Args:
            how: How the run ended.
            reason: Why, if early.
        """
        return replace(self, ended=how, reason=reason)


def write_card(folder: Path, card: RunCard) -> None:
    """Write the card of a run.

    Args:
        folder: The run's folder.
        card: The card.

    Raises:
        WriteError: It could not be written; the old one is untouched.
    """
    text = dumps(asdict(card), indent=2)
    write_atomic(folder / CARD_NAME, f"{text}\n", private=True)


def read_card(folder: Path) -> RunCard | None:
    """Return the card of a run; None if there is none.

    Args:
        folder: The run's folder.

    Raises:
        FileFormatError: The file is damaged, none of ours, or of a newer release.
    """
    path = folder / CARD_NAME
    if not path.exists():
        return None
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileFormatError(_unreadable(path, str(error))) from error
    if not is_dict(content) or not isinstance(content.get("format"), int):
        raise FileFormatError(_unreadable(path, "it is no card of a run"))
    if content["format"] > _FORMAT:
        msg = (
            f"`{path}` is of format {content['format']}, and this release reads "
            f"{_FORMAT}: go on with the release of synalinks that wrote it, or a newer."
        )
        raise FileFormatError(msg)
    known = RunCard.__dataclass_fields__
    fields: JsonObject = {key: content[key] for key in known & content.keys()}
    fields["left"] = tuple(fields.get("left", ()))
    try:
        return RunCard(**fields)
    except TypeError as error:
        raise FileFormatError(_unreadable(path, str(error))) from error


def _unreadable(path: Path, why: str) -> str:
    return (
        f"`{path}` cannot be read: {why}. Nothing was changed. Put the file back from "
        "a copy, or take another `backup_dir`."
    )
