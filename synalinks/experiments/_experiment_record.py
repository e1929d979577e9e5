"""`ExperimentRecord`: what the folder of an experiment tells, read at any time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from synalinks.contracts import ArmResult, Usage
from synalinks.errors import ConfigurationError
from synalinks.experiments._experiment_folder import ExperimentFolder
from synalinks.experiments._experiment_result import ExperimentResult

ExperimentStatus: TypeAlias = Literal[
    "running", "interrupted", "completed", "failed", "cancelled"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentRecord:
    """What is known of an experiment."""

    status: ExperimentStatus
    """`running`, `interrupted` (killed), `completed`, `failed` or `cancelled`."""
    created_at: str
    """When it began, in ISO 8601, UTC."""
    result: ExperimentResult
    """What has come of it so far; runs that have not ended are `cancelled` in it."""
    n_ended: int
    """Runs that have ended."""

    @property
    def arms(self) -> list[ArmResult]:
        """All runs."""
        return list(self.result.arms)

    @property
    def arm_names(self) -> list[str]:
        """Names of the arms."""
        return self.result.arm_names

    @property
    def best_arm(self) -> str | None:
        """The arm with the best mean score so far."""
        return self.result.best_arm

    @property
    def best_score(self) -> float | None:
        """Its score."""
        return self.result.best_score


def read_experiment(folder: str | Path) -> ExperimentRecord:
    """Return what is known of an experiment; nothing is changed.

    Args:
        folder: Its `output_dir`.

    Raises:
        ConfigurationError: It is no folder of an experiment.
        FileFormatError: A file in it cannot be read.
    """
    files = ExperimentFolder(folder)
    card = files.read_card() if files.path.is_dir() else None
    if card is None:
        msg = (
            f"`{folder}` is no folder of an experiment. Give its `output_dir`; "
            "`synalinks runs` finds them."
        )
        raise ConfigurationError(msg)
    found: list[ArmResult] = []
    n_ended = 0
    for plan in card.runs:
        ended = files.read_result(plan["key"])
        n_ended += ended is not None
        found.append(ended or _not_ended(plan))
    order = {name: index for index, name in enumerate(card.arms)}
    found.sort(key=lambda one: order.get(one.arm, len(order)))
    status = card.status
    if status == "running":
        status = "running" if files.is_held() else "interrupted"
    is_final = status in {"completed", "failed"}
    result = ExperimentResult(
        name=card.name,
        arms=found,
        status=status if is_final else "cancelled",  # pyright: ignore[reportArgumentType] - of three
        success_metric=card.success_metric,
        direction=card.direction,
        usage=sum((one.usage for one in found), Usage()),
        seed=card.seed,
        output_dir=Path(folder),
    )
    return ExperimentRecord(
        status=status,  # pyright: ignore[reportArgumentType] - as written
        created_at=card.created_at,
        result=result,
        n_ended=n_ended,
    )


def _not_ended(plan: dict[str, str]) -> ArmResult:
    return ArmResult(
        name=plan["key"],
        arm=plan["arm"],
        seed=int(plan["seed"]),
        replicate=int(plan["replicate"]),
        stage=plan["stage_name"],
        group=plan["group"],
    )
