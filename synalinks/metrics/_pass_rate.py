"""Several runs of one problem: does one of them pass, do all?"""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from math import comb
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.json import canonical
from synalinks._internal.paid import gather_paid
from synalinks.data_models import plain_json
from synalinks.errors import ConfigurationError, StateMismatchError, show, warn
from synalinks.metrics._metric import BatchMetric, Direction, mismatch
from synalinks.rewards import BatchReward, ExactMatch, Reward
from synalinks.rewards import get as get_reward

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Unpack

    from synalinks._internal.json import JsonObject
    from synalinks.ops import MaskArguments, Outputs


class _PassRate(BatchMetric):
    """Runs each problem several times, and counts those that pass.

    Args:
        k: How many runs are drawn of those that there are of a problem.
        reward: A reward, its name or a function: it says whether a run passes.
        pass_threshold: A run passes if its reward is at least that.
        name: Name in logs.
        **masks: As for `Metric`.
    """

    direction: Direction | None = "up"

    def __init__(
        self,
        k: int,
        reward: Any,
        pass_threshold: float,
        name: str | None,
        **masks: Unpack[MaskArguments],
    ) -> None:
        super().__init__(name=name, **masks)
        self.k: int = _checked_k(self.name, k)
        self.pass_threshold = pass_threshold
        self.reward: Reward = _checked_reward(self.name, reward)
        self._has_warned = False
        self.reset_state()

    @abstractmethod
    def rate(self, n_runs: int, n_passed: int) -> float:
        """Return the number of one problem.

        Args:
            n_runs: How many runs of it there are, at least `k`.
            n_passed: How many of them passed.
        """

    async def update_state(
        self, y_true: Sequence[Outputs], y_pred: Sequence[Outputs]
    ) -> None:
        """Take a batch into account.

        Args:
            y_true: The targets; list of length `n_samples`. Samples with the same
                target are runs of one problem.
            y_pred: The predictions, None for samples that failed; the same length.
        """
        pairs = [self.masked(*one) for one in zip(y_true, y_pred, strict=True)]
        scores = await gather_paid([partial(self._score, *one) for one in pairs])
        problems: dict[str, list[bool]] = {}
        for (target, _), value in zip(pairs, scores, strict=True):
            if value is not None:
                passed = value >= self.pass_threshold
                problems.setdefault(canonical(plain_json(target)), []).append(passed)
        for runs in problems.values():
            if len(runs) < self.k:
                self._warn_of_few(len(runs))
            else:
                self._total += self.rate(len(runs), sum(runs))
                self._n_problems += 1

    async def _score(self, y_true: Outputs, y_pred: Outputs) -> float | None:
        with context.bound(context.phase, "reward"):
            return await self.reward(y_true, y_pred)

    def _warn_of_few(self, n_runs: int) -> None:
        if not self._has_warned:
            self._has_warned = True
            warn(
                f"Metric `{self.name}` found {n_runs} runs of a problem in a batch, "
                f"fewer than `k={self.k}`, and leaves it out. Put all runs of a "
                "problem into one batch: repeat each sample as often as "
                "`batch_size` says, and do not shuffle."
            )

    def result(self) -> float:
        """Return the mean over the problems; 0.0 before the first one."""
        return self._total / self._n_problems if self._n_problems else 0.0

    def reset_state(self) -> None:
        """Forget all problems."""
        self._total, self._n_problems = 0.0, 0

    def state_dict(self) -> JsonObject:
        """Return the sum over the problems and their number."""
        return {"total": self._total, "n_problems": self._n_problems}

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: What `state_dict` returned.

        Raises:
            StateMismatchError: It is the state of a metric of another kind.
        """
        if state.keys() != {"total", "n_problems"}:
            raise StateMismatchError(mismatch(self.name, state, self.state_dict()))
        self._total = float(state["total"])
        self._n_problems = int(state["n_problems"])


class PassAtK(_PassRate):
    """The chance that at least one of k runs of a problem passes, over the problems.

    A batch holds all runs of its problems: with `batch_size=8`, each sample stands
    eight times in the data, one after the other. Of `n` runs of a problem, of which `c`
    pass, it is `1 - C(n-c, k) / C(n, k)`, the mean over all draws of k runs. A failed
    sample is a run that does not pass.

    Source: Chen et al. 2021, "Evaluating Large Language Models Trained on Code",
    section 2.1.

    Args:
        k: How many runs are drawn.
        reward: A reward, its name or a function, that says whether a run passes; None
            for `ExactMatch`. A judge costs its calls, for each sample.
        pass_threshold: A run passes if its reward is at least that.
        name: Name in logs.
        **masks: `in_mask`, `out_mask`, `in_mask_pattern`, `out_mask_pattern`, as for
            `Metric`.

    Raises:
        ConfigurationError: `k` is no positive whole number, or it is no reward of
            single samples.
    """

    def __init__(
        self,
        k: int = 1,
        reward: Any = None,
        pass_threshold: float = 1.0,
        name: str | None = "pass_at_k",
        **masks: Unpack[MaskArguments],
    ) -> None:
        super().__init__(k, reward, pass_threshold, name, **masks)

    def rate(self, n_runs: int, n_passed: int) -> float:
        """Return the chance that one of k runs passes.

        Args:
            n_runs: How many runs of the problem there are.
            n_passed: How many of them passed.
        """
        return _pass_at(self.k, n_runs, n_passed)


class PassHatK(_PassRate):
    """The chance that all of k runs of a problem pass, over the problems.

    Of `n` runs of a problem, of which `c` pass, it is `C(c, k) / C(n, k)`. Batches are
    those of `PassAtK`.

    Source: Yao et al. 2024, "tau-bench: A Benchmark for Tool-Agent-User Interaction in
    Real-World Domains", section 4 (pass^k).

    Args:
        k: How many runs are drawn.
        reward: As for `PassAtK`.
        pass_threshold: A run passes if its reward is at least that.
        name: Name in logs.
        **masks: As for `PassAtK`.
    """

    def __init__(
        self,
        k: int = 1,
        reward: Any = None,
        pass_threshold: float = 1.0,
        name: str | None = "pass_hat_k",
        **masks: Unpack[MaskArguments],
    ) -> None:
        super().__init__(k, reward, pass_threshold, name, **masks)

    def rate(self, n_runs: int, n_passed: int) -> float:
        """Return the chance that all of k runs pass.

        Args:
            n_runs: How many runs of the problem there are.
            n_passed: How many of them passed.
        """
        return _pass_hat(self.k, n_runs, n_passed)


class GapK(_PassRate):
    """How much a program that can solve a problem fails to do so each time.

    The difference of `PassAtK` and `PassHatK`: 0.0 for one that always passes or never
    does.

    Args:
        k: How many runs are drawn.
        reward: As for `PassAtK`.
        pass_threshold: A run passes if its reward is at least that.
        name: Name in logs.
        **masks: As for `PassAtK`.
    """

    direction: Direction | None = "down"

    def __init__(
        self,
        k: int = 1,
        reward: Any = None,
        pass_threshold: float = 1.0,
        name: str | None = "gap_k",
        **masks: Unpack[MaskArguments],
    ) -> None:
        super().__init__(k, reward, pass_threshold, name, **masks)

    def rate(self, n_runs: int, n_passed: int) -> float:
        """Return the difference of the two chances.

        Args:
            n_runs: How many runs of the problem there are.
            n_passed: How many of them passed.
        """
        return _pass_at(self.k, n_runs, n_passed) - _pass_hat(self.k, n_runs, n_passed)


def _pass_at(k: int, n_runs: int, n_passed: int) -> float:
    return 1.0 - comb(n_runs - n_passed, k) / comb(n_runs, k)


def _pass_hat(k: int, n_runs: int, n_passed: int) -> float:
    return comb(n_passed, k) / comb(n_runs, k)


def _checked_k(metric_name: str, k: Any) -> int:
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        msg = (
            f"`k` of `{metric_name}` is a whole number of at least 1, received: "
            f"{show(k)}."
        )
        raise ConfigurationError(msg)
    return k


def _checked_reward(metric_name: str, reward: Any) -> Reward:
    found = ExactMatch() if reward is None else get_reward(reward)
    if found is None or isinstance(found, BatchReward):
        msg = (
            f"`reward` of `{metric_name}` scores one sample at a time, received: "
            f"{show(reward)}."
        )
        raise ConfigurationError(msg)
    return found
