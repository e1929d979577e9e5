"""`MetricsLogger`: numbers, and what they come from, in one or more places."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from synalinks._internal.checks import check_count
from synalinks._internal.files import AppendFile
from synalinks._internal.json import digest
from synalinks._internal.shape import is_dict, is_row
from synalinks.callbacks._callback import Callback
from synalinks.callbacks._prediction_writer import row_of
from synalinks.callbacks._sinks import JsonlSink, sink_of
from synalinks.contracts import present_candidate, trainable_by_path
from synalinks.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from synalinks._internal.json import JsonObject
    from synalinks.callbacks._callback import ErrorPolicy, Logs
    from synalinks.callbacks._sinks import Sink


_CHARS_PER_TOKEN = 4


class MetricsLogger(Callback):
    """Writes the numbers of a training, every so many steps and epochs.

    A row of batches is written after every so many steps of the optimizer, counted
    over epochs; what was seen in between is kept, the last value of each name wins,
    and what is left goes into the row of the epoch. The values that
    `trainer.log` puts into the records are written too.

    A run that is gone on with has its files of JSON cut back to where it was saved, so
    that they have the lines of one run. Files that others write to as well, such as the
    runs of an experiment, are not cut; what other sinks were given stays there.

    Args:
        sinks: Where to write: `"stdout"`; `"jsonl:<path>"`, a line of JSON for each
            row or record, added to what the file has; `"wandb"`; or objects with
            `log_metrics(metrics, step)`, which get numbers only.
        log_every_n_steps: Steps from one row to the next; 0 or None for none.
        log_every_n_epochs: Epochs from one row to the next, the last one always has
            one; 0 or None for none.
        log_metrics: Whether to write the numbers.
        log_feedback: Whether to write the critique that an optimizer has put into its
            candidates: `metadata["feedback"]`, a text or a text per variable path.
        log_variables: Whether to write the trainable variables after the epochs in
            which what can be learned of them has changed.
        log_outputs: Samples to write with each row of batches: input, output, reward.
        log_gradients: Other name of `log_feedback`.
        log_parameters: Other name of `log_variables`.

    Raises:
        ConfigurationError: An argument is out of its range, or a sink is not known.
        MissingDependencyError: The package of a sink is not installed.
    """

    callback_order: float = 10
    on_hook_error: ErrorPolicy = "warn"

    def __init__(  # noqa: PLR0917 - names and order are part of the public API
        self,
        sinks: Any = ("stdout",),
        log_every_n_steps: int | None = 100,
        log_every_n_epochs: int | None = 1,
        log_metrics: bool = True,
        log_feedback: bool = False,
        log_variables: bool = False,
        log_outputs: int = 0,
        *,
        log_gradients: bool = False,
        log_parameters: bool = False,
    ) -> None:
        given: Sequence[Any] = sinks if is_row(sinks) else (sinks,)
        if not given:
            msg = "`MetricsLogger` needs at least one sink."
            raise ConfigurationError(msg)
        for name, value in (
            ("log_every_n_steps", log_every_n_steps or 0),
            ("log_every_n_epochs", log_every_n_epochs or 0),
            ("log_outputs", log_outputs),
        ):
            check_count(name, value)
        self.sinks: list[Sink] = [sink_of(one) for one in given]
        self.log_every_n_steps: int = log_every_n_steps or 0
        self.log_every_n_epochs: int = log_every_n_epochs or 0
        self.log_metrics = log_metrics
        self.log_feedback: bool = log_feedback or log_gradients
        self.log_variables: bool = log_variables or log_parameters
        self.log_outputs = log_outputs
        self._forget()

    def _forget(self) -> None:
        self._pending: dict[str, float] = {}
        self._n_records = 0
        self._digests: dict[str, str] = {}
        # How long each file is that nobody else writes to; and which are to be cut.
        self._n_bytes: dict[str, int] = {}
        self._to_cut: set[str] = set()

    def state_dict(self) -> JsonObject:
        """Return what was written, what is still to be, and how long files are."""
        return {
            "digests": dict(self._digests),
            "pending": dict(self._pending),
            "n_records": self._n_records,
            "n_bytes": dict(self._n_bytes),
        }

    def load_state_dict(self, state: JsonObject) -> None:
        """Write nothing again that was written before, and drop what came after.

        Args:
            state: What `state_dict` returned; only `digests` from earlier releases.
        """
        self._digests = dict(state["digests"])
        self._pending = dict(state.get("pending", {}))
        self._n_records = state.get("n_records", 0)
        n_bytes: dict[str, int] = state.get("n_bytes", {})
        self._n_bytes = {name: n_bytes[name] for name in self._n_bytes.keys() & n_bytes}
        # With the next entries, in a thread: an event loop must not wait for disks.
        self._to_cut = set(self._n_bytes)

    async def setup(self, stage: str) -> None:
        """Open the sinks.

        Args:
            stage: `train`, `evaluate` or `predict`.
        """
        self._forget()
        if stage == "train":
            for sink in self.sinks:
                await asyncio.to_thread(self._open, sink)

    def _open(self, sink: Sink) -> None:
        sink.open()
        if isinstance(sink, JsonlSink) and not self._is_shared(sink.path):
            self._n_bytes[str(sink.path)] = _size(sink.path)

    def _is_shared(self, path: Path) -> bool:
        """Return whether others may write to a file: their lines must not be cut."""
        loggers = [one for one in self._others() if isinstance(one, MetricsLogger)]
        sinks = [*self.sinks, *(sink for one in loggers for sink in one.sinks)]
        paths = [one.path for one in sinks if isinstance(one, JsonlSink)]
        return self.trainer.ctx is not None or paths.count(path) > 1

    def _others(self) -> Iterator[Any]:
        return (one for one in self.trainer.callbacks or () if one is not self)

    async def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Write a row, if it is time.

        Args:
            batch: Index of the batch in the epoch, from 0.
            logs: The row of the batch.
        """
        self._pending.update(logs or {})
        n_steps = self.trainer.global_step
        if self.log_every_n_steps and n_steps % self.log_every_n_steps == 0:
            row, self._pending = self._pending, {}
            await self._write([*self._row(row), *self._of_batch()])

    async def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Write the row of the epoch, if it is due, and what is left of its batches.

        Args:
            epoch: Index of the epoch, from 0.
            logs: Values by name.
        """
        row = self._pending if self.log_every_n_steps else {}
        self._pending = {}
        if self._is_due(epoch):
            row = {**row, **(logs or {})}
        await self._write([*self._row(row), *self._of_epoch()])

    async def on_train_end(self, logs: Logs | None = None) -> None:
        """Write what has come since, and what the last epoch has not written.

        Args:
            logs: Those of the last epoch.
        """
        is_written = not self.log_every_n_epochs or self._is_due(self.trainer.epoch)
        row = {} if is_written else dict(logs or {})
        await self._write([*self._row(row), *self._of_epoch()])

    def _is_due(self, epoch: int) -> bool:
        n = self.log_every_n_epochs
        return bool(n) and ((epoch + 1) % n == 0 or epoch + 1 == self.params["epochs"])

    # -- what is written ---------------------------------------------------------------

    def _entry(self, kind: str, content: JsonObject) -> JsonObject:
        state = self.trainer
        place = {"kind": kind, "step": state.global_step, "epoch": state.epoch}
        return {**place, **{key: _plain(value) for key, value in content.items()}}

    def _row(self, row: JsonObject) -> list[JsonObject]:
        return [self._entry("metrics", row)] if row and self.log_metrics else []

    def _of_batch(self) -> Iterator[JsonObject]:
        yield from self._records()
        if self.log_feedback:
            yield from self._feedback()
        for rollout in list(self.trainer.outputs)[: self.log_outputs]:
            yield self._entry("output", row_of(rollout))

    def _of_epoch(self) -> Iterator[JsonObject]:
        yield from self._records()
        if not self.log_variables:
            return
        present = present_candidate(trainable_by_path(self.program))
        for path, value in present.values.items():
            found = digest(value)
            if self._digests.get(path) != found:
                self._digests[path] = found
                yield self._entry("variable", {"variable": path, "value": value})

    def _records(self) -> Iterator[JsonObject]:
        records = self.trainer.records[self._n_records :]
        self._n_records += len(records)
        for one in records:
            yield {**self._entry("record", {}), **one}

    def _feedback(self) -> Iterator[JsonObject]:
        proposal = self.trainer.proposal
        for candidate in proposal.candidates if proposal is not None else ():
            given: Any = candidate.metadata.get("feedback") or {}
            texts = given if is_dict(given) else dict.fromkeys(candidate.values, given)
            for path, text in texts.items():
                n_tokens = -(-len(str(text)) // _CHARS_PER_TOKEN)
                content = {"variable": path, "text": text, "n_tokens": n_tokens}
                yield self._entry("feedback", content)

    async def _write(self, entries: Sequence[JsonObject]) -> None:
        if not entries and not self._to_cut:
            return
        for sink in self.sinks:
            await asyncio.to_thread(self._put, sink, list(entries))

    def _put(self, sink: Sink, entries: list[JsonObject]) -> None:
        if not isinstance(sink, JsonlSink):
            sink.write(entries)
            return
        path, name = sink.path, str(sink.path)
        if name in self._to_cut:
            self._to_cut.remove(name)
            _cut_back(path, self._n_bytes[name])
        if _size(path) != self._n_bytes.get(name):
            self._n_bytes.pop(name, None)  # others write to it, too
        sink.write(entries)
        if name in self._n_bytes:
            self._n_bytes[name] = _size(path)


def _plain(value: Any) -> Any:
    # Callbacks may log the numbers and arrays of NumPy and its like.
    return value.tolist() if hasattr(value, "tolist") else value


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _cut_back(path: Path, n_bytes: int) -> None:
    """Drop the lines behind a place, if lines end there: it may be another file now."""
    if _size(path) <= n_bytes or not _is_end_of_line(path, n_bytes):
        return
    file = AppendFile.claim(path)
    if file is not None:
        file.cut(n_bytes)
        file.close()


def _is_end_of_line(path: Path, n_bytes: int) -> bool:
    with path.open("rb") as file:
        file.seek(max(n_bytes - 1, 0))
        return n_bytes == 0 or file.read(1) == b"\n"
