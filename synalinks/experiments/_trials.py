"""`Trials`: the arms of a search, run as they are chosen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from synalinks._internal.aio import gather_ordered
from synalinks.experiments._identity import as_plain, direction_of
from synalinks.experiments._search import Pruning, Search, is_pruned

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from synalinks.experiments._arm import Arm
    from synalinks.experiments._experiment import Experiment
    from synalinks.experiments._session import ExperimentSession


def open_search(
    experiment: Experiment, folder: Path, space: Mapping[str, Any], **options: Any
) -> Search:
    """Return the study of an experiment; blocks.

    Args:
        experiment: The experiment.
        folder: Its folder.
        space: What may be chosen.
        options: `sampler` and `pruner`.
    """
    return Search(
        space,
        folder=folder,
        name=experiment.name,
        direction=direction_of(experiment),
        seed=experiment.seed,
        **options,
    )


class Trials:
    """Runs the trials of a search.

    Args:
        experiment: The experiment, with the arm that is varied.
        session: Runs arms.
        search: Chooses.
        n_trials: Trials in all.
        monitor: The value that is reported to the pruner.
        may_prune: Whether there is a pruner.
    """

    def __init__(
        self,
        experiment: Experiment,
        session: ExperimentSession,
        search: Search,
        n_trials: int,
        monitor: str,
        may_prune: bool,
    ) -> None:
        self._experiment = experiment
        self._session = session
        self._search = search
        self._n_trials = n_trials
        self._monitor = monitor
        self._may_prune = may_prune
        self._asking = asyncio.Lock()

    async def run(self) -> None:
        """Run open trials, then new ones, until there are enough."""
        self._known = await asyncio.to_thread(self._search.trials)
        self._n_asked = len(self._known)
        n = self._experiment.max_concurrency
        await gather_ordered([self._work for _ in range(n)])

    async def _work(self) -> None:
        while not self._session.is_interrupted:
            async with self._asking:
                trial = await asyncio.to_thread(self._next)
            if trial is None:
                return
            await self._run_trial(trial)

    def _next(self) -> Any:
        if self._known:
            return self._known.pop(0)
        if self._n_asked >= self._n_trials:
            return None
        self._n_asked += 1
        return self._search.ask()

    async def _run_trial(self, trial: Any) -> None:
        arm = self._arm_of(trial)
        await self._session.run_arms([arm])
        if self._session.is_interrupted or await asyncio.to_thread(
            self._search.has_ended, trial
        ):
            return
        runs = self._session.results_of(arm.name)
        if any(one.can_go_on for one in runs):
            return  # a budget has stopped it
        metric = self._experiment.success_metric
        scores = [value for one in runs if (value := one.score(metric)) is not None]
        score = sum(scores) / len(scores) if scores else None
        pruned = any(is_pruned(one.stop_reason) for one in runs)
        await asyncio.to_thread(
            lambda: self._search.tell(trial, score, is_pruned=pruned)
        )

    def _arm_of(self, trial: Any) -> Arm:
        values = self._search.values_of(trial)
        arm = self._experiment.arms[0].varied(f"trial{trial.number:03d}", values)
        # What loggers and readers see.
        arm.shown = as_plain(values)
        if self._may_prune:
            given = arm.fit.get("callbacks")
            pruning = Pruning(self._search, trial, self._monitor)
            arm.fit["callbacks"] = [given, pruning] if given else [pruning]
        return arm
