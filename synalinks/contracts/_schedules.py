"""Schedules: the value of a hyperparameter at each training step."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from synalinks._internal.checks import check_count, check_real, is_real
from synalinks.errors import ConfigurationError, show
from synalinks.saving import Configurable

Schedule: TypeAlias = Callable[[int], float]
"""A function of the training steps completed in the life of the optimizer."""


@dataclass
class Constant(Configurable):
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


@dataclass
class Linear(Configurable):
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


@dataclass
class Cosine(Configurable):
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


@dataclass
class Step(Configurable):
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


def value_at(name: str, schedule: Schedule, step: int) -> float:
    """Return the number that a schedule gives.

    Args:
        name: Name of the hyperparameter, for the message.
        schedule: A function of the step.
        step: Training steps that the optimizer has completed.

    Raises:
        ConfigurationError: It gives no finite number.
    """
    value: object = schedule(step)
    if is_real(value):
        return value
    given = show(value)
    if inspect.iscoroutine(value):
        value.close()
        given = "a coroutine; it is no `async def`"
    msg = (
        f"The schedule of `{name}` is a function that gives a finite number for each "
        f"step, {show(schedule)} gave for step {step}: {given}."
    )
    raise ConfigurationError(msg)


def _check_way(start: float, end: float, n_steps: int) -> None:
    check_real("start", start)
    check_real("end", end)
    check_count("n_steps", n_steps, at_least=1)
