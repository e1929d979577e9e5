"""`Backup`: how a run of `fit` is saved, and gone on with."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.aio import finished, run_to_the_end
from synalinks._internal.interruption import Interruption
from synalinks._internal.snapshots import encode_state
from synalinks.backups import COMMIT, MOMENT, STOP_NAME, RunFolder
from synalinks.contracts import present_candidate
from synalinks.errors import FileFormatError, WriteError, show, warn
from synalinks.tracking import hand_over_outboxes
from synalinks.training._fingerprint import fingerprint_of, variables_digest
from synalinks.training._growth import Growth
from synalinks.training._opening import OpenedRun, left_behind, open_run
from synalinks.training._saved_state import (
    Place,
    RunUsage,
    callback_states,
    core_state,
    load_callback_states,
    load_core_state,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from synalinks._internal.json import JsonObject
    from synalinks.backups import RunCard
    from synalinks.callbacks import BackupAndRestore
    from synalinks.contracts import Usage
    from synalinks.training._current_run import CurrentRun
    from synalinks.training._plan import FitPlan
    from synalinks.training._session import FitSession

_HAND_OVER_S = 5.0


@contextlib.asynccontextmanager
async def open_backup(
    settings: BackupAndRestore, run: CurrentRun, plan: FitPlan, session: FitSession
) -> AsyncGenerator[Backup]:
    """Hold the folder of a run and keep its journal in a `with` block.

    Args:
        settings: The user's.
        run: The run.
        plan: The checked arguments of `fit`.
        session: What was measured.

    Yields:
        The backup.

    Raises:
        BaseException: What the block raises; after a signal that which it stands for.
    """
    # All data are looked at, and source code is read.
    fingerprint = await run_to_the_end(fingerprint_of, run.program, plan)
    async with _held(settings) as folder:
        epochs = plan.epochs.stop
        opened = await run_to_the_end(
            lambda: open_run(folder, settings, fingerprint, epochs=epochs)
        )
        backup = Backup(settings, run, session, opened)
        try:
            async with backup.saving(plan.epochs.start):
                yield backup
        except BaseException as error:
            await backup.leave(error)
            raise
        await backup.leave(None)


@contextlib.asynccontextmanager
async def _held(settings: BackupAndRestore) -> AsyncGenerator[RunFolder]:
    folder = RunFolder(settings.backup_dir)
    await run_to_the_end(folder.open)
    try:
        yield folder
    finally:
        await asyncio.shield(asyncio.to_thread(folder.close))


class Backup:
    """Saves a run in its folder, and restores it from there.

    Args:
        settings: The user's.
        run: The run.
        session: What was measured.
        opened: What was found in the folder.

    Attributes:
        interruption: The signal that ends the run, once there is one.
    """

    def __init__(
        self,
        settings: BackupAndRestore,
        run: CurrentRun,
        session: FitSession,
        opened: OpenedRun,
    ) -> None:
        self.interruption: Interruption = Interruption.here(settings.grace_s)
        self._settings = settings
        self._run = run
        self._session = session
        self._opened = opened
        self._state = opened.state
        self._usage = RunUsage(run.program)
        self._growth = Growth(run, session, opened.journal)
        # Looked up once: finding the variables of a program takes a while.
        self._variables = list(run.program.variables)
        self._writing: asyncio.Future[None] | None = None
        self._noted: str | None = None
        self._has_warned = False
        self._has_stop_file = False

    @contextlib.asynccontextmanager
    async def saving(self, first_epoch: int) -> AsyncGenerator[None]:
        """Keep answers, and look for signals, in a `with` block.

        Args:
            first_epoch: Index of the first epoch of the run.

        Yields:
            None.
        """
        await self._begin(first_epoch)
        with context.bound(context.journal, self._opened.journal):
            async with self.interruption.watching():
                yield

    async def _begin(self, first_epoch: int) -> None:
        settings, opened = self._settings, self._opened
        for report in opened.reports:
            warn(report)
        artifacts = self._run.state.artifacts
        artifacts.backup_dir = opened.folder.path
        settings.run_id = artifacts.run_id = opened.card.run_id
        artifacts.in_flight = opened.in_flight
        settings.n_in_flight = opened.in_flight.calls
        if opened.journal.n_unanswered:
            warn(_in_flight(opened.in_flight))
        settings.n_replayed = settings.n_paid = 0
        self._usage.begin(opened.card.run_id)
        self._note_moment("begun" if self._state is None else "resumed", self._facts())
        if self._state is None:
            # Whether the folder can be written to shows before anything is paid for.
            place = Place(epoch=first_epoch, has_begun=False)
            self._note_program(place)
            await self._take(place, {})
            await self._written()

    # -- restoring ---------------------------------------------------------------------

    async def restore(self) -> Place | None:
        """Go back to what was saved.

        Returns:
            Where the run goes on; None if it begins.
        """
        state = self._state
        if state is None:
            return None
        place = Place(**state["place"])
        try:
            grown = await run_to_the_end(self._growth.read, state["grown"])
        except FileFormatError as error:
            warn(f"{error} The run is worked through again with the answers there are.")
            self._state = None
            return None
        self.restore_core()
        self._growth.load(grown, state["core"]["data_fingerprint"])
        self._usage.load_state_dict(state["usage"])
        self._noted = present_candidate(self._session.variables).digest
        if not place.has_begun:
            return None
        self._run.state.resumed = True
        return place

    def restore_core(self) -> None:
        """Set the program and what trains it as they were; again after hooks ran."""
        if self._state is not None:
            load_core_state(self._run, self._session, self._state["core"])

    def restore_callbacks(self) -> JsonObject:
        """Give callbacks their states back.

        Returns:
            What the loop itself wanted to be remembered.
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

    async def after_begin(self, place: Place, loop: JsonObject) -> None:
        """Save, after `on_train_begin`.

        What callbacks have chosen then, such as the name of the run elsewhere, must be
        chosen once: nothing goes on before it is saved.

        Args:
            place: What comes next.
            loop: What the loop itself has to remember.
        """
        await self._take(place, loop)
        await self._written()

    async def after_batch(self, place: Place, loop: JsonObject) -> None:
        """Save if it is due, and look for signals and the `STOP` file.

        Args:
            place: What comes next.
            loop: What the loop itself has to remember.
        """
        self._note_program(place)
        is_due = self._is_left() or self._settings.is_due(place.batch)
        if is_due or await asyncio.to_thread(self._sees_stop_file):
            await self._take(place, loop)
        if self._has_stop_file:
            reason = f"the file `{self._opened.folder.path / STOP_NAME}`"
            self._run.state.request_stop(reason, validate=False, resumable=True)
        self.interruption.check()

    def _is_left(self) -> bool:
        stop = self._run.state.stop
        is_resumable = stop is not None and stop.resumable
        return is_resumable or self.interruption.received is not None

    def _sees_stop_file(self) -> bool:
        if self._opened.folder.take_stop_file():
            self._has_stop_file = True
        return self._has_stop_file

    async def after_epoch(self, place: Place, loop: JsonObject) -> None:
        """Save, after all callbacks are through with the epoch.

        Args:
            place: What comes next.
            loop: What the loop itself has to remember.
        """
        self._note_program(place)
        await self._take(place, loop)
        step = self._run.state.global_step
        self._note_moment("epoch", {"epoch": place.epoch, "step": step})
        self.interruption.check()

    async def _take(self, place: Place, loop: JsonObject) -> None:
        """Save the run as it is; returns when it may change again."""
        state: JsonObject = {
            "run_id": self._opened.card.run_id,
            "place": {name: getattr(place, name) for name in _PLACE},
            "core": core_state(self._run, self._session, self._variables),
            "callbacks": callback_states(self._run) if place.has_begun else {},
            "usage": self._usage.state_dict(),
            "loop": loop,
        }
        self._state = state
        await self._written()
        text = await run_to_the_end(self._encode, state)
        # The run goes on meanwhile: as long as the snapshot is not there, the one
        # before and the journal are worth as much.
        writing = asyncio.to_thread(self._write, text, is_first=not place.has_begun)
        self._writing = asyncio.ensure_future(writing)

    async def _written(self) -> None:
        """Wait for the snapshot that is being written."""
        writing, self._writing = self._writing, None
        if writing is not None:
            await finished(writing)

    def _encode(self, state: JsonObject) -> str:
        self._sees_stop_file()
        state["grown"] = self._growth.save()
        return encode_state(state)

    def _write(self, text: str, *, is_first: bool) -> None:
        """Write a snapshot; blocks.

        Raises:
            WriteError: The journal cannot be written to; or the first snapshot.
        """
        # What callbacks know to be logged must not be lost with this process.
        hand_over_outboxes(_HAND_OVER_S)
        self._opened.journal.flush()
        n_kept = 2 if self._settings.double_checkpoint else 1
        try:
            self._opened.folder.write_snapshot(text, n_kept=n_kept)
        except WriteError as error:
            if is_first:
                raise
            # The journal has all that was paid for.
            if not self._has_warned:
                self._has_warned = True
                warn(f"The run goes on, and is saved in its journal only: {error}")

    def _note_program(self, place: Place) -> None:
        """Note the program in the journal, if it is another than before."""
        present = present_candidate(self._session.variables)
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
            "at": _now(),
        }
        key = f"{COMMIT}/{place.epoch}/{place.batch}"
        self._opened.journal.note(key, commit, kind=COMMIT)

    def _note_moment(self, what: str, facts: JsonObject) -> None:
        """Note in the journal when something happened, for those who read it."""
        at = _now()
        moment: JsonObject = {"at": at, "what": what, **facts}
        self._opened.journal.remark(f"{MOMENT}/{at}", moment, kind=MOMENT)

    def _facts(self) -> JsonObject:
        program = self._run.program
        return {
            "program": program.name,
            "description": program.description,
            "optimizer": type(program.optimizer).__name__,
            "in_flight": self._opened.in_flight.calls,
        }

    # -- leaving -----------------------------------------------------------------------

    async def leave(self, error: BaseException | None) -> None:
        """Close the files; remove them if training has come to its end.

        Args:
            error: What ended the run; None if it ended in good order.
        """
        settings, journal = self._settings, self._opened.journal
        self._growth.close()
        try:
            await self._written()
        except WriteError as trouble:
            if error is None:  # training is done: its result is not to be lost
                warn(f"The end of the run could not be saved: {trouble}")
        settings.n_replayed, settings.n_paid = journal.n_replayed, journal.n_appended
        card = self._ending(error)
        self._note_moment(str(card.ended), {"reason": card.reason})
        is_finished = card.ended == "finished"
        if error is not None:
            error.add_note(
                f"The run is saved in `{self._opened.folder.path}`, with all answers "
                "that were paid for: start it again as before, and it goes on."
            )
        self._usage.end(card.run_id)
        card = left_behind(card, variables_digest(self._run.program))
        deletes = is_finished and settings.delete_checkpoint
        closing = asyncio.to_thread(self._close, card, deletes=deletes)
        await asyncio.shield(asyncio.ensure_future(closing))

    def _ending(self, error: BaseException | None) -> RunCard:
        card, stop = self._opened.card, self._run.state.stop
        received = self.interruption.received
        if received is not None:
            return card.ending("stopped", received.name)
        if error is not None:
            return card.ending("failed", show(error))
        how: Any = "stopped" if stop is not None and stop.resumable else "finished"
        return card.ending(how, stop.reason if stop else None)

    def _close(self, card: RunCard, *, deletes: bool) -> None:
        # What was paid for and could not be kept up to now is written here.
        self._opened.folder.make_room()
        self._opened.journal.close()
        if deletes:
            self._opened.folder.delete()
            return
        with contextlib.suppress(WriteError):  # the user was told of a full disk
            self._opened.folder.write_card(card)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _in_flight(usage: Usage) -> str:
    cost = "" if usage.cost_usd is None else f", ${usage.cost_usd:.4f}"
    return (
        f"Of this run {usage.calls} calls were in flight when a process was cut off: "
        "their answers never got here, and they are made again. They may be paid for "
        f"twice: at most {usage.calls} calls, about {usage.tokens} tokens{cost}."
    )


_PLACE = tuple(Place.__dataclass_fields__)
