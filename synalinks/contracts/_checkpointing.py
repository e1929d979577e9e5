"""`Checkpointing`: how a run saves its program on request."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synalinks.contracts._checkpoint import ManifestRow, append_to_manifest
from synalinks.contracts._snapshot import present_candidate, trainable_by_path
from synalinks.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks.contracts._records import Candidate

VARIABLES_SUFFIX = ".variables.json"


class Checkpointing:
    """The part of `TrainerState` that saves programs and tells callbacks.

    Attributes:
        callbacks: The `CallbackList` of the run; None where there is none.
        validated: The program that was validated last, as data; None if none was.
        checkpoint_folder: Where checkpoints without a path of their own go; that of
            `ProgramCheckpoint`, if there is one.
        run_id: Identity of the run over all its processes; None without a backup.
    """

    program: Any
    logs: dict[str, Any]
    params: Mapping[str, Any]
    epoch: int
    batch_index: int

    def __init__(self) -> None:
        self.callbacks: Any = None
        self.validated: Candidate | None = None
        self.run_id: str | None = None
        self.checkpoint_folder: Path | None = None
        self._requested: list[Path | None] = []

    if TYPE_CHECKING:

        @property
        def global_step(self) -> int: ...

    def present(self) -> Candidate:
        """Return the program as it is, as data."""
        return present_candidate(trainable_by_path(self.program))

    @property
    def is_val_stale(self) -> bool:
        """Whether the program is another one than that which was validated last."""
        validated = self.validated
        return validated is not None and validated.digest != self.present().digest

    def is_measured(self, key: str) -> bool:
        """Return whether a value is measured by an evaluation, on a program as it is.

        Args:
            key: Name of the value in the logs.
        """
        names = ("val", *self.params.get("evaluators", ()))
        return key.startswith(tuple(f"{name}_" for name in names))

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
            metrics=self._own_numbers(),
            monitor=monitor,
            bytes=path.stat().st_size,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            run_id=self.run_id,
        )
        append_to_manifest(folder, row)
        return row

    def _own_numbers(self) -> dict[str, float]:
        """Return the present logs without what is no score of the present program."""
        is_stale = self.is_val_stale
        return {
            key: float(value)
            for key, value in self.logs.items()
            if isinstance(value, (int, float))
            and math.isfinite(value)
            and not (is_stale and self.is_measured(key))
        }
