"""`ProgramCheckpoint`: save the program as it gets better, or every so often."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from synalinks._internal.checks import check_count, check_real
from synalinks.callbacks._checkpoint_files import cadence_of, check_place
from synalinks.callbacks._checkpoint_path import CheckpointPath
from synalinks.callbacks._checkpoint_saver import CheckpointSaver
from synalinks.callbacks._enrichment import may_enrich
from synalinks.callbacks._improvement import Improvement
from synalinks.callbacks._monitored import Monitored, known_keys
from synalinks.callbacks._ranking import Ranking
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.callbacks._callback import Logs
    from synalinks.callbacks._improvement import Mode


class ProgramCheckpoint(CheckpointSaver):
    """Saves the program: every so often, at each new peak, or the best few.

    Files are written whole or not at all, and listed in `checkpoints.jsonl` beside
    them, with the digest of the variables and the logs; `on_checkpoint` is called
    afterwards. A peak is a peak of all fits that the callback is used in. If a callback
    has changed the program after it was validated, it has no score and is no peak.

    Args:
        filepath: Ends in `.json`, or in `.variables.json` with `save_variables_only`.
            May have fields: `{epoch:02d}` and `{batch}` from 1, `{step}`, and values of
            the logs such as `{val_reward:.3f}`. Folders are made.
        monitor: The value that tells what is better; one `<name>_...` of an evaluator
            is looked at each time it runs.
        mode: `max` or `min`: which side is better; `auto` asks the metric.
        save_best_only: Whether to save only at a new peak.
        save_variables_only: Whether to save the variables rather than the program.
        save_top_k: Keep the files of the best so many, -1 for all and 0 for none. Names
            that are taken get `-v1`, `-v2`, ...
        save_last: Whether `last.program.json` is the latest state, whenever a save is
            due and when training ends; `"link"` makes it a link where it can.
        every_n_epochs: Save after every so many epochs; 0 leaves only `save_last`.
        save_freq: `"epoch"`, or a number of batches.
        every: How often, as a cadence such as `"10ba"`, `"2ep"`, `"$0.50"`, `"100ktok"`
            or `"15min"`, in the place of the two before.
        initial_value_threshold: Only values better than this are peaks.
        save_on_error: Whether to save `error.program.json` when a run fails.
        strict: Whether a value that the run does not have is an error or a warning.
        verbose: 1 to print what is saved.

    Attributes:
        best: The best value so far.
        best_path: Its file.
        best_k: The best values and their files, best first.
        last_path: The latest state, if `save_last`.

    Raises:
        ConfigurationError: An argument, or a combination, cannot work.
    """

    callback_order: float = 20

    def __init__(
        self,
        filepath: str | Path,
        monitor: str = "val_reward",
        *,
        mode: Mode = "auto",
        save_best_only: bool = False,
        save_variables_only: bool = False,
        save_top_k: int | None = None,
        save_last: bool | Literal["link"] = False,
        every_n_epochs: int = 1,
        save_freq: Literal["epoch"] | int = "epoch",
        every: str | None = None,
        initial_value_threshold: float | None = None,
        save_on_error: bool = False,
        strict: bool = True,
        verbose: int = 0,
    ) -> None:
        self._cadence = cadence_of(every, save_freq, every_n_epochs)
        if save_best_only and save_top_k is not None:
            msg = "Give `save_best_only` or `save_top_k`, not both."
            raise ConfigurationError(msg)
        if save_top_k is not None:
            check_count("save_top_k", save_top_k, at_least=-1)
        if save_last not in (True, False, "link"):
            msg = f"`save_last` is True, False or 'link', received: {show(save_last)}."
            raise ConfigurationError(msg)
        check_real("initial_value_threshold", initial_value_threshold, may_be_none=True)
        self._monitored = Monitored(
            monitor, mode, owner="ProgramCheckpoint", strict=strict
        )
        ranking = Ranking(
            size=1 if save_top_k is None else save_top_k,
            threshold=initial_value_threshold,
        )
        super().__init__(
            CheckpointPath(filepath, holds_variables=save_variables_only),
            ranking,
            ranks=save_best_only or save_top_k is not None,
            reason="batch" if self._is_by_batch() else "epoch",
        )
        self.filepath: str = str(filepath)
        self.monitor = monitor
        self.mode = mode
        self.save_best_only = save_best_only
        self.save_variables_only = save_variables_only
        self.save_top_k = save_top_k
        self.save_last: bool | Literal["link"] = save_last
        self.initial_value_threshold = initial_value_threshold
        self.save_on_error = save_on_error
        self.verbose = verbose

    @property
    def state_key(self) -> str:
        """The class and the path: there may be several in a run."""
        return f"ProgramCheckpoint({self.filepath})"

    # -- hooks ---------------------------------------------------------------------

    async def setup(self, stage: str) -> None:
        """Check what depends on the run, before anything is paid for.

        Args:
            stage: `train`, `evaluate` or `predict`.

        Raises:
            ConfigurationError: The file name has a field that the logs have not, or
                the monitored value is not there when a save is due.
            MonitorError: The run will not have the monitored value.
            WriteError: The folder cannot be written to, or `filepath` is one.
        """
        if stage != "train":
            return
        state = self.trainer
        is_complete = not any(may_enrich(one) for one in state.callbacks or ())
        known = known_keys(state)
        if self._is_by_batch():
            known = {one for one in known if state.evaluator_of(one) is None}
        self._path.check(known, is_complete=is_complete)
        if self._ranks:
            sense = self._monitored.resolve(self.program)
            self._improvement = Improvement(sense=sense)
            self._check_timing()
        if state.checkpoint_folder is None:
            state.checkpoint_folder = self._path.folder
        await asyncio.to_thread(check_place, Path(self.filepath), self._path.folder)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Begin to count.

        Args:
            logs: Empty.
        """
        self._last_digest = None
        self._has_warned_of_stale = False
        if self._cadence is not None:
            self._cadence.begin(self.trainer)

    async def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Save if it is due.

        Args:
            batch: Index of the batch in the epoch.
            logs: The row of the batch.
        """
        if not self._is_by_batch() or self._is_by_evaluation():
            return
        if self._is_due(at_epoch_end=False):
            await self._save_if_better(logs or {}, (logs or {}).get(self.monitor))

    async def on_eval(self, step: int, name: str, metrics: Logs) -> None:
        """Save if the value of this evaluator is monitored, and a peak.

        Args:
            step: Training steps completed.
            name: Name of the evaluator.
            metrics: Its values.
        """
        if self._ranks and self._monitored.evaluation(self.trainer) == name:
            logs = {f"{name}_{key}": value for key, value in metrics.items()}
            logs = {**self.trainer.logs, **logs}
            await self._save_if_better(logs, logs.get(self.monitor))

    async def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Save if it is due.

        Args:
            epoch: Index of the epoch.
            logs: Values by name.
        """
        if self._is_by_batch() or self._is_by_evaluation():
            return
        if self._is_due(at_epoch_end=True):
            value = self._monitored.read(logs) if self._ranks else None
            await self._save_if_better(logs or {}, value)

    async def before_train_end(self, logs: Logs) -> None:
        """Save the final state, if it is another than that saved last.

        Args:
            logs: Those of the last epoch.
        """
        if self.save_last and self._last_digest != self.trainer.present().digest:
            await self._save_last(None)

    async def on_run_error(
        self, error: BaseException, logs: Logs | None = None
    ) -> None:
        """Save what there is.

        Args:
            error: What ended the run.
            logs: Those of the last epoch.
        """
        if self.save_on_error:
            await self._save(self._path.named("error"), "error")

    # -- when ------------------------------------------------------------------------

    def _is_due(self, *, at_epoch_end: bool) -> bool:
        cadence = self._cadence
        return cadence is not None and cadence.is_due(
            self.trainer, at_epoch_end=at_epoch_end
        )

    def _is_by_batch(self) -> bool:
        return self._cadence is not None and self._cadence.interval.unit != "ep"

    def _is_by_evaluation(self) -> bool:
        return self._ranks and self._monitored.evaluation(self.trainer) is not None

    def _check_timing(self) -> None:
        is_late = self.trainer.evaluator_of(self.monitor) is not None
        if self._is_by_batch() and is_late and not self._is_by_evaluation():
            msg = (
                f"`ProgramCheckpoint(monitor={self.monitor!r})` is to save in the "
                "middle of epochs, where there is no validation yet. Save by epochs, "
                "or monitor a value of training or of an evaluator."
            )
            raise ConfigurationError(msg)

    # -- state -----------------------------------------------------------------------

    def state_dict(self) -> JsonObject:
        """Return what was saved so far, as JSON."""
        return {
            "kept": [list(one) for one in self._ranking.kept],
            "last_digest": self._last_digest,
            "cadence": self._cadence.state_dict() if self._cadence else None,
        }

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        self._ranking.kept = [(value, path) for value, path in state["kept"]]
        self._last_digest = state["last_digest"]
        if self._cadence is not None and state["cadence"] is not None:
            self._cadence.load_state_dict(state["cadence"])
