"""`ExperimentResult`: what an experiment came to, in numbers, tables and a picture."""

from __future__ import annotations

from collections.abc import Sequence  # noqa: TC003 - a field of a dataclass
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from synalinks._internal.console import print_table
from synalinks.contracts import ArmResult, Usage
from synalinks.errors import ConfigurationError, did_you_mean
from synalinks.experiments._comparison import Comparison, compare_tables, table_of
from synalinks.experiments._experiment_folder import read_predictions
from synalinks.experiments._statistics import estimate
from synalinks.experiments._views import draw_arms, frame_of, html_of, summary_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from synalinks.experiments._statistics import MeanEstimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentResult:
    """What came of all runs of an experiment.

    Arms are compared on the samples of a benchmark, pair by pair: the same sample, and
    the replicate of the same index. A difference that may be chance is called
    "no difference shown".
    """

    name: str
    """Name of the experiment."""
    arms: Sequence[ArmResult]
    """How each run ended, in the order of the arms, then of replicates and stages."""
    status: Literal["completed", "failed", "cancelled"]
    """`completed` if any run came to its end; `failed` if none did; `cancelled`."""
    success_metric: str
    """What arms are compared by, such as `val_reward` or `benchmark.reward`."""
    direction: str = "up"
    """`up` if higher is better, else `down`."""
    usage: Usage = field(default_factory=Usage)
    """What language models have taken."""
    seed: int = 0
    """Seed of the bootstrap."""
    output_dir: Path | None = None
    """Folder of the experiment."""

    # -- numbers -----------------------------------------------------------------------

    @property
    def arm_names(self) -> list[str]:
        """Names of the arms, in order."""
        return list(dict.fromkeys(one.arm for one in self.arms))

    def runs_of(self, arm: str) -> list[ArmResult]:
        """Return the runs of an arm that have a score; of stages, those of the last.

        Args:
            arm: Name of the arm.

        Raises:
            ConfigurationError: There is no such arm.
        """
        if arm not in self.arm_names:
            hint = did_you_mean(arm, self.arm_names)
            msg = f"There is no arm {arm!r}.{hint} Arms: {', '.join(self.arm_names)}."
            raise ConfigurationError(msg)
        of_arm = [one for one in self.arms if one.arm == arm]
        last = of_arm[-1].stage
        return [one for one in of_arm if one.stage == last and self._is_scored(one)]

    def scores(self) -> dict[str, list[float]]:
        """Return the success metric of each run, by arm."""
        return {
            arm: [
                score
                for one in self.runs_of(arm)
                if (score := self._score(one)) is not None
            ]
            for arm in self.arm_names
        }

    @property
    def best_arm(self) -> str | None:
        """The arm with the best mean score; None if no run has one."""
        means = self._means()
        pick = max if self.direction == "up" else min
        return pick(means, key=lambda arm: means[arm]) if means else None

    @property
    def best_score(self) -> float | None:
        """The mean score of the best arm."""
        return None if self.best_arm is None else self._means()[self.best_arm]

    def _means(self) -> dict[str, float]:
        return {
            arm: sum(values) / len(values)
            for arm, values in self.scores().items()
            if values
        }

    def _score(self, run: ArmResult) -> float | None:
        return run.score(self.success_metric)

    def _is_scored(self, run: ArmResult) -> bool:
        return run.status in {"completed", "stopped"}

    # -- how sure that is --------------------------------------------------------------

    @property
    def benchmarks(self) -> list[str]:
        """Names of the benchmarks, in order."""
        return list(dict.fromkeys(e.name for one in self.arms for e in one.evals))

    def rewards(
        self, arm: str, benchmark: str | None = None
    ) -> dict[int, dict[str, float]]:
        """Return the rewards of single samples, by replicate and sample; reads files.

        Args:
            arm: Name of the arm.
            benchmark: Name of the benchmark; that of the success metric when None, or
                else the first.

        Raises:
            ConfigurationError: There is no such arm or benchmark.
        """
        name = self._benchmark(benchmark)
        found: dict[int, dict[str, float]] = {}
        for run in self.runs_of(arm):
            if run.run_dir is None:
                continue
            rows = read_predictions(run.run_dir, name)
            rewards = {
                row["task_id"]: row["reward"]
                for row in rows
                if row["reward"] is not None
            }
            if rewards:
                found[run.replicate] = rewards
        return found

    def estimates(
        self, benchmark: str | None = None, *, confidence: float = 0.95
    ) -> dict[str, MeanEstimate]:
        """Return the mean reward of each arm with its interval; reads files.

        Args:
            benchmark: Name of the benchmark; that of the success metric when None.
            confidence: How often such an interval holds the true mean.

        Raises:
            ConfigurationError: There is no such benchmark.
        """
        found: dict[str, MeanEstimate] = {}
        for arm in self.arm_names:
            table = table_of(self.rewards(arm, benchmark))
            if table is not None:
                found[arm] = estimate(table, seed=self.seed, confidence=confidence)
        return found

    def compare(
        self,
        benchmark: str | None = None,
        *,
        baseline: str | None = None,
        confidence: float = 0.95,
    ) -> list[Comparison]:
        """Return whether arms differ in reward, on the same samples; reads files.

        The difference of each pair has an interval from a paired bootstrap over samples
        and replicates, and a p-value that allows for the number of pairs (Holm). With
        one replicate it says how these trained programs differ, with several how the
        arms do. Of a hundred pairs of equal arms, five at most are to be called
        different: with one replicate that takes a level of 0.025, and so 97.5 %.
        See `synalinks/experiments/_statistics.py` for method and sources.

        Args:
            benchmark: Name of the benchmark; that of the success metric when None.
            baseline: The arm with which all others are compared; None for all pairs.
            confidence: Of the intervals; 1 minus it is the level of the verdicts, of
                which with one replicate the half is taken.

        Raises:
            ConfigurationError: There is no such benchmark or arm.
        """
        tables = {arm: self.rewards(arm, benchmark) for arm in self.arm_names}
        if baseline is not None:
            self.runs_of(baseline)
        return compare_tables(
            tables, seed=self.seed, baseline=baseline, confidence=confidence
        )

    def _benchmark(self, name: str | None) -> str:
        known = self.benchmarks
        wanted = name or self.success_metric.rpartition(".")[0] or (known or [""])[0]
        if wanted not in known:
            available = ", ".join(known) or "none"
            msg = (
                f"There is no benchmark {wanted!r} that a run was scored on.\n"
                f"Available: {available}. Give `Experiment(benchmarks=[...])`."
            )
            raise ConfigurationError(msg)
        return wanted

    # -- views -------------------------------------------------------------------------

    def to_dataframe(self) -> Any:
        """Return a `pandas.DataFrame` with a row for each run.

        Columns: `run`, `arm`, `replicate`, `seed`, `stage`, `status`, `error`, `score`
        (the success metric), values of training, `<benchmark>.<metric>`, `calls`,
        `tokens`, `cost` and `seconds`.
        """
        return frame_of([self._row(one) for one in self.arms])

    def _row(self, run: ArmResult) -> dict[str, Any]:
        of_benchmarks = {
            f"{one.name}.{name}": value
            for one in run.evals
            for name, value in one.metrics.items()
        }
        return {
            "run": run.name,
            "arm": run.arm,
            "replicate": run.replicate,
            "seed": run.seed,
            "stage": run.stage,
            "status": run.status,
            "error": run.error,
            "score": self._score(run),
            **{
                k: v
                for k, v in run.metrics.items()
                if k not in {"calls", "tokens", "cost"}
            },
            **of_benchmarks,
            "calls": run.usage.calls,
            "tokens": run.usage.tokens,
            "cost": run.usage.cost_usd,
            "seconds": run.seconds,
        }

    def summary(self, print_fn: Callable[[str], Any] | None = None) -> None:
        """Print a table of the arms, and how they compare.

        Args:
            print_fn: Called with the text instead of printing it.
        """
        for table in summary_table(self):
            print_table(table, print_fn=print_fn)

    def plot(
        self,
        to_file: str | Path = "experiment.png",
        to_folder: str | Path | None = None,
    ) -> Any:
        """Plot the score of each arm: a point per run, and the mean with its interval.

        Args:
            to_file: File to write; its ending (`.png`, `.svg`, `.pdf`) is the format.
            to_folder: Folder of the file; the working folder when None.

        Returns:
            The path of the file; in a notebook, the picture.

        Raises:
            ConfigurationError: No run has a score.
            WriteError: The file cannot be written.
        """
        return draw_arms(self, to_file, to_folder)

    def _repr_html_(self) -> str:
        return html_of(self)

    def __repr__(self) -> str:
        return (
            f"<ExperimentResult {self.name!r}: {len(self.arms)} runs of "
            f"{len(self.arm_names)} arms, {self.status}, best_arm={self.best_arm!r}>"
        )
