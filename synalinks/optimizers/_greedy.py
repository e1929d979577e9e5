"""`GreedyOptimizer`: collect scored predictions, draw examples from the best."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from synalinks._internal.json import JsonObject, digest
from synalinks.errors import ConfigurationError, show
from synalinks.optimizers._hyperparameters import check_number, count_at_start
from synalinks.optimizers._optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synalinks._internal.rng import Stream
    from synalinks.contracts import Rollout, Schedule

Sampling: TypeAlias = Literal["softmax", "best", "random"]
_SAMPLINGS = ("softmax", "best", "random")


class GreedyOptimizer(Optimizer):
    """Base of optimizers that reuse the program's own good predictions.

    Each trainable module's calls are kept with the reward of the sample they were made
    for; the best call per sample counts.

    Args:
        nb_min_examples: Fewest examples in a draw, at least 1.
        nb_max_examples: Most examples in a draw.
        sampling: How to draw: `softmax` (by reward, see `sampling_temperature`),
            `best` (highest rewards) or `random`.
        sampling_temperature: Softness of `softmax`, above 0.
        population_size: How many of the best candidates are kept.
        reward_uncertainty: See `Optimizer`.
        name: Name of the optimizer.
        description: What it does.

    Raises:
        ConfigurationError: A number is out of its range, or `sampling` is unknown.
    """

    growing: tuple[str, ...] = ("examples",)

    def __init__(
        self,
        *,
        nb_min_examples: int | Schedule = 1,
        nb_max_examples: int | Schedule = 3,
        sampling: Sampling = "softmax",
        sampling_temperature: float | Schedule = 0.3,
        population_size: int | Schedule = 10,
        reward_uncertainty: float | Schedule = 0.25,
        name: str | None = None,
        description: str | None = None,
    ) -> None:
        super().__init__(
            population_size=population_size,
            sampling_temperature=sampling_temperature,
            reward_uncertainty=reward_uncertainty,
            name=name,
            description=description,
        )
        nb_min_examples = count_at_start("nb_min_examples", nb_min_examples)
        nb_max_examples = count_at_start("nb_max_examples", nb_max_examples)
        check_number("nb_min_examples", nb_min_examples, at_least=1)
        check_number("nb_max_examples", nb_max_examples, at_least=nb_min_examples)
        if sampling not in _SAMPLINGS:
            msg = f"`sampling` is one of {_SAMPLINGS}, received: {show(sampling)}."
            raise ConfigurationError(msg)
        self.nb_min_examples = nb_min_examples
        self.nb_max_examples = nb_max_examples
        self.sampling = sampling
        # Per variable path: the best call of each sample, as an example with reward.
        self._examples: dict[str, dict[str, JsonObject]] = {}

    def collect(self, rollouts: Sequence[Rollout]) -> None:
        """Keep the calls of scored rollouts as possible examples.

        Args:
            rollouts: Scored rollouts; failed and unscored ones are passed over.
        """
        for rollout in rollouts:
            if rollout.reward is None or rollout.failure is not None:
                continue
            for call in rollout.calls:
                example = {
                    "inputs": call.inputs,
                    "outputs": call.outputs,
                    "reward": rollout.reward,
                }
                known = self._examples.setdefault(call.variable_path, {})
                key = digest(call.inputs)
                if key not in known or known[key]["reward"] < rollout.reward:
                    known[key] = example

    def sample_best_predictions(self, path: str, random: Stream) -> list[JsonObject]:
        """Draw examples for a variable, without their rewards.

        Only predictions are drawn whose reward is at least the mean of all collected
        and above the lowest: a wrong prediction teaches the wrong thing.

        Args:
            path: Path of the variable.
            random: The stream to draw from.

        Returns:
            Between `nb_min_examples` and `nb_max_examples` examples, or all there are.
        """
        collected = sorted(self._examples.get(path, {}).items())
        good = _good([example for _, example in collected])
        n_examples = random.randint(self.nb_min_examples, self.nb_max_examples)
        if self.sampling == "random":
            drawn = random.sample(good, min(n_examples, len(good)))
        elif self.sampling == "best":
            drawn = sorted(good, key=lambda one: -one["reward"])[:n_examples]
        else:
            drawn = _softmax_draw(good, n_examples, self.sampling_temperature, random)
        return [{"inputs": one["inputs"], "outputs": one["outputs"]} for one in drawn]

    def collected_paths(self) -> list[str]:
        """Return the paths of variables that examples were collected for."""
        return sorted(self._examples)

    def state_dict(self) -> JsonObject:
        """Return what the optimizer has learned, as JSON."""
        return {**super().state_dict(), "examples": self._examples}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        super().load_state_dict(state)
        self._examples = state["examples"]


def _good(examples: list[JsonObject]) -> list[JsonObject]:
    if not examples:
        return []
    rewards = [example["reward"] for example in examples]
    mean, lowest = sum(rewards) / len(rewards), min(rewards)
    if max(rewards) == lowest:  # nothing tells good from bad but the usual scale
        return examples if lowest > 0 else []
    return [one for one in examples if one["reward"] >= mean]


def _softmax_draw(
    examples: list[JsonObject], n_examples: int, temperature: float, random: Stream
) -> list[JsonObject]:
    """Draw without replacement with weights exp(reward / temperature).

    Uses exponential keys (Efraimidis and Spirakis, 2006): the examples with the
    smallest `-log(u) / weight` are a weighted draw without replacement.

    Returns:
        At most `n_examples` of the examples.
    """
    highest = max((one["reward"] for one in examples), default=0.0)
    keyed = [
        (
            -math.log(1.0 - random.random())
            / math.exp((one["reward"] - highest) / temperature),
            index,
        )
        for index, one in enumerate(examples)
    ]
    return [examples[index] for _, index in sorted(keyed)[:n_examples]]
