"""What runs of a program take, whatever it calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from synalinks.language_models import ProviderModel
from synalinks.metrics._operational import (
    PROGRAM_CALLS,
    PROGRAM_ELAPSED_S,
    WALL_S,
    OperationalMetric,
)

if TYPE_CHECKING:
    from synalinks.metrics._metric import Direction


class _OfProgram(OperationalMetric):
    """Counts models of all kinds."""

    model_kinds: ClassVar[tuple[type[ProviderModel], ...]] = (ProviderModel,)


class ProgramCalls(_OfProgram):
    """Runs of the program on a sample, also those that failed."""

    counter = PROGRAM_CALLS


class ProgramElapsedTime(_OfProgram):
    """Seconds that runs of the program took, summed over samples."""

    direction: Direction | None = "down"
    counter = PROGRAM_ELAPSED_S


class ProgramCallsPerSecond(_OfProgram):
    """Runs of the program per second of wall clock."""

    direction: Direction | None = "up"
    counter = PROGRAM_CALLS
    per: ClassVar[tuple[str, ...]] = (WALL_S,)


class ProgramCost(_OfProgram):
    """US dollars of all models, those of embeddings included, to answer."""

    direction: Direction | None = "down"
    counter = "cost"


class ProgramAvgCostPerInvocation(_OfProgram):
    """US dollars of all models per run of the program."""

    direction: Direction | None = "down"
    counter = "cost"
    per: ClassVar[tuple[str, ...]] = (PROGRAM_CALLS,)
