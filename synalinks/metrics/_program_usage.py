"""What runs of a program take, whatever it calls."""

from __future__ import annotations

from synalinks.language_models import ProviderModel
from synalinks.metrics._operational import (
    PROGRAM_CALLS,
    PROGRAM_ELAPSED_S,
    WALL_S,
    OperationalMetric,
)


class _OfProgram(OperationalMetric):
    model_kinds = (ProviderModel,)


class ProgramCalls(_OfProgram):
    """Runs of the program on a sample, also those that failed."""

    counter = PROGRAM_CALLS


class ProgramElapsedTime(_OfProgram):
    """Seconds that runs of the program took, summed over samples."""

    direction = "down"
    counter = PROGRAM_ELAPSED_S


class ProgramCallsPerSecond(_OfProgram):
    """Runs of the program per second of wall clock."""

    direction = "up"
    counter = PROGRAM_CALLS
    per = (WALL_S,)


class ProgramCost(_OfProgram):
    """US dollars of all models, those of embeddings included, to answer."""

    direction = "down"
    counter = "cost"


class ProgramAvgCostPerInvocation(_OfProgram):
    """US dollars of all models per run of the program."""

    direction = "down"
    counter = "cost"
    per = (PROGRAM_CALLS,)
