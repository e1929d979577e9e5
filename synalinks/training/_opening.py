"""Taking the folder of a run: whose it is, and what is in it."""

from __future__ import annotations

import re
import uuid
from collections import Counter
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
    NOTHING,
    check_allowed,
    differences,
    is_allowed,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from synalinks._internal.journal import Journal
    from synalinks._internal.json import JsonObject
    from synalinks.backups import RunFolder
    from synalinks.callbacks import BackupAndRestore

_MAX_LEFT = 8
_MAX_SHOWN, _FEW_SHOWN = 20, 3
_VARIABLES = "program.variables."
_COUNTER = re.compile(r"_\d+(?=/|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRun:
    """A run whose folder is held by this process."""

    folder: RunFolder
    """Its files."""
    card: RunCard
    """Who it was so far."""
    accepted: RunCard
    """Who it is once it has been gone on with, with the changes that were accepted."""
    fingerprint: Mapping[str, str]
    """What makes it what it is in this process."""
    changes: Collection[str]
    """What differs and was accepted, by name."""
    journal: Journal
    """Its answers; open."""
    state: JsonObject | None
    """The latest snapshot; None if it begins."""
    reports: list[str]
    """What was found damaged, in words."""
    in_flight: Usage
    """What calls were expected to take of which no answer got here."""

    @property
    def anew(self) -> frozenset[str]:
        """Parts whose state is that of another one, so that they begin anew."""
        changed = {"optimizer": "optimizer.class", "metrics": "metrics"}
        return frozenset(
            part
            for part, name in changed.items()
            if any(is_allowed(one, [name]) for one in self.changes)
        )

    def check_as_begun(self) -> None:
        """Refuse to begin again with what an attempt has left of its program.

        Raises:
            BackupMismatchError: The program is not as it was when the run began.
        """
        _check_as_begun(self.folder, self.fingerprint, self.changes)

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
    state, reports = _state_in(folder)
    if state is None:
        _check_as_begun(folder, fingerprint, changes)
    card = _begun_card(folder, fingerprint, epochs)
    accepted = _accepted_card(card, fingerprint, changes)
    folder.sign()
    journal = folder.new_journal(
        pays_for_divergence=settings.on_divergence == "pay" or accepted.is_changed
    )
    reports += journal.open()
    folder.write_card(card)
    journal.run_id = card.run_id
    return OpenedRun(
        folder=folder,
        card=card,
        accepted=accepted,
        fingerprint=fingerprint,
        changes=changes,
        journal=journal,
        state=state,
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


def _check_as_begun(
    folder: RunFolder, fingerprint: Mapping[str, str], changes: Collection[str]
) -> None:
    if folder.card is None or INITIAL in changes:
        return
    before, now = folder.card.fingerprint[INITIAL], fingerprint[INITIAL]
    if before != now:
        msg = (
            f"What was saved last in `{folder.path}` is lost, so the run is worked "
            "through again with the answers there are. This program is what an earlier "
            "attempt has left, and not as it was when the run began: make it anew."
        )
        raise BackupMismatchError(msg, differences={INITIAL: (before, now)})


def _state_in(folder: RunFolder) -> tuple[JsonObject | None, list[str]]:
    """Return the latest state of the run, and what was wrong with later ones."""
    if folder.card is None:
        return None, []
    snapshot, reports = folder.read_snapshot()
    if snapshot is None or snapshot.state["run_id"] != folder.card.run_id:
        return None, reports
    return snapshot.state, reports


def _begun_card(
    folder: RunFolder, fingerprint: Mapping[str, str], epochs: int
) -> RunCard:
    card = folder.card or RunCard(
        run_id=uuid.uuid4().hex,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        fingerprint=fingerprint,
    )
    return replace(card, epochs=epochs).ending(None)


def _accepted_card(
    card: RunCard, fingerprint: Mapping[str, str], changes: Collection[str]
) -> RunCard:
    present = dict(fingerprint)
    if INITIAL not in changes:
        # What a process has left is not that with which the run began.
        present[INITIAL] = card.fingerprint[INITIAL]
    asks_else = any(not name.startswith(CODE) for name in changes)
    is_changed = card.is_changed or asks_else
    return replace(card, fingerprint=present, is_changed=is_changed)


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
        if name not in of_code
        and (_is_for_good(name) or not is_allowed(name, settings.allow_changes))
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
    shown = [f"\n  {name}: {before} → {now}" for name, (before, now) in refused.items()]
    hint = _renamed(refused)
    n_most = _FEW_SHOWN if hint else _MAX_SHOWN
    if len(shown) > n_most:
        shown[n_most:] = [f"\n  and {len(shown) - n_most} more"]
    return (
        f"`{folder.path}` holds the state of another run. What differs:"
        f"{''.join(shown)}\nNothing was loaded, changed or paid for. "
        f"{hint}Go back to how the run was begun; or take another "
        f"`backup_dir` for a new run{_acceptance(refused)}."
    )


def _acceptance(refused: Mapping[str, tuple[str, str]]) -> str:
    if any(map(_is_for_good, refused)):
        return "; what was learned of variables that differ cannot be taken over"
    return f"; or accept the change with `allow_changes={sorted(refused)}`"


def _is_for_good(name: str) -> bool:
    """Return whether a change can never be accepted: what is saved does not fit it."""
    return name.startswith(_VARIABLES)


def _renamed(refused: Mapping[str, tuple[str, str]]) -> str:
    """Return a hint, if modules are the same but for counters in their names."""
    changed = [
        (_COUNTER.sub("", name), before, now)
        for name, (before, now) in refused.items()
        if name.startswith(_VARIABLES)
    ]
    gone = Counter((name, before) for name, before, now in changed if now == NOTHING)
    new = Counter((name, now) for name, before, now in changed if before == NOTHING)
    if not gone or gone != new:
        return ""
    return (
        "Modules were only named anew, as when the cell of a notebook that makes them "
        "runs again: call `synalinks.clear_session()` first in that cell, or give "
        "modules a `name=`. "
    )
