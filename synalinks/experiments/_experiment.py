"""`Experiment`: arms, replicates, stages and benchmarks, compared in one call."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synalinks._internal.checks import check_count
from synalinks._internal.shape import is_row
from synalinks.callbacks import BackupAndRestore, CallbackList
from synalinks.errors import ConfigurationError, did_you_mean, show
from synalinks.experiments._arm import Arm, check_fit_arguments, check_name
from synalinks.experiments._benchmark import Benchmark
from synalinks.experiments._callback_scopes import check_files, flat, shared_ones
from synalinks.experiments._executor import LocalExecutor, executor_of
from synalinks.experiments._identity import check_metric_name
from synalinks.experiments._run_plan import plan_runs
from synalinks.experiments._session import ExperimentSession
from synalinks.experiments._trials import Trials, open_search

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synalinks.experiments._executor import Executor
    from synalinks.experiments._experiment_result import ExperimentResult

_VALIDATION = "val_reward"


class Experiment:
    """Trains several arms, each several times, and compares them.

    All is saved in `output_dir`, a folder for each run. An experiment that died is gone
    on with by running the same script again: runs that have ended are not run again,
    the others go on where they were, and no call that was answered is paid for twice.

    A run that fails stops no other. Callbacks are copied for each run, or with the
    scope `experiment` shared by all; a function of one argument makes one from the
    `RunContext` of the run, such as `lambda ctx: CSVLogger(ctx.output_dir / "log.csv")`
    for files of its own.

    Args:
        name: Letters, digits and `_.=,+-`.
        arms: What is compared; names differ.
        callbacks: As for `fit`, and functions that make one for each run.
        n_repeats: Runs of each arm, with the seeds `seed`, `seed + 1`, ...
        seed: Seed of the first replicate of each arm, and of the bootstrap.
        success_metric: What arms are compared by: `val_reward` and the like, or
            `benchmark.metric`. The reward of the first benchmark when None, or without
            one `val_reward`.
        max_concurrency: Chains of runs at a time. They share the limit of calls in
            flight that a model has; so more than a few are no faster.
        output_dir: Folder of the experiment; `experiments/<name>` when None.
        benchmarks: Data sets that all runs are scored on.
        fit: Arguments of `fit` that all arms have, such as the data.
        config: Settings of the experiment, as JSON, for callbacks.
        direction: `up` if a higher success metric is better, `down` if a lower one is;
            that of the metric when None.
        executor: `local` runs all in this process; `ray`, or a `RayExecutor`, on the
            workers of a Ray cluster.

    Raises:
        ConfigurationError: An argument cannot work.

    Costs what `fit` costs, for each run, and the program's LM calls on each sample of
    the benchmarks.

    Example:
        ```python
        experiment = synalinks.Experiment(
            "optimizers",
            arms=synalinks.Arm.grid({"optimizer": ["gepa", "mipro"]}, program=program),
            fit={"x": x_train, "y": y_train, "epochs": 2},
            benchmarks=[synalinks.Benchmark("test", x_test, y_test)],
            n_repeats=3,
        )
        result = await experiment.run()
        result.summary()
        ```
    """

    def __init__(
        self,
        name: str,
        arms: Sequence[Arm],
        callbacks: Any = None,
        *,
        n_repeats: int = 1,
        seed: int = 0,
        success_metric: str | None = None,
        max_concurrency: int = 1,
        output_dir: str | Path | None = None,
        benchmarks: Sequence[Benchmark] = (),
        fit: Mapping[str, Any] | None = None,
        config: Mapping[str, Any] | None = None,
        direction: str | None = None,
        executor: str | Executor = "local",
    ) -> None:
        check_name("The name of an experiment", name)
        check_count("n_repeats", n_repeats, at_least=1)
        check_count("max_concurrency", max_concurrency, at_least=1)
        check_count("seed", seed)
        self.name = name
        self.arms: list[Arm] = _distinct("arms", Arm, arms)
        self.benchmarks: list[Benchmark] = _distinct(
            "benchmarks", Benchmark, benchmarks, at_least=0
        )
        self.callbacks: list[Any] = _checked_callbacks(callbacks)
        self.n_repeats = n_repeats
        self.seed = seed
        self.success_metric: str = self._checked_metric(success_metric)
        check_metric_name(self)
        self.direction: str | None = _checked_direction(direction)
        self.max_concurrency = max_concurrency
        self.output_dir: Path = Path(output_dir or Path("experiments") / name)
        self.fit: dict[str, Any] = dict(fit or {})
        check_fit_arguments(f"Experiment({name!r})", self.fit)
        self.config: dict[str, Any] = dict(config or {})
        self.executor: Executor = executor_of(executor)
        self._check_data()

    @property
    def run_names(self) -> list[str]:
        """Names of all runs, in the order in which they begin."""
        chains = plan_runs(self.arms, n_repeats=self.n_repeats, seed=self.seed)
        return [one.key for chain in chains for one in chain]

    async def run(self, *, retry_failed: bool = False) -> ExperimentResult:
        """Run what has not ended yet, and return what came of all runs.

        Args:
            retry_failed: Whether runs that have failed go on as well, from where they
                were; they stay failed otherwise.

        Returns:
            The outcome of each run, and how the arms compare.

        Raises:
            BackupMismatchError: The folder is that of another experiment.
            BackupLockedError: Another process runs the experiment.
            WriteError: The folder cannot be written to.
        """
        session = ExperimentSession(self, retry_failed=retry_failed)
        await asyncio.to_thread(session.folder.open)
        try:
            return await session.run()
        finally:
            await asyncio.shield(asyncio.to_thread(session.folder.close))

    async def search(
        self,
        space: Mapping[str, Any],
        n_trials: int,
        *,
        sampler: Any = None,
        pruner: Any = None,
        monitor: str = _VALIDATION,
        retry_failed: bool = False,
    ) -> ExperimentResult:
        """Let optuna choose arms, one after the other; needs the extra `search`.

        The experiment has one arm, of which each trial is a variation, named
        `trial000` and so on; `config` of its runs has what was chosen. The score of a
        trial is the mean success metric of its replicates. After each epoch of the
        first one `monitor` is reported, by which a pruner may end the trial.

        The study is on disk, in `output_dir`. A search that died goes on with its open
        trials, and `n_trials` may grow.

        Args:
            space: By name, as the axes of `Arm.grid`: a list of values, or a
                distribution of optuna.
            n_trials: Trials in all.
            sampler: A sampler of optuna; one that remembers what it has drawn forgets
                it when the search is gone on with. When None, a `TPESampler` with a
                seed for each trial, which does not.
            pruner: A pruner of optuna, such as `optuna.pruners.MedianPruner()`; it
                needs the local executor.
            monitor: The value that is reported to it.
            retry_failed: As for `run`.

        Returns:
            The outcome of each run, and how the trials compare.

        Raises:
            MissingDependencyError: Optuna is not installed.
            ConfigurationError: There is not one arm, or an argument cannot work.
        """
        check_count("n_trials", n_trials, at_least=1)
        if len(self.arms) != 1:
            msg = f"`search` varies one arm, the experiment has {len(self.arms)}."
            raise ConfigurationError(msg)
        if pruner is not None and not isinstance(self.executor, LocalExecutor):
            msg = "A pruner needs `executor='local'`: it watches runs as they go."
            raise ConfigurationError(msg)
        session = ExperimentSession(self, retry_failed=retry_failed)
        options = {"sampler": sampler, "pruner": pruner}
        await asyncio.to_thread(session.folder.open)
        try:
            search = await asyncio.to_thread(
                open_search, self, session.folder.path, space, **options
            )
            trials = Trials(
                self, session, search, n_trials, monitor, pruner is not None
            )
            try:
                return await session.run(trials.run)
            finally:
                await asyncio.shield(asyncio.to_thread(search.close))
        finally:
            await asyncio.shield(asyncio.to_thread(session.folder.close))

    def _checked_metric(self, given: str | None) -> str:
        names = [one.name for one in self.benchmarks]
        if given is None:
            return f"{names[0]}.reward" if names else _VALIDATION
        benchmark, dot, _ = str(given).rpartition(".")
        if dot and benchmark not in names:
            msg = (
                f"`success_metric={given!r}`: there is no benchmark {benchmark!r}."
                f"{did_you_mean(benchmark, names)} It is `val_reward` and the like, or "
                "`benchmark.metric`."
            )
            raise ConfigurationError(msg)
        return given

    def _check_data(self) -> None:
        for arm in self.arms:
            if "x" not in {**self.fit, **arm.fit} and not arm.stages:
                msg = (
                    f"`Arm({arm.name!r})` has nothing to train on: give `x` in `fit` "
                    "of the arm or of the experiment, or `stages`."
                )
                raise ConfigurationError(msg)

    def __repr__(self) -> str:
        return (
            f"<Experiment {self.name!r} of {len(self.arms)} arms x {self.n_repeats} "
            f"replicates in `{self.output_dir}`>"
        )


def _distinct(what: str, kind: type, given: Any, *, at_least: int = 1) -> list[Any]:
    found: list[Any] = list(given) if is_row(given) else [given]
    if len(found) < at_least or not all(isinstance(one, kind) for one in found):
        msg = f"`{what}` is a list of `{kind.__name__}`s, received: {show(given)}."
        raise ConfigurationError(msg)
    names: list[str] = [one.name.lower() for one in found]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        # Some file systems tell no capitals from small letters.
        msg = f"Two of `{what}` are named {repeated[0]!r}: give them other names."
        raise ConfigurationError(msg)
    return found


def _checked_callbacks(given: Any) -> list[Any]:
    found = flat(given)
    for one in found:
        if isinstance(one, BackupAndRestore):
            msg = (
                "An experiment saves its runs by itself, in `output_dir`: leave "
                "`BackupAndRestore` out."
            )
            raise ConfigurationError(msg)
    check_files(found)
    CallbackList(shared_ones(found))
    return found


def _checked_direction(given: str | None) -> str | None:
    if given in {None, "up", "down"}:
        return given
    msg = f"`direction` is 'up' or 'down', received: {show(given)}."
    raise ConfigurationError(msg)
