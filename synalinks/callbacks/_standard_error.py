"""How uncertain a mean reward over samples is."""

from __future__ import annotations

import math
import re
import statistics
from typing import TYPE_CHECKING

from synalinks._internal.checks import check_real
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks.contracts import Rollout

_FORM = re.compile(r"(\d+(?:\.\d+)?)se")


def parse_min_delta(min_delta: float | str, monitor: str) -> tuple[float, float]:
    """Return a fixed margin and a number of standard errors; one of them is 0.

    Args:
        min_delta: A number, or a text such as `"1se"`.
        monitor: The monitored value.

    Raises:
        ConfigurationError: It is neither, or there are no standard errors.
    """
    if not isinstance(min_delta, str):
        check_real("min_delta", min_delta, at_least=0)
        return float(min_delta), 0.0
    match = _FORM.fullmatch(min_delta)
    if match is None:
        msg = (
            "`min_delta` is a number of at least 0 or a text such as '1se' (standard "
            f"errors), received: {show(min_delta)}."
        )
        raise ConfigurationError(msg)
    if not monitor.endswith("_reward"):
        msg = (
            f"`min_delta={min_delta!r}` needs one reward per sample: `monitor` has to "
            "be the reward of an evaluation, such as `val_reward`, received: "
            f"{show(monitor)}."
        )
        raise ConfigurationError(msg)
    return 0.0, float(match[1])


class StandardError:
    """The margin in which two mean rewards may differ by chance.

    Args:
        n_errors: The margin in standard errors of the difference; 0 for none.
    """

    def __init__(self, n_errors: float) -> None:
        self._n_errors = n_errors
        self.reset()

    @property
    def is_used(self) -> bool:
        """Whether there is a margin at all."""
        return self._n_errors > 0

    def reset(self) -> None:
        """Forget everything."""
        self.best: float = 0.0
        self._present = 0.0
        self._rewards: list[float] = []

    def begin(self) -> None:
        """Begin an evaluation."""
        self._rewards = []

    def take(self, rollouts: Sequence[Rollout]) -> None:
        """Take in the rewards of a batch.

        Args:
            rollouts: Scored rollouts.
        """
        self._rewards += [one.reward for one in rollouts if one.reward is not None]

    def end(self) -> None:
        """End the evaluation that the monitored value comes from."""
        n_samples = len(self._rewards)
        if n_samples > 1:
            self._present = statistics.stdev(self._rewards) / math.sqrt(n_samples)

    def keep(self) -> None:
        """Note that the evaluation was the best one."""
        self.best = self._present

    def margin(self) -> float:
        """Return what a better mean must exceed the best one by."""
        return self._n_errors * math.hypot(self._present, self.best)
