"""`Backup`: how a run of `fit` is saved, and gone on with."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.aio import run_to_the_end
from synalinks._internal.interruption import Interruption
from synalinks._internal.shape import is_dict, is_row
from synalinks.backups import STOP_NAME
from synalinks.errors import FileFormatError, SavingError, WriteError, show, warn
from synalinks.training._fingerprint import variables_digest
from synalinks.training._growth import Growth
from synalinks.training._opening import OpenedRun, left_behind
from synalinks.training._orderly import fire_to_the_end
from synalinks.training._run_notes import RunNotes
from synalinks.training._saved_state import (
    Place,
    RunUsage,
    callback_states,
    core_state,
    load_callback_states,
    load_core_state,
)
from synalinks.training._snapshot_writer import SnapshotWriter

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from synalinks._internal.json import JsonObject
    from synalinks.backups import RunCard
    from synalinks.callbacks import BackupAndRestore
    from synalinks.training._current_run import CurrentRun
    from synalinks.training._session import FitSession


class Backup:
    """Saves a run in its folder, and restores it from there.

    Args:
        settings: The user's.
        run: The run.
        session: What was measured.
        opened: What was found in the folder.

    Attributes:
        interruption: The signal that ends the run, once there is one.
        has_torn_down: Whether `teardown` was called.
    """

    def __init__(
        self,
        settings: BackupAndRestore,
        run: CurrentRun,
        session: FitSession,
        opened: OpenedRun,
    ) -> None:
        self.interruption: Interruption = Interruption.here(settings.grace_s)
        self.has_torn_down: bool = False
        self._settings = settings
        self._run = run
        self._session = session
        self._opened = opened
        self._card = opened.card
        self._state = opened.state
        self._usage = RunUsage(run.program)
        self._growth = Growth(run, session, opened.journal)
        # Looked up once: finding the variables of a program takes a while.
        self._variables = list(run.program.variables)
        self._notes = RunNotes(run, session, opened)
        n_kept = 2 if settings.double_checkpoint else 1
        self._snapshots = SnapshotWriter(opened, self._growth, n_kept=n_kept)

    @contextlib.asynccontextmanager
    async def saving(self, first_epoch: int) -> AsyncGenerator[None]:
        """Keep answers, and look for signals, in a `with` block; then tear down.

        An error in `teardown` is one like others: what was paid for is kept.

        Args:
            first_epoch: Index of the first epoch of the run.

        Yields:
            None.

        Raises:
            BaseException: What the block or `teardown` raises, with a note on what is
                saved.
        """
        try:
            await self._begin(first_epoch)
            with context.bound(context.journal, self._opened.journal):
                async with self.interruption.watching():
                    yield
            await self._tear_down()
        except BaseException as error:
            await self._leave(error)
            raise
        await self._leave(None)

    async def _begin(self, first_epoch: int) -> None:
        settings, opened = self._settings, self._opened
        opened.warn()
        artifacts = self._run.state.artifacts
        artifacts.backup_dir = opened.folder.path
        settings.run_id = artifacts.run_id = opened.card.run_id
        artifacts.in_flight = opened.in_flight
        settings.n_in_flight = opened.in_flight.calls
        settings.n_replayed = settings.n_paid = 0
        self._usage.begin(opened.card.run_id)
        self._notes.begin("begun" if self._state is None else "resumed")
        if self._state is None:
            # Whether the folder can be written to shows before anything is paid for.
            place = Place(epoch=first_epoch, has_begun=False)
            self._notes.program(place)
            await self._take(place, {})
            await self._snapshots.written()

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
        if self._opened.anew:
            parts = " and ".join(sorted(self._opened.anew))
            warn(f"The run goes on with another {parts}, which begins anew.")
        try:
            grown = await run_to_the_end(
                self._growth.read, state["grown"], state["core"], state.get("parts", [])
            )
        except FileFormatError as error:
            self._opened.check_as_begun()
            warn(f"{error} The run is worked through again with the answers there are.")
            self._state = None
            return None
        self.restore_core()
        self._growth.load(grown, state["core"])
        self._usage.load_state_dict(state["usage"])
        self._notes.skip_program()
        if not place.has_begun:
            return None
        self._run.state.resumed = True
        return place

    def restore_core(self) -> None:
        """Set the program and what trains it as they were; again after hooks ran."""
        if self._state is not None:
            load_core_state(
                self._run, self._session, self._state["core"], self._opened.anew
            )

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
        await self._snapshots.written()
        await self.accept_changes()

    async def accept_changes(self) -> None:
        """Note what the run is from now on, after all that was saved was taken over.

        What cannot be taken over leaves the folder as it was.
        """
        self._card = self._opened.accepted
        if self._opened.changes:
            folder = self._opened.folder
            await run_to_the_end(folder.write_card, self._card)

    async def after_batch(self, place: Place, loop: JsonObject) -> None:
        """Save if it is due, and look for signals and the `STOP` file.

        Args:
            place: What comes next.
            loop: What the loop itself has to remember.
        """
        self._notes.program(place)
        is_stopped = await self._snapshots.look_for_stop_file()
        if is_stopped or self._is_left() or self._settings.is_due(place.batch):
            await self._take(place, loop)
        if is_stopped:
            reason = f"the file `{self._opened.folder.path / STOP_NAME}`"
            self._run.state.request_stop(reason, validate=False, resumable=True)
        self.interruption.check()

    def _is_left(self) -> bool:
        stop = self._run.state.stop
        is_resumable = stop is not None and stop.resumable
        return is_resumable or self.interruption.received is not None

    async def after_epoch(self, place: Place, loop: JsonObject) -> None:
        """Save, after all callbacks are through with the epoch.

        Args:
            place: What comes next.
            loop: What the loop itself has to remember.
        """
        self._notes.program(place)
        await self._take(place, loop)
        step = self._run.state.global_step
        self._notes.moment("epoch", {"epoch": place.epoch, "step": step})
        self.interruption.check()

    async def _take(self, place: Place, loop: JsonObject) -> None:
        """Save the run as it is; returns when it may change again.

        It is not written then. As long as it is not, the snapshot before and the
        journal are worth as much; there is never more than one that is not.
        """
        await self._snapshots.written()
        core = core_state(self._run, self._session, self._variables)
        new, parts = self._growth.take(core)
        _make_plain(new.fields)
        state: JsonObject = {
            "run_id": self._opened.card.run_id,
            "place": {name: getattr(place, name) for name in _PLACE},
            "core": core,
            "parts": parts,
            "callbacks": callback_states(self._run) if place.has_begun else {},
            "usage": self._usage.state_dict(),
            "loop": loop,
        }
        is_first = not place.has_begun
        try:
            self._snapshots.take(state, new, is_first=is_first)
        except TypeError:  # looked for only then: walking through states takes a while
            state["loop"] = _plain(state["loop"], "loop")
            state["callbacks"] = _plain(state["callbacks"], "callbacks")
            self._snapshots.take(state, new, is_first=is_first)

    # -- leaving -----------------------------------------------------------------------

    async def _tear_down(self) -> None:
        self._count_calls()
        self.has_torn_down = True
        await fire_to_the_end(self._run, "teardown", "train")

    async def _leave(self, error: BaseException | None) -> None:
        """Close the files; remove them if training has come to its end.

        Args:
            error: What ended the run; None if it ended in good order.
        """
        self._growth.close()
        try:
            await self._snapshots.written()
        except WriteError as trouble:
            if error is None:  # training is done: its result is not to be lost
                warn(f"The end of the run could not be saved: {trouble}")
        except BaseException as trouble:
            error = error or trouble
            raise
        finally:
            await self._close(error)

    async def _close(self, error: BaseException | None) -> None:
        self._count_calls()
        card = self._ending(error)
        self._notes.moment(str(card.ended), {"reason": card.reason})
        is_finished = card.ended == "finished"
        if error is not None:
            error.add_note(
                f"The run is saved in `{self._opened.folder.path}`, with all answers "
                "that were paid for: start it again as before, and it goes on."
            )
        self._usage.end(card.run_id)
        card = left_behind(card, variables_digest(self._run.program))
        deletes = is_finished and self._settings.delete_checkpoint
        await self._snapshots.close(lambda: self._leave_folder(card, deletes=deletes))

    def _count_calls(self) -> None:
        settings, journal = self._settings, self._opened.journal
        settings.n_replayed, settings.n_paid = journal.n_replayed, journal.n_appended

    def _ending(self, error: BaseException | None) -> RunCard:
        card, stop = self._card, self._run.state.stop
        received = self.interruption.received
        if received is not None:
            return card.ending("stopped", received.name)
        if error is not None:
            return card.ending("failed", show(error))
        how: Any = "stopped" if stop is not None and stop.resumable else "finished"
        return card.ending(how, stop.reason if stop else None)

    def _leave_folder(self, card: RunCard, *, deletes: bool) -> None:
        # What was paid for and could not be kept up to now is written here.
        self._opened.folder.make_room()
        self._opened.journal.close()
        if deletes:
            self._opened.folder.delete()
            return
        with contextlib.suppress(WriteError):  # the user was told of a full disk
            self._opened.folder.write_card(card)


def _make_plain(new: JsonObject) -> None:
    """Make JSON of what was logged since, which callbacks have put in as it was."""
    new["rows"] = [_plain(row, "logs") for row in new["rows"]]
    new["records"] = [
        _plain(one, f"records.{one.get('key')}") for one in new["records"]
    ]


def _plain(value: Any, name: str) -> Any:
    """Return JSON, also for the numbers and arrays of NumPy and its like.

    Args:
        value: What callbacks have logged, or remember.
        name: What it is called, for errors.

    Raises:
        SavingError: It is none.
    """
    if value is None or isinstance(value, (str, int, float)):
        return value
    if is_dict(value):
        return {_key(key): _plain(one, f"{name}.{key}") for key, one in value.items()}
    if is_row(value):
        return [_plain(one, name) for one in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist(), name)
    msg = (
        f"The run cannot be saved: `{name}` is no JSON, but {show(value)}. What "
        "callbacks log, and return from `state_dict`, are numbers, texts, None, lists "
        "and dicts."
    )
    raise SavingError(msg)


def _key(key: Any) -> Any:
    return key if key is None or isinstance(key, (str, int, float)) else str(key)


_PLACE = tuple(Place.__dataclass_fields__)
