"""`CheckpointSaver`: writes programs, and keeps the files of the best."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from synalinks._internal.console import write
from synalinks.callbacks._callback import Callback
from synalinks.callbacks._checkpoint_files import link
from synalinks.callbacks._improvement import Improvement
from synalinks.contracts import USAGE_KEYS, VALIDATION
from synalinks.errors import warn

if TYPE_CHECKING:
    from synalinks.callbacks._callback import Logs
    from synalinks.callbacks._checkpoint_path import CheckpointPath
    from synalinks.callbacks._ranking import Ranking


class CheckpointSaver(Callback):
    """The part of `ProgramCheckpoint` that writes files.

    Args:
        path: The template of the file names.
        ranking: The best checkpoints so far.
        ranks: Whether only the best are saved.
        reason: Why files that are not ranked are saved: `epoch` or `batch`.
    """

    monitor: str
    save_best_only: bool
    save_last: bool | Literal["link"]
    verbose: int

    def __init__(
        self, path: CheckpointPath, ranking: Ranking, *, ranks: bool, reason: str
    ) -> None:
        self._path = path
        self._ranking = ranking
        self._ranks = ranks
        self._reason = reason
        self._improvement = Improvement(sense="max")
        self._last_digest: str | None = None
        self._has_warned_of_stale = False

    @property
    def best_k(self) -> list[tuple[float, str]]:
        """The best values and their files, best first."""
        return self._ranking.ordered(self._improvement)

    @property
    def best(self) -> float | None:
        """The best value so far; the threshold or None if there is none."""
        found = self.best_k
        return found[0][0] if found else self._ranking.threshold

    @property
    def best_path(self) -> str | None:
        """The file of the best value."""
        found = self.best_k
        return found[0][1] if found else None

    @property
    def last_path(self) -> str | None:
        """The file of the latest state."""
        return str(self._path.named("last")) if self.save_last else None

    async def _save_if_better(self, logs: Logs, value: Any) -> None:
        fresh = self._without_stale(logs)
        if self.monitor in logs and self.monitor not in fresh:
            value = None
        logs = fresh
        saved: Path | None = None
        if not self._ranks:
            saved = await self._save_as_named(logs, None)
        elif value is not None and self._ranking.admits(value, self._improvement):
            saved = await self._save_as_named(logs, float(value))
        if self.save_last:
            await self._save_last(saved)
        if saved is not None and self._ranks and value is not None:
            await self._rank(float(value), saved)

    def _without_stale(self, logs: Logs) -> Logs:
        """Return the logs without what is no score of the program as it is."""
        stale = self.trainer.stale_evaluators()
        if VALIDATION in stale and f"{VALIDATION}_reward" in logs:
            self._warn_of_stale()
        evaluator_of = self.trainer.evaluator_of
        return {key: one for key, one in logs.items() if evaluator_of(key) not in stale}

    def _warn_of_stale(self) -> None:
        if not self._has_warned_of_stale:
            self._has_warned_of_stale = True
            warn(
                "A callback has changed the program after it was validated: what was "
                "measured is no score of the program as it is, and no checkpoint goes "
                "by it."
            )

    async def _save_as_named(self, logs: Logs, value: float | None) -> Path | None:
        state = self.trainer
        counts = {
            "epoch": state.epoch + 1,
            "batch": state.batch_index + 1,
            "step": state.global_step,
        }
        usage = {key: state.get_metric(key, None) for key in USAGE_KEYS}
        known = {key: value for key, value in usage.items() if value is not None}
        path = self._path.fill({**known, **logs, **counts})
        if path is None:  # such as `{val_reward}` in an epoch without validation
            return None
        if value is not None and not self.save_best_only:
            taken = {kept for _, kept in self._ranking.kept}
            versions = (self._path.version(path, n) for n in range(len(taken) + 1))
            path = next(one for one in versions if str(one) not in taken)
        await self._save(path, self._reason if value is None else "best")
        return path

    async def _save(self, path: Path, reason: str) -> None:
        monitor = self.monitor if self._ranks else None
        row = await self.trainer.save_checkpoint(
            path, reason, monitor=monitor, folder=self._path.folder
        )
        self._last_digest = row.digest if reason == "last" else self._last_digest
        if self.verbose:
            write(f"ProgramCheckpoint: saved `{path}` ({reason})\n")

    async def _save_last(self, saved: Path | None) -> None:
        last = self._path.named("last")
        if self.save_last == "link" and saved is not None:
            self._last_digest = self.trainer.present().digest
            await asyncio.to_thread(link, last, saved)
        else:
            await self._save(last, "last")

    async def _rank(self, value: float, path: Path) -> None:
        # Only now that the new file is on disk may an old one go.
        dropped = self._ranking.add(value, str(path), self._improvement)
        if dropped is not None and not self.save_best_only and dropped != str(path):
            await asyncio.to_thread(Path(dropped).unlink, missing_ok=True)
