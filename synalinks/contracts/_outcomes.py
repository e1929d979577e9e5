"""`EvalResult` and `ArmResult`: what the runs of an experiment come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path  # noqa: TC003 - as above
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from synalinks.contracts._records import Usage

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject

RunStatus: TypeAlias = Literal["completed", "stopped", "failed", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalResult:
    """What a program scored on a benchmark."""

    name: str
    """Name of the benchmark."""
    benchmark_id: str
    """Identity of its samples: equal ones are the same questions and targets."""
    metrics: Mapping[str, float]
    """`reward` (mean over samples), each metric, and `failed` (a count of samples)."""
    breakdowns: Mapping[str, Mapping[str, Mapping[str, float]]] = field(
        default_factory=dict[str, Mapping[str, Mapping[str, float]]]
    )
    """The same by name of a breakdown and by group, with `n`, the samples in it."""
    tags: Sequence[str] = ()
    """Labels of the benchmark."""
    step: int | None = None
    """Training steps completed; None after training."""
    seconds: float = 0.0
    """Seconds on the wall."""
    usage: Usage = field(default_factory=Usage)
    """What language models have taken for it."""

    def as_json(self) -> JsonObject:
        """Return the result as JSON."""
        return {**asdict(self), "tags": list(self.tags)}

    @classmethod
    def from_json(cls, content: JsonObject) -> EvalResult:
        """Return the result that `as_json` described.

        Args:
            content: What it returned.
        """
        parts: JsonObject = {
            "tags": tuple(content["tags"]), "usage": Usage(**content["usage"]),
        }  # fmt: skip
        return cls(**{**content, **parts})


@dataclass(slots=True, kw_only=True)
class ArmResult:
    """How one run of an arm ended."""

    name: str
    """Name of the run: that of the arm, of a stage if it has some, and the seed."""
    arm: str
    """Name of the arm."""
    seed: int
    """Seed of the run."""
    replicate: int = 0
    """Index among the runs of the arm that differ by the seed only."""
    stage: str | None = None
    """Name of the stage; None for an arm without stages."""
    group: str | None = None
    """Name of the group; None if it is in none."""
    config: dict[str, Any] = field(default_factory=dict[str, Any])
    """Settings of the arm, as JSON; of a search what was chosen."""
    status: RunStatus = "cancelled"
    """`completed`; `stopped` before the last epoch; `failed`; or `cancelled`."""
    error: str | None = None
    """Why it failed: class and message."""
    stop_reason: str | None = None
    """Why training was stopped."""
    can_go_on: bool = False
    """Whether running the experiment again goes on with it, such as after a budget."""
    metrics: dict[str, float] = field(default_factory=dict[str, float])
    """Values of the last epoch; those of the best validation with `val_`."""
    history: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    """A list with one value per epoch, by name."""
    evals: list[EvalResult] = field(default_factory=list[EvalResult])
    """Scores after training."""
    evals_in_training: list[EvalResult] = field(default_factory=list[EvalResult])
    """Scores during training, in order."""
    usage: Usage = field(default_factory=Usage)
    """What language models have taken, for training and benchmarks."""
    seconds: float = 0.0
    """Seconds on the wall, in the process in which it ended."""
    run_dir: Path | None = None
    """Folder of the run."""

    def score(self, metric: str) -> float | None:
        """Return a value by its name; None if the run has none.

        Args:
            metric: `val_reward` and the like, or `benchmark.metric`.
        """
        benchmark, dot, name = metric.rpartition(".")
        if not dot:
            return self.metrics.get(metric)
        found = (one.metrics.get(name) for one in self.evals if one.name == benchmark)
        return next(found, None)

    def as_json(self) -> JsonObject:
        """Return the result as JSON, without the folder."""
        content: JsonObject = {
            one.name: getattr(self, one.name)
            for one in fields(self)
            if one.name not in {"usage", "evals", "evals_in_training", "run_dir"}
        }
        return {
            **content,
            "usage": asdict(self.usage),
            "evals": [one.as_json() for one in self.evals],
            "evals_in_training": [one.as_json() for one in self.evals_in_training],
        }

    @classmethod
    def from_json(cls, content: JsonObject, run_dir: Path | None = None) -> ArmResult:
        """Return the result that `as_json` described.

        Args:
            content: What it returned.
            run_dir: Folder of the run.
        """
        rest: JsonObject = {
            "usage": Usage(**content["usage"]),
            "evals": [EvalResult.from_json(one) for one in content["evals"]],
            "evals_in_training": [
                EvalResult.from_json(one) for one in content["evals_in_training"]
            ],
            "run_dir": run_dir,
        }
        return cls(**{**content, **rest})
