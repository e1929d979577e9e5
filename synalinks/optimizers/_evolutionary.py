"""`EvolutionaryOptimizer`: a population, mutation and crossover."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from synalinks.errors import ConfigurationError, show
from synalinks.optimizers._hyperparameters import check_number
from synalinks.optimizers._proposer import rewritable
from synalinks.optimizers._reflective import ReflectiveOptimizer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from synalinks._internal.rng import Stream
    from synalinks.contracts import Candidate, Trial
    from synalinks.optimizers._step_view import StepView

Selection: TypeAlias = Literal["softmax", "best", "random"]
_SELECTIONS = ("softmax", "best", "random")


class EvolutionaryOptimizer(ReflectiveOptimizer):
    """Base of optimizers that keep a population, and mutate or cross its members.

    Each step changes one variable of one parent: a variable is the likelier, the worse
    the batch went for its module. Subclasses write `mutate` and `crossover`, and may
    override `survivors`.

    Args:
        language_model: The model that writes, its name, or None for the program's own.
        mutation_temperature: Sampling temperature of mutations, at least 0.
        crossover_temperature: Sampling temperature of crossovers, at least 0.
        selection: How parents are chosen: `softmax` (by score), `best` or `random`.
        selection_temperature: Softness of `softmax`, above 0.
        merging_rate: Share of crossovers, from 0 to 1; there are none before there are
            two candidates.
        **options: Those of `ReflectiveOptimizer`.

    Raises:
        ConfigurationError: A number is out of its range, or `selection` is unknown.
    """

    def __init__(
        self,
        *,
        language_model: Any = None,
        mutation_temperature: float = 0.3,
        crossover_temperature: float = 0.3,
        selection: Selection = "softmax",
        selection_temperature: float = 0.3,
        merging_rate: float = 0.05,
        **options: Any,
    ) -> None:
        super().__init__(language_model=language_model, **options)
        check_number("mutation_temperature", mutation_temperature, at_least=0)
        check_number("crossover_temperature", crossover_temperature, at_least=0)
        check_number("selection_temperature", selection_temperature, above=0)
        check_number("merging_rate", merging_rate, at_least=0)
        if merging_rate > 1:
            msg = f"`merging_rate` is from 0 to 1, received: {show(merging_rate)}."
            raise ConfigurationError(msg)
        if selection not in _SELECTIONS:
            msg = f"`selection` is one of {_SELECTIONS}, received: {show(selection)}."
            raise ConfigurationError(msg)
        self.mutation_temperature = mutation_temperature
        self.crossover_temperature = crossover_temperature
        self.selection = selection
        self.selection_temperature = selection_temperature
        self.merging_rate = merging_rate

    # -- what subclasses write -------------------------------------------------

    @abstractmethod
    async def mutate(
        self, parent: Candidate, path: str, step: StepView
    ) -> Candidate | None:
        """Return a changed candidate, or None.

        Args:
            parent: What is changed.
            path: The variable to change.
            step: The step's scored rollouts and settings.
        """

    @abstractmethod
    async def crossover(
        self, parent: Candidate, other: Candidate, path: str, step: StepView
    ) -> Candidate | None:
        """Return a candidate made from two, or None.

        Args:
            parent: What is changed.
            other: What it takes from.
            path: The variable to change.
            step: The step's scored rollouts and settings.
        """

    async def survivors(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return who stays in the population; by default who scores best.

        Args:
            candidates: The population with the newcomers.
        """
        ranked = sorted(candidates, key=lambda one: -self.candidate_score(one))
        return ranked[: self.population_size]

    # -- a step ----------------------------------------------------------------

    async def propose(self, step: StepView) -> Sequence[Candidate]:
        """Mutate a parent, or cross two.

        Args:
            step: The step's scored rollouts and settings.

        Returns:
            One candidate, or none.
        """
        paths = rewritable(self.brief, self.incumbent)
        path = self._choose_path(paths, step)
        random = step.random("parents")
        parent = self._choose_parent(self.population, random)
        others = [one for one in self.population if one.digest != parent.digest]
        if others and random.random() < self.merging_rate:
            child = await self.crossover(parent, random.choice(others), path, step)
        else:
            child = await self.mutate(parent, path, step)
        return [] if child is None else [child]

    async def judge(self, step: StepView) -> AsyncGenerator[list[Trial]]:
        """Race the child against the incumbent; it joins the population with its score.

        Args:
            step: The step's scored rollouts and settings.

        Yields:
            Trials.
        """
        async for trials in super().judge(step):
            yield trials
        newcomers = [one for one in self.proposals if self.ledger.rewards_of(one)]
        known = {one.digest for one in newcomers}
        old = [one for one in self.population if one.digest not in known]
        if newcomers:
            self.population: list[Candidate] = await self.survivors([*old, *newcomers])

    def candidate_score(self, candidate: Candidate) -> float:
        """Return a candidate's mean reward, lowered for being measured on few samples.

        Args:
            candidate: The candidate.

        Returns:
            Mean minus `reward_uncertainty` / sqrt(number of samples); minus infinity
            where nothing was measured.
        """
        rewards = self.ledger.rewards_of(candidate)
        if not rewards:
            return -math.inf
        mean = sum(rewards) / len(rewards)
        return mean - self.reward_uncertainty / math.sqrt(len(rewards))

    def enter(self, candidate: Candidate) -> None:
        """Put a candidate into the population, in front; selection keeps it small.

        Args:
            candidate: The candidate.
        """
        others = [one for one in self.population if one.digest != candidate.digest]
        self.population = [candidate, *others][: self.population_size + 1]

    def _choose_path(self, paths: list[str], step: StepView) -> str:
        """Draw a variable with weights exp(-mean reward / temperature).

        Returns:
            Its path.
        """
        weights = [
            math.exp(-_mean_reward(path, step) / self.sampling_temperature)
            for path in paths
        ]
        return step.random("variable").choices(paths, weights)[0]

    def _choose_parent(
        self, candidates: Sequence[Candidate], random: Stream
    ) -> Candidate:
        if self.selection == "random":
            return random.choice(list(candidates))
        scores = [self.candidate_score(one) for one in candidates]
        highest = max(scores)
        if self.selection == "best" or highest == -math.inf:
            return candidates[scores.index(highest)]
        weights = [
            math.exp((score - highest) / self.selection_temperature) for score in scores
        ]
        return random.choices(list(candidates), weights)[0]


def _mean_reward(path: str, step: StepView) -> float:
    rewards = [
        rollout.reward
        for rollout in step.rollouts
        if rollout.reward is not None
        and any(call.variable_path == path for call in rollout.calls)
    ]
    return sum(rewards) / len(rewards) if rewards else 0.0
