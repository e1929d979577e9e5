"""Taking the folder of a run: whose it is, and what is in it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from synalinks.backups import RunCard
from synalinks.contracts import Usage
from synalinks.errors import BackupMismatchError, warn
from synalinks.language_models import expected_of
from synalinks.training._fingerprint import (
    CODE,
    INITIAL,
    check_allowed,
    differences,
    is_allowed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.journal import Journal
    from synalinks._internal.json import JsonObject
    from synalinks.backups import RunFolder
    from synalinks.callbacks import BackupAndRestore

_MAX_LEFT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRun:
    """A run whose folder is held by this process."""

    folder: RunFolder
    """Its files."""
    card: RunCard
    """Who it is."""
    journal: Journal
    """Its answers; open."""
    state: JsonObject | None
    """The latest snapshot; None if it begins."""
    reports: list[str]
    """What was found damaged, in words."""
    in_flight: Usage
    """What calls were expected to take of which no answer got here."""

    def warn(self) -> None:
        """Tell the user what is damaged, and what may be paid for twice."""
        for report in self.reports:
            warn(report)
        if self.journal.n_unanswered:
            warn(_lost(self.in_flight))


def _lost(usage: Usage) -> str:
    cost = "" if usage.cost_usd is None else f", ${usage.cost_usd:.4f}"
    return (
        f"Of this run {usage.calls} calls were in flight when a process was cut off: "
        "their answers never got here, and they are made again. They may be paid for "
        f"twice: at most {usage.calls} calls, about {usage.tokens} tokens{cost}."
    )


def open_run(
    folder: RunFolder,
    settings: BackupAndRestore,
    fingerprint: dict[str, str],
    *,
    epochs: int,
) -> OpenedRun:
    """Read what is in a folder, if it is of this run; blocks.

    Args:
        folder: The folder, held by this process.
        settings: The user's.
        fingerprint: What makes this run what it is.
        epochs: Index of the epoch before which it ends.

    Returns:
        The run, signed as under way.

    Raises:
        BackupMismatchError: It is another run; nothing was changed.
        ConfigurationError: What is allowed to differ is no part of a run.
        FileFormatError: The snapshots are lost, and the run has begun.
        WriteError: The folder cannot be written to.
    """
    check_allowed(settings.allow_changes, fingerprint)
    changes = _accepted_changes(folder, settings, fingerprint)
    pays = settings.on_divergence == "pay" or any(
        not name.startswith(CODE) for name in changes
    )
    snapshot, reports = None, list[str]()
    if folder.card is not None:
        snapshot, reports = folder.read_snapshot()
    folder.sign()
    journal = folder.new_journal(pays_for_divergence=pays)
    reports += journal.open()
    card = _card_of(folder, fingerprint, changes, epochs)
    folder.write_card(card)
    journal.run_id = card.run_id
    return OpenedRun(
        folder=folder,
        card=card,
        journal=journal,
        state=snapshot.state if snapshot else None,
        reports=reports,
        in_flight=sum(map(expected_of, journal.lost()), Usage(cost_usd=0.0)),
    )


def left_behind(card: RunCard, variables: str) -> RunCard:
    """Return a card that knows the program that a process leaves in its memory.

    Args:
        card: The card.
        variables: Digest of the program's variables.
    """
    others = [one for one in card.left if one != variables]
    return replace(card, left=(*others[1 - _MAX_LEFT :], variables))


def _card_of(
    folder: RunFolder,
    fingerprint: dict[str, str],
    changes: Mapping[str, object],
    epochs: int,
) -> RunCard:
    before = folder.card or RunCard(
        run_id=uuid.uuid4().hex,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        fingerprint=fingerprint,
    )
    present = dict(fingerprint)
    if INITIAL not in changes:
        # What a process has left is not that with which the run began.
        present[INITIAL] = before.fingerprint[INITIAL]
    return replace(before, fingerprint=present, epochs=epochs).ending(None)


def _accepted_changes(
    folder: RunFolder, settings: BackupAndRestore, fingerprint: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    card = folder.card
    if card is None:
        return {}
    changes = differences(card.fingerprint, fingerprint)
    if fingerprint[INITIAL] in card.left:  # the same program, after an interruption
        changes.pop(INITIAL, None)
    of_code = [name for name in changes if name.startswith(CODE)]
    refused = {
        name: pair
        for name, pair in changes.items()
        if not is_allowed(name, settings.allow_changes) and name not in of_code
    }
    if refused:
        raise BackupMismatchError(_mismatch(folder, refused), differences=refused)
    if of_code:
        names = ", ".join(name.removeprefix(CODE) for name in of_code)
        warn(
            f"The source code of {names} has changed since the run began. It goes on; "
            "if it asks anything else than before, that is an error."
        )
    return changes


def _mismatch(folder: RunFolder, refused: Mapping[str, tuple[str, str]]) -> str:
    listed = "".join(
        f"\n  {name}: {before} → {now}" for name, (before, now) in refused.items()
    )
    return (
        f"`{folder.path}` holds the state of another run. What differs:{listed}\n"
        "Nothing was loaded, changed or paid for. Go back to how the run was begun; or "
        "take another `backup_dir` for a new run; or accept the change with "
        f"`allow_changes={sorted(refused)}`."
    )
