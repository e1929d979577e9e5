"""Whether a run is saved, and where: what the user asked for."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synalinks._internal.aio import run_to_the_end
from synalinks.backups import RunFolder, read_card
from synalinks.callbacks import BackupAndRestore, CallbackList
from synalinks.contracts import read_manifest
from synalinks.errors import ConfigurationError
from synalinks.training._backup import Backup
from synalinks.training._fingerprint import fingerprint_of
from synalinks.training._opening import open_run

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    from synalinks.training._current_run import CurrentRun
    from synalinks.training._plan import FitPlan
    from synalinks.training._session import FitSession


async def with_backup(callbacks: Any, folder: str | Path | None) -> Any:
    """Return callbacks with a `BackupAndRestore` for a folder.

    Args:
        callbacks: What `fit` was given.
        folder: What `resume` was given; None changes nothing.

    Raises:
        ConfigurationError: There is one for another folder.
    """
    if folder is None:
        return callbacks
    folder = await asyncio.to_thread(_folder_of_run, Path(folder))
    entries = CallbackList(callbacks)
    present = settings_of(entries)
    if present is None:
        entries.append(BackupAndRestore(folder))
    elif present.backup_dir.absolute() != folder.absolute():
        msg = (
            f"`resume` is `{folder}`, and a `BackupAndRestore` among the callbacks has "
            f"`{present.backup_dir}`: give one of them."
        )
        raise ConfigurationError(msg)
    return entries


def _folder_of_run(folder: Path) -> Path:
    """Return the folder of a run, also for that of its checkpoints."""
    saved = [row.state_path for row in read_manifest(folder) if row.state_path]
    found = [path for path in map(Path, saved) if path.is_dir()]
    return found[-1] if found and read_card(folder) is None else folder


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


@contextlib.asynccontextmanager
async def backed_up(
    run: CurrentRun, plan: FitPlan, session: FitSession
) -> AsyncGenerator[None]:
    """Hold the folder of a run, and save the run, in a `with` block.

    Nothing of that is done unless the user wants it.

    Args:
        run: The run; gets the backup.
        plan: The checked arguments of `fit`.
        session: What was measured.

    Yields:
        None.

    Raises:
        BaseException: What the block raises; after a signal that which it stands for.
    """
    settings = settings_of(run.callbacks or ())
    if settings is None:
        yield
        return
    # All data are looked at, and source code is read.
    fingerprint = await run_to_the_end(fingerprint_of, run.program, plan)
    async with _held(settings) as folder:
        epochs = plan.epochs.stop
        opened = await run_to_the_end(
            lambda: open_run(folder, settings, fingerprint, epochs=epochs)
        )
        backup = Backup(settings, run, session, opened)
        async with backup.saving(plan.epochs.start):
            run.backup = backup
            yield


@contextlib.asynccontextmanager
async def _held(settings: BackupAndRestore) -> AsyncGenerator[RunFolder]:
    folder = RunFolder(settings.backup_dir)
    await run_to_the_end(folder.open)
    try:
        yield folder
    finally:
        await asyncio.shield(asyncio.to_thread(folder.close))
