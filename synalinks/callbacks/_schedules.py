"""Schedules: the value of a hyperparameter at each training step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synalinks._internal.checks import check_count, check_real

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Schedule: TypeAlias = Callable[[int], float]


@dataclass(frozen=True, slots=True)
class Constant:
    """One value for all steps.

    Args:
        value: The value.

    Raises:
        ConfigurationError: It is no finite number.
    """

    value: float

    def __post_init__(self) -> None:
        check_real("value", self.value)

    def __call__(self, step: int) -> float:
        """Return the value at a step.

        Args:
            step: Training steps completed.
        """
        return self.value


@dataclass(frozen=True, slots=True)
class Linear:
    """A straight line from one value to another, which then stays.

    Args:
        start: Value at step 0.
        end: Value from step `n_steps` on.
        n_steps: Steps from the one to the other, at least 1.

    Raises:
        ConfigurationError: An argument is no such number.
    """

    start: float
    end: float
    n_steps: int

    def __post_init__(self) -> None:
        _check_way(self.start, self.end, self.n_steps)

    def __call__(self, step: int) -> float:
        """Return the value at a step.

        Args:
            step: Training steps completed.
        """
        done = min(step / self.n_steps, 1.0)
        return self.start + (self.end - self.start) * done


@dataclass(frozen=True, slots=True)
class Cosine:
    """Half a cosine from one value to another, which then stays.

    It changes slowly at both ends.

    Source: the annealing of Loshchilov and Hutter 2017 ("SGDR: Stochastic Gradient
    Descent with Warm Restarts"), equation 5, without restarts.

    Args:
        start: Value at step 0.
        end: Value from step `n_steps` on.
        n_steps: Steps from the one to the other, at least 1.

    Raises:
        ConfigurationError: An argument is no such number.
    """

    start: float
    end: float
    n_steps: int

    def __post_init__(self) -> None:
        _check_way(self.start, self.end, self.n_steps)

    def __call__(self, step: int) -> float:
        """Return the value at a step.

        Args:
            step: Training steps completed.
        """
        done = min(step / self.n_steps, 1.0)
        return self.end + (self.start - self.end) * (1 + math.cos(math.pi * done)) / 2


@dataclass(frozen=True, slots=True)
class Step:
    """Multiplied by a factor after every so many steps.

    Args:
        start: Value at step 0.
        factor: What it is multiplied by.
        every_n_steps: After how many steps, at least 1.

    Raises:
        ConfigurationError: An argument is no such number.
    """

    start: float
    factor: float
    every_n_steps: int

    def __post_init__(self) -> None:
        check_real("start", self.start)
        check_real("factor", self.factor)
        check_count("every_n_steps", self.every_n_steps, at_least=1)

    def __call__(self, step: int) -> float:
        """Return the value at a step.

        Args:
            step: Training steps completed.
        """
        return self.start * self.factor ** (step // self.every_n_steps)


def _check_way(start: float, end: float, n_steps: int) -> None:
    check_real("start", start)
    check_real("end", end)
    check_count("n_steps", n_steps, at_least=1)
