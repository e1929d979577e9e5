"""`PredictionWriter`: predictions in a file, as they come."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synalinks._internal.files import append_text, write_atomic
from synalinks._internal.json import dumps
from synalinks.callbacks._callback import Callback
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.callbacks._callback import ErrorPolicy, Logs
    from synalinks.contracts import Rollout

_SUFFIX = ".jsonl"


class PredictionWriter(Callback):
    """Writes the predictions of `predict` and `evaluate` to a file, batch by batch.

    There is one line of JSON per sample, in the order of the samples, on disk before
    the next batch is taken: `sample_id`, `input`, `output`, and where there are any
    `expected`, `reward` and `error`. Validations inside `fit` are not written. A run
    replaces what the file held.

    If writing fails, there is a warning, and nothing more is written: the lines that
    are there have no gaps.

    Args:
        path: Where to write; ends in `.jsonl`. Parent folders are made.

    Raises:
        ConfigurationError: The path ends otherwise.
    """

    callback_order: float = 10
    on_hook_error: ErrorPolicy = "disable"

    def __init__(self, path: str | Path) -> None:
        self.path: Path = Path(path)
        if self.path.suffix != _SUFFIX:
            msg = f"The path ends in `{_SUFFIX}`, received: {show(str(path))}."
            raise ConfigurationError(msg)

    async def setup(self, stage: str) -> None:
        """Begin the file, so that it is known to be writable before any call.

        Args:
            stage: `train`, `evaluate` or `predict`.
        """
        if stage != "train":
            await asyncio.to_thread(write_atomic, self.path, "")

    async def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Write a batch of `evaluate`.

        Args:
            batch: Index of the batch, from 0.
            logs: `reward` and each metric so far.
        """
        if self.trainer.stage == "evaluate":
            await self._write()

    async def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Write a batch of `predict`.

        Args:
            batch: Index of the batch, from 0.
            logs: `outputs`.
        """
        await self._write()

    async def _write(self) -> None:
        lines = [f"{dumps(row_of(one))}\n" for one in self.trainer.outputs]
        await asyncio.to_thread(append_text, self.path, "".join(lines))


def row_of(rollout: Rollout) -> JsonObject:
    """Return what is known of a sample, as JSON.

    Args:
        rollout: The sample, run and maybe scored.
    """
    row: JsonObject = {
        "sample_id": rollout.sample_id,
        "input": _plain(rollout.inputs),
        "output": _plain(rollout.output),
    }
    if rollout.target is not None:
        row["expected"] = _plain(rollout.target)
    if rollout.reward is not None:
        row["reward"] = rollout.reward
    if rollout.failure is not None:
        row["error"] = f"{rollout.failure.error}: {rollout.failure.message}"
    return row


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}  # pyright: ignore[reportUnknownVariableType]
    return value.get_json() if hasattr(value, "get_json") else value
