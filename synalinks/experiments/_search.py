"""`Search`: a study of optuna that chooses the arms of an experiment."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any

from synalinks._internal.rng import stream
from synalinks._internal.shape import is_row
from synalinks.callbacks import Callback, StopRun
from synalinks.errors import ConfigurationError, MissingDependencyError, show

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from synalinks.callbacks import Logs

STUDY_NAME = "search.db"
_PRUNED = "pruned: "


class Search:
    """A study of optuna on disk. All methods block; call them in a thread.

    Args:
        space: What may be chosen, by name: a list of values, or a distribution of
            optuna.
        folder: Where the study is kept.
        name: Name of the study.
        direction: `up` or `down`.
        seed: Seed of the sampler that is taken where none is given.
        sampler: A sampler of optuna, or None.
        pruner: A pruner of optuna, or None for none.

    Raises:
        MissingDependencyError: Optuna is not installed.
        ConfigurationError: The space is malformed.
    """

    def __init__(
        self,
        space: Mapping[str, Any],
        *,
        folder: Path,
        name: str,
        direction: str,
        seed: int,
        sampler: Any,
        pruner: Any,
    ) -> None:
        optuna = self._optuna = _load_optuna()
        self._distributions = {
            key: _distribution(optuna, key, one) for key, one in space.items()
        }
        self._values = {key: one for key, one in space.items() if is_row(one)}
        self._seed, self._sampler = seed, sampler
        # SQLite rather than optuna's journal, which a kill may leave unreadable.
        url = f"sqlite:///{(folder / STUDY_NAME).absolute()}"
        self._storage: Any = optuna.storages.RDBStorage(url)
        self.study: Any = optuna.create_study(
            storage=self._storage,
            study_name=name,
            direction="maximize" if direction == "up" else "minimize",
            sampler=sampler,
            pruner=pruner or optuna.pruners.NopPruner(),
            load_if_exists=True,
        )

    def close(self) -> None:
        """Close the file."""
        self._storage.remove_session()
        self._storage.engine.dispose()

    def trials(self) -> list[Any]:
        """Return all trials so far, also of earlier processes, oldest first."""
        found = self.study.get_trials(deepcopy=False)
        trials = [self._optuna.trial.Trial(self.study, one._trial_id) for one in found]  # noqa: SLF001 - there is no other way to go on with one
        return [
            trial if one.state.is_finished() else self._chosen(trial)
            for one, trial in zip(found, trials, strict=True)
        ]

    def ask(self) -> Any:
        """Return a new trial."""
        return self._chosen(self.study.ask())

    def _chosen(self, trial: Any) -> Any:
        """Return a trial that has chosen all: it may have been cut off before."""
        for key, distribution in self._distributions.items():
            if key in trial.params:
                continue
            if self._sampler is None:
                # By trial and name, so that a search that is gone on with chooses what
                # it would have chosen.
                random = stream(self._seed, "search", trial.number, key)
                sampler = self._optuna.samplers.TPESampler(seed=random.getrandbits(31))
                self.study.sampler = sampler
            trial._suggest(key, distribution)  # noqa: SLF001 - what `ask` does as well
        return trial

    def has_ended(self, trial: Any) -> bool:
        """Return whether a trial has ended.

        Args:
            trial: The trial.
        """
        return self._frozen(trial).state.is_finished()

    def _frozen(self, trial: Any) -> Any:
        return self.study.get_trials(deepcopy=False)[trial.number]

    def is_hopeless(self, trial: Any, value: float, epoch: int) -> bool:
        """Report a value, and return whether the pruner gives the trial up.

        Args:
            trial: The trial.
            value: Its value.
            epoch: When that was.

        Returns:
            Whether it is given up.
        """
        if epoch not in self._frozen(trial).intermediate_values:
            trial.report(value, epoch)
        return trial.should_prune()

    def values_of(self, trial: Any) -> dict[str, Any]:
        """Return what a trial has chosen.

        Args:
            trial: The trial.
        """
        return {
            key: self._values[key][int(value)] if key in self._values else value
            for key, value in trial.params.items()
        }

    def tell(self, trial: Any, score: float | None, *, is_pruned: bool) -> None:
        """Note how a trial ended; blocks.

        Args:
            trial: The trial.
            score: Its score; None if it has failed.
            is_pruned: Whether it was stopped by the pruner.
        """
        state = self._optuna.trial.TrialState
        if is_pruned:
            self.study.tell(trial, state=state.PRUNED)
        elif score is None or not math.isfinite(score):
            self.study.tell(trial, state=state.FAIL)
        else:
            self.study.tell(trial, score)


class Pruning(Callback):
    """Reports a value of a run to its trial after each epoch, and may stop it.

    Args:
        search: The study.
        trial: The trial.
        monitor: Name of the value in the logs.
    """

    callback_order = 5

    def __init__(self, search: Search, trial: Any, monitor: str) -> None:
        self._search = search
        self._trial = trial
        self._monitor = monitor

    def for_run(self) -> Pruning:
        """Return itself: it is made for one trial."""
        return self

    async def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Report the value.

        Args:
            epoch: Index of the epoch, from 0.
            logs: Values by name.

        Raises:
            StopRun: The pruner gives the trial up.
        """
        ctx, value = self.trainer.ctx, (logs or {}).get(self._monitor)
        is_first = ctx is None or ctx.replicate == 0
        if value is None or not math.isfinite(value) or not is_first:
            return
        if await asyncio.to_thread(
            self._search.is_hopeless, self._trial, float(value), epoch
        ):
            msg = f"{_PRUNED}{self._monitor} of {value:.4g} in epoch {epoch + 1}"
            raise StopRun(msg)


def is_pruned(stop_reason: str | None) -> bool:
    """Return whether a run was stopped by a pruner.

    Args:
        stop_reason: Why it was stopped.
    """
    return bool(stop_reason) and str(stop_reason).startswith(_PRUNED)


def _load_optuna() -> Any:
    try:
        import optuna
    except ImportError as error:
        msg = (
            "`Experiment.search` needs a package: install the extra `search`, or "
            "`pip install 'optuna>=4'`."
        )
        raise MissingDependencyError(msg) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def _distribution(optuna: Any, key: str, given: Any) -> Any:
    if is_row(given) and given:
        # By index: the values may be anything, the file holds JSON only.
        return optuna.distributions.CategoricalDistribution(list(range(len(given))))
    if isinstance(given, optuna.distributions.BaseDistribution):
        return given
    msg = (
        f"`space[{key!r}]` is a list of values or a distribution of optuna, such as "
        f"`optuna.distributions.FloatDistribution(0.0, 1.0)`, received: {show(given)}."
    )
    raise ConfigurationError(msg)
