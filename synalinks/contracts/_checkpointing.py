"""`Checkpointing`: how a run saves its program on request."""

from __future__ import annotations

import asyncio
import math
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synalinks.contracts._artifacts import Artifacts
from synalinks.contracts._checkpoint import ManifestRow, append_to_manifest
from synalinks.contracts._evaluations import Evaluations
from synalinks.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLES_SUFFIX = ".variables.json"
_N_ID_BYTES = 8


class Checkpointing(Evaluations):
    """The part of `TrainerState` that saves programs and tells callbacks.

    Attributes:
        callbacks: The `CallbackList` of the run; None where there is none.
        checkpoint_folder: Where checkpoints without a path of their own go; that of
            `ProgramCheckpoint`, if there is one.
        artifacts: What the run has left and taken so far.
    """

    program: Any
    logs: dict[str, Any]
    params: Mapping[str, Any]
    epoch: int
    batch_index: int

    def __init__(self) -> None:
        super().__init__()
        self.callbacks: Any = None
        self.checkpoint_folder: Path | None = None
        self.artifacts: Artifacts = Artifacts(run_id=secrets.token_hex(_N_ID_BYTES))
        self._requested: list[Path | None] = []

    if TYPE_CHECKING:

        @property
        def global_step(self) -> int: ...

    @property
    def output_dir(self) -> Path | None:
        """Folder of the checkpoints of the run; None where there are none."""
        return self.artifacts.run_dir or self.checkpoint_folder

    @property
    def checkpoint_mgr(self) -> Checkpointing:
        """What saves checkpoints and lists them in `artifacts`: the trainer itself."""
        return self

    def request_checkpoint(self, path: str | Path | None = None) -> None:
        """Save the program right after the hook in which this is called.

        Args:
            path: A program file (`.json`) or a variables file (`.variables.json`); by
                default one named after the step, beside those of `ProgramCheckpoint`.

        Raises:
            ConfigurationError: There is neither a path nor a `ProgramCheckpoint`.
        """
        if path is None and self.checkpoint_folder is None:
            msg = (
                "`request_checkpoint()` does not know where to save: give a path, or "
                "add a `ProgramCheckpoint` to the callbacks."
            )
            raise ConfigurationError(msg)
        self._requested.append(None if path is None else Path(path))

    async def save_requested_checkpoints(self) -> None:
        """Save what `request_checkpoint` asked for."""
        while self._requested:
            path = self._requested.pop(0)
            if path is None:
                folder = self.checkpoint_folder or Path()
                path = folder / f"step-{self.global_step}.program.json"
            await self.save_checkpoint(path, "requested")

    async def save_checkpoint(
        self,
        path: str | Path,
        reason: str = "manual",
        *,
        monitor: str | None = None,
        folder: Path | None = None,
    ) -> ManifestRow:
        """Save the program, list it in `checkpoints.jsonl` and call `on_checkpoint`.

        The file and the row are on disk before the hook is called.

        Args:
            path: A program file (`.json`) or a variables file (`.variables.json`).
            reason: Why it is saved.
            monitor: The value that decided that it is saved.
            folder: Folder of `checkpoints.jsonl`; by default that of the file.

        Returns:
            The row.

        Raises:
            ConfigurationError: The file name has another ending.
            WriteError: The file or the row could not be written.
        """
        path = Path(path)
        folder = path.parent if folder is None else folder
        row = await asyncio.to_thread(self._write, path, folder, reason, monitor)
        self.artifacts.run_dir = self.artifacts.run_dir or folder
        self.artifacts.checkpoints.append(row)
        if self.callbacks is not None:
            await self.callbacks.dispatch("on_checkpoint", row, self.logs)
        return row

    def _write(
        self, path: Path, folder: Path, reason: str, monitor: str | None
    ) -> ManifestRow:
        holds_variables = path.name.endswith(VARIABLES_SUFFIX)
        digest = self.present().digest
        if holds_variables:
            self.program.save_variables(path)
        else:
            self.program.save(path)
        backup_dir = self.artifacts.backup_dir
        relative = path.resolve().relative_to(folder.resolve())
        row = ManifestRow(
            name=path.name,
            reason=reason,
            epoch=self.epoch,
            batch=self.batch_index,
            step=self.global_step,
            digest=digest,
            program_path=None if holds_variables else relative.as_posix(),
            variables_path=relative.as_posix() if holds_variables else None,
            state_path=None if backup_dir is None else str(backup_dir.absolute()),
            metrics=self._own_numbers(),
            monitor=monitor,
            bytes=path.stat().st_size,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            run_id=self.artifacts.run_id,
        )
        append_to_manifest(folder, row)
        return row

    def _own_numbers(self) -> dict[str, float]:
        """Return the present logs without what is no score of the present program."""
        stale = self.stale_evaluators()
        return {
            key: float(value)
            for key, value in self.logs.items()
            if isinstance(value, (int, float))
            and math.isfinite(value)
            and self.evaluator_of(key) not in stale
        }
