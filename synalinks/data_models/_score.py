"""Scales that language models judge on."""

from __future__ import annotations

import math
from enum import Enum, IntEnum
from typing import Any

from synalinks._internal.naming import snake_case
from synalinks.errors import ConfigurationError, did_you_mean, show


class Score(float, Enum):
    """From 0 to 1 in 11 steps."""

    VERY_BAD = 0.0
    BAD = 0.1
    VERY_POOR = 0.2
    POOR = 0.3
    BELOW_AVERAGE = 0.4
    AVERAGE = 0.5
    ABOVE_AVERAGE = 0.6
    GOOD = 0.7
    VERY_GOOD = 0.8
    EXCELLENT = 0.9
    PERFECT = 1.0


class FineScore(float, Enum):
    """From 0 to 1 in 21 steps, named by their percentage."""

    PERCENT_0 = 0.0
    PERCENT_5 = 0.05
    PERCENT_10 = 0.1
    PERCENT_15 = 0.15
    PERCENT_20 = 0.2
    PERCENT_25 = 0.25
    PERCENT_30 = 0.3
    PERCENT_35 = 0.35
    PERCENT_40 = 0.4
    PERCENT_45 = 0.45
    PERCENT_50 = 0.5
    PERCENT_55 = 0.55
    PERCENT_60 = 0.6
    PERCENT_65 = 0.65
    PERCENT_70 = 0.7
    PERCENT_75 = 0.75
    PERCENT_80 = 0.8
    PERCENT_85 = 0.85
    PERCENT_90 = 0.9
    PERCENT_95 = 0.95
    PERCENT_100 = 1.0


class Rating(IntEnum):
    """From 1 to 5."""

    VERY_POOR = 1
    POOR = 2
    AVERAGE = 3
    GOOD = 4
    EXCELLENT = 5


class Rating10(IntEnum):
    """From 1 to 10."""

    ONE = 1
    TWO = 2
    THREE = 3
    FOUR = 4
    FIVE = 5
    SIX = 6
    SEVEN = 7
    EIGHT = 8
    NINE = 9
    TEN = 10


class Rating20(IntEnum):
    """From 1 to 20."""

    ONE = 1
    TWO = 2
    THREE = 3
    FOUR = 4
    FIVE = 5
    SIX = 6
    SEVEN = 7
    EIGHT = 8
    NINE = 9
    TEN = 10
    ELEVEN = 11
    TWELVE = 12
    THIRTEEN = 13
    FOURTEEN = 14
    FIFTEEN = 15
    SIXTEEN = 16
    SEVENTEEN = 17
    EIGHTEEN = 18
    NINETEEN = 19
    TWENTY = 20


ScoreType = (
    type[Score] | type[FineScore] | type[Rating] | type[Rating10] | type[Rating20]
)

_SCORE_TYPES: dict[str, ScoreType] = {
    snake_case(scale.__name__): scale
    for scale in (Score, FineScore, Rating, Rating10, Rating20)
}


def get_score_type(identifier: Any = None) -> ScoreType:
    """Return the scale of a name.

    Args:
        identifier: A scale, its name in camel or snake case, or None for `FineScore`.

    Raises:
        ConfigurationError: There is no such scale.
    """
    if identifier is None:
        return FineScore
    if isinstance(identifier, str):
        scale = _SCORE_TYPES.get(snake_case(identifier))
    else:
        scale = identifier if identifier in _SCORE_TYPES.values() else None
    if scale is None:
        known = ", ".join(f"`{scale.__name__}`" for scale in _SCORE_TYPES.values())
        hint = did_you_mean(str(identifier), _SCORE_TYPES)
        msg = f"There is no score type {show(identifier)}.{hint} Known: {known}."
        raise ConfigurationError(msg)
    return scale


def normalize_score(value: float, score_type: Any = None) -> float:
    """Return where a score is on its scale, from 0.0 to 1.0.

    Args:
        value: The score; one beyond the scale counts as the end of the scale.
        score_type: What `get_score_type` takes.

    Raises:
        ConfigurationError: The value is no finite number, or there is no such scale.
    """
    scale = get_score_type(score_type)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)  # pyright: ignore[reportUnnecessaryIsInstance]
    if not is_number or not math.isfinite(value):
        msg = f"A score of `{scale.__name__}` is a number, received {show(value)}."
        raise ConfigurationError(msg)
    steps = [float(step.value) for step in scale]
    lowest, highest = min(steps), max(steps)
    return min(max((float(value) - lowest) / (highest - lowest), 0.0), 1.0)
