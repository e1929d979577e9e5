"""`Backup`: how a run of `fit` is saved, and gone on with."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.aio import run_to_the_end
from synalinks.backups import COMMIT, RunCard, RunFolder
from synalinks.callbacks import BackupAndRestore
from synalinks.errors import (
    BackupMismatchError,
    ConfigurationError,
    WriteError,
    show,
    warn,
)
from synalinks.training._fingerprint import (
    CODE,
    INITIAL,
    check_allowed,
    differences,
    fingerprint_of,
    is_allowed,
    variables_digest,
)
from synalinks.training._growth import Growth
from synalinks.training._interruption import Interruption
from synalinks.training._saved_state import (
    Place,
    RunUsage,
    callback_states,
    core_state,
    load_callback_states,
    load_core_state,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Mapping

    from synalinks._internal.journal import Journal
    from synalinks._internal.json import JsonObject
    from synalinks.training._current_run import CurrentRun
    from synalinks.training._plan import FitPlan
    from synalinks.training._session import FitSession

_MAX_LEFT = 8


def settings_of(callbacks: Iterable[Any]) -> BackupAndRestore | None:
    """Return the `BackupAndRestore` of a run, or None.

    Args:
        callbacks: The callbacks of the run.

    Raises:
        ConfigurationError: There are several.
    """
    found = [one for one in callbacks if isinstance(one, BackupAndRestore)]
    if len(found) > 1:
        folders = ", ".join(f"`{one.backup_dir}`" for one in found)
        msg = f"A run is saved in one folder, received several: {folders}."
        raise ConfigurationError(msg)
    return found[0] if found else None


class Backup:
    """Saves a run in its folder, and restores it from there.

    Args:
        settings: The user's.
        run: The run.
        plan: The checked arguments of `fit`.
        session: What was measured.
    """

    def __init__(
        self,
        settings: BackupAndRestore,
        run: CurrentRun,
        plan: FitPlan,
        session: FitSession,
    ) -> None:
        self._settings = settings
        self._run = run
        self._plan = plan
        self._session = session
        self._folder = RunFolder(settings.backup_dir)
        self._usage = RunUsage(run.program)
        self._interruption = Interruption(settings.grace_s)
        self._state: JsonObject | None = None
        self._has_warned = False
        self._noted: str | None = None
        self._journal: Journal
        self._growth: Growth
        self._card: RunCard

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncGenerator[None]:
        """Hold the folder and keep the journal in a `with` block.

        Yields:
            None.

        Raises:
            ResumeError: What is in the folder is no state of this run.
            ConfigurationError: The folder cannot be used.
            SavingError: The folder cannot be written to, or its files not be read.
        """
        fingerprint = fingerprint_of(self._run.program, self._plan)
        check_allowed(self._settings.allow_changes, fingerprint)
        await run_to_the_end(self._folder.open)
        try:
            reports = await run_to_the_end(self._open, fingerprint)
            for report in reports:
                warn(report)
            await self._begin()
            with context.bound(context.journal, self._journal):
                async with self._interruption.watching():
                    yield
        except BaseException as error:
            await self._leave(error)
            raise
        else:
            await self._leave(None)
        finally:
            await asyncio.shield(asyncio.to_thread(self._folder.close))

    # -- opening -----------------------------------------------------------------------

    def _open(self, fingerprint: dict[str, str]) -> list[str]:
        """Read what there is; blocks.

        Returns:
            What was found damaged, in words.
        """
        folder, settings = self._folder, self._settings
        changes = self._changes(folder.card, fingerprint)
        pays = settings.on_divergence == "pay" or any(
            not name.startswith(CODE) for name in changes
        )
        journal = self._journal = folder.new_journal(pays_for_divergence=pays)
        self._growth = Growth(self._run, self._session, journal)
        reports: list[str] = []
        snapshot = None
        if folder.card is not None:
            snapshot, reports = folder.read_snapshot()
        folder.sign()
        reports += journal.open()
        self._state = snapshot.state if snapshot else None
        self._card = folder.card or _new_card()
        self._card = _with(self._card, fingerprint, changes, self._plan.epochs.stop)
        folder.write_card(self._card.ending(None))
        return reports

    def _changes(
        self, card: RunCard | None, fingerprint: Mapping[str, str]
    ) -> dict[str, tuple[str, str]]:
        if card is None:
            return {}
        changes = differences(card.fingerprint, fingerprint)
        if fingerprint[INITIAL] in card.left:  # the same program, after an interruption
            changes.pop(INITIAL, None)
        of_code = [name for name in changes if name.startswith(CODE)]
        allowed = self._settings.allow_changes
        refused = {
            name: pair
            for name, pair in changes.items()
            if not is_allowed(name, allowed) and name not in of_code
        }
        if refused:
            msg = _mismatch(self._folder, refused)
            raise BackupMismatchError(msg, differences=refused)
        if of_code:
            names = ", ".join(name.removeprefix(CODE) for name in of_code)
            warn(
                f"The source code of {names} has changed since the run began. It goes "
                "on; if it asks anything else than before, that is an error."
            )
        return changes

    async def _begin(self) -> None:
        settings, journal = self._settings, self._journal
        run_id = self._card.run_id
        settings.run_id = self._run.state.run_id = run_id
        settings.n_replayed = settings.n_paid = 0
        self._usage.begin(run_id)
        if journal.n_in_flight:
            warn(
                f"{journal.n_in_flight} calls were in flight when the run was cut off. "
                "Their answers never got here; they may be paid for a second time."
            )
        if self._state is None:
            # Whether the folder can be written to shows before anything is paid for.
            first = self._plan.epochs.start
            await self.take(Place(epoch=first, has_begun=False))

    # -- restoring ---------------------------------------------------------------------

    async def restore(self) -> Place | None:
        """Go back to what was saved.

        Returns:
            Where the run goes on; None if it begins.

        Raises:
            FileFormatError: The journal has lost what the snapshot needs.
        """
        state = self._state
        if state is None:
            return None
        place = Place(**state["place"])
        self.restore_core()
        await run_to_the_end(
            self._growth.load, state["grown"], state["core"]["data_fingerprint"]
        )
        self._usage.load_state_dict(state["usage"])
        if not place.has_begun:
            return None
        self._run.state.resumed = True
        return place

    def restore_core(self) -> None:
        """Set the program and what trains it as they were; again after hooks ran."""
        if self._state is not None:
            load_core_state(self._run, self._session, self._state["core"])

    def restore_callbacks(self) -> dict[str, Any]:
        """Give callbacks their states back.

        Returns:
            The logs of the last epoch and the last values of the metrics.
        """
        if self._state is None:
            return {}
        unwanted = load_callback_states(self._run, self._state["callbacks"])
        if unwanted:
            warn(
                f"The run was begun with callbacks that are not there any more: "
                f"{', '.join(unwanted)}."
            )
        return self._state["loop"]

    # -- saving ------------------------------------------------------------------------

    async def after_batch(self, place: Place, loop: JsonObject) -> None:
        """Save if it is due, and look for signals and the `STOP` file.

        Args:
            place: What comes next.
            loop: What the loop itself has to remember.

        Raises:
            RunInterruptedError: A signal has come.
        """
        state = self._run.state
        if await asyncio.to_thread(self._folder.take_stop_file):
            state.request_stop(
                f"the file `{self._folder.path / 'STOP'}`",
                validate=False,
                resumable=True,
            )
        is_resumable = state.stop is not None and state.stop.resumable
        self._note_program(place)
        has_signal = self._interruption.received is not None
        if self._settings.is_due(place.batch) or is_resumable or has_signal:
            await self.take(place, loop)
        self._interruption.check()

    async def after_epoch(self, place: Place, loop: JsonObject) -> None:
        """Save, after all callbacks are through with the epoch.

        Args:
            place: What comes next.
            loop: What the loop itself has to remember.

        Raises:
            RunInterruptedError: A signal has come.
        """
        await self.take(place, loop)
        self._interruption.check()

    async def take(self, place: Place, loop: JsonObject | None = None) -> None:
        """Save the run as it is.

        Args:
            place: What comes next.
            loop: What the loop itself has to remember.

        Raises:
            WriteError: The journal cannot be written to.
        """
        state = {
            "run_id": self._card.run_id,
            "place": {name: getattr(place, name) for name in _PLACE},
            "core": core_state(self._run, self._session),
            "callbacks": callback_states(self._run) if place.has_begun else {},
            "usage": self._usage.state_dict(),
            "loop": loop or {},
        }
        self._state = state
        self._note_program(place)
        await run_to_the_end(self._write, state)

    def _note_program(self, place: Place) -> None:
        """Note the program in the journal, if it is another than before."""
        present = self._run.state.present()
        if present.digest == self._noted:
            return
        self._noted = present.digest
        ids = self._session.validation_ids
        rewards = self._session.optimizer.ledger.rewards(present, ids).values()
        commit = {
            "epoch": place.epoch,
            "batch": place.batch,
            "score": sum(rewards) / len(rewards) if rewards else None,
            "values": dict(present.values),
        }
        key = f"{COMMIT}/{place.epoch}/{place.batch}"
        self._journal.note(key, commit, kind=COMMIT)

    def _write(self, state: JsonObject) -> None:
        state["grown"] = self._growth.save()
        self._journal.flush()
        n_kept = 2 if self._settings.double_checkpoint else 1
        try:
            self._folder.write_snapshot(state, n_kept=n_kept)
        except WriteError as error:
            if not state["place"]["has_begun"]:
                raise
            if not self._has_warned:
                self._has_warned = True
                warn(f"The run goes on, and is saved in its journal only: {error}")

    # -- leaving -----------------------------------------------------------------------

    async def _leave(self, error: BaseException | None) -> None:
        if not hasattr(self, "_card"):  # refused: nothing is touched
            return
        settings, stop = self._settings, self._run.state.stop
        settings.n_replayed = self._journal.n_replayed
        settings.n_paid = self._journal.n_appended
        card = self._card.ending("finished", stop.reason if stop else None)
        if self._interruption.received is not None:
            card = self._card.ending("stopped", self._interruption.received.name)
        elif error is not None:
            card = self._card.ending("failed", show(error))
        elif stop is not None and stop.resumable:
            card = self._card.ending("stopped", stop.reason)
        is_finished = card.ended == "finished"
        if not is_finished:
            self._usage.interrupt(card.run_id)
        deletes = is_finished and settings.delete_checkpoint
        left = variables_digest(self._run.program)
        await asyncio.shield(
            asyncio.ensure_future(
                asyncio.to_thread(self._close, _leaving(card, left), deletes=deletes)
            )
        )

    def _close(self, card: RunCard, *, deletes: bool) -> None:
        self._journal.close()
        if deletes:
            self._folder.delete()
            return
        with contextlib.suppress(WriteError):  # a full disk has been told of
            self._folder.write_card(card)


@contextlib.asynccontextmanager
async def backed_up(
    run: CurrentRun, plan: FitPlan, session: FitSession
) -> AsyncGenerator[None]:
    """Save a run in a `with` block, if the user wants that.

    Args:
        run: The run; gets the backup.
        plan: The checked arguments of `fit`.
        session: What was measured.

    Yields:
        None.
    """
    settings = settings_of(run.callbacks or ())
    if settings is None:
        yield
        return
    backup = Backup(settings, run, plan, session)
    async with backup.opened():
        run.backup = backup
        yield


_PLACE = tuple(Place.__dataclass_fields__)


def _new_card() -> RunCard:
    return RunCard(
        run_id=uuid.uuid4().hex,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        fingerprint={},
    )


def _with(
    card: RunCard, fingerprint: dict[str, str], changes: Mapping[str, Any], epochs: int
) -> RunCard:
    # Variables that a process has left are not those with which the run began.
    first = card.fingerprint.get(INITIAL, fingerprint[INITIAL])
    initial = fingerprint[INITIAL] if INITIAL in changes else first
    return RunCard(
        run_id=card.run_id,
        created_at=card.created_at,
        fingerprint={**fingerprint, INITIAL: initial},
        left=card.left,
        epochs=epochs,
    )


def _leaving(card: RunCard, left: str) -> RunCard:
    others = [one for one in card.left if one != left]
    return RunCard(
        run_id=card.run_id,
        created_at=card.created_at,
        fingerprint=card.fingerprint,
        left=(*others[-_MAX_LEFT:], left),
        epochs=card.epochs,
        ended=card.ended,
        reason=card.reason,
    )


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
