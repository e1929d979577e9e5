"""`GEPA`: reflective mutation, parents drawn from the per-sample Pareto front."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.contracts import Candidate, Span, Trial
from synalinks.optimizers._hyperparameters import check_number
from synalinks.optimizers._merge import merged_values
from synalinks.optimizers._pareto import draw_parent, front_counts
from synalinks.optimizers._proposer import rewritable
from synalinks.optimizers._reflective import ReflectiveOptimizer, RewriteRequest

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks._internal.rng import Stream
    from synalinks.optimizers._step_view import StepView


class GEPA(ReflectiveOptimizer):
    """Rewrite one module at a time from a few samples; keep who is best somewhere.

    Each step draws a parent from those that are best on at least one sample of the
    Pareto set, runs it on a small batch of training samples, lets the language model
    rewrite one module (they take turns), and runs the child on the same batch. A child
    that does better there is run on the whole Pareto set and joins the pool. The result
    is who does best on the Pareto set: the validation samples, or the training samples
    where there are none. Samples that the provider turned away count for nobody.

    Cost of a step: one LM call for the proposal, `2 * reflection_minibatch_size`
    samples, and the Pareto set for a child that is accepted; the first step measures
    the Pareto set once more. A merge costs no LM call, five samples, and the Pareto set
    if it is accepted.

    Source: Agrawal et al. 2025, "GEPA: Reflective Prompt Evolution Can Outperform
    Reinforcement Learning", arXiv 2507.19457, algorithms 1, 2 and 4.

    Args:
        reflection_minibatch_size: Training samples that a parent and its child are run
            on.
        perfect_reward: A parent that reaches it on all of these is not rewritten.
        use_merge: Whether to combine modules of two lineages after an accepted child.
        max_merges: How many merges are tried at most.
        language_model: See `ReflectiveOptimizer`.
        **options: Those of `ReflectiveOptimizer`.

    Raises:
        ConfigurationError: A number is out of its range.
    """

    def __init__(
        self,
        *,
        reflection_minibatch_size: int = 3,
        perfect_reward: float = 1.0,
        use_merge: bool = False,
        max_merges: int = 5,
        language_model: Any = None,
        population_size: int = 1000,
        **options: Any,
    ) -> None:
        super().__init__(
            language_model=language_model, population_size=population_size, **options
        )
        check_number("reflection_minibatch_size", reflection_minibatch_size, at_least=1)
        check_number("perfect_reward", perfect_reward)
        check_number("max_merges", max_merges, at_least=0)
        self.reflection_minibatch_size = reflection_minibatch_size
        self.perfect_reward = perfect_reward
        self.use_merge = use_merge
        self.max_merges = max_merges
        self._n_turns = 0
        self._n_merges = 0
        self._merges_next = False
        self._parent: Candidate | None = None
        self._minibatch: list[str] = []

    # -- the three parts of a step ---------------------------------------------

    async def prepare(self, step: StepView) -> AsyncGenerator[list[Trial]]:
        """Choose a parent from the front, and run it on a few training samples.

        Args:
            step: The step's scored rollouts and settings.

        Yields:
            Trials.
        """
        yield self._wanted(self.incumbent, _pareto_ids(step))
        self._parent = self._draw(step, step.random("parent"))
        self._minibatch = self._draw_minibatch(step)
        yield self._wanted(self._parent, self._minibatch)

    async def propose(self, step: StepView) -> Sequence[Candidate]:
        """Rewrite one module of the parent, or merge two candidates.

        Args:
            step: The step's scored rollouts and settings.

        Returns:
            One candidate, or none.
        """
        # Its own steps, not `iterations`: in a `Chain` others take some.
        turn, self._n_turns = self._n_turns, self._n_turns + 1
        if self._merges_next:
            self._merges_next = False
            merged = self._merge(step)
            if merged is not None:
                return [merged]
        parent = self._parent or self.incumbent
        rewards = self.ledger.rewards(parent, self._minibatch)
        if min(rewards.values(), default=self.perfect_reward) >= self.perfect_reward:
            return []
        paths = rewritable(self.brief, parent)
        path = paths[turn % len(paths)]
        cells = [self.ledger.get(parent, one) for one in self._minibatch]
        records = self.records(path, [one for one in cells if one is not None])
        if not records:
            return []
        children = await self.rewrite(
            [RewriteRequest(parent=parent, materials={path: records})]
        )
        return [one for one in children if one is not None]

    async def judge(self, step: StepView) -> AsyncGenerator[list[Trial]]:
        """Run the child on the minibatch, and if it is better, on the Pareto set.

        Args:
            step: The step's scored rollouts and settings.

        Yields:
            Trials.
        """
        for child in self.proposals:
            is_merge = child.origin == "merge"
            parents = [one for one in self.population if one.digest in child.parents]
            samples = self._minibatch
            if is_merge:
                samples = step.random("merge").sample(
                    [*_pareto_ids(step)], min(5, len(_pareto_ids(step)))
                )
            yield self._wanted(child, samples)
            leads = [
                self.ledger.mean_difference(child, parent, samples)
                for parent in parents
            ]
            lead = min(leads, default=0.0)
            if lead > 0 or (is_merge and lead == 0):
                yield self._wanted(child, _pareto_ids(step))
                self.enter(child)
                self._merges_next = self.use_merge and not is_merge
        self.choose(self._best(step))

    # -- parents ---------------------------------------------------------------

    def _wanted(self, candidate: Candidate, sample_ids: Sequence[str]) -> list[Trial]:
        missing = self.ledger.missing(candidate, sample_ids)
        return (
            [Trial(candidate=candidate, sample_ids=tuple(missing))] if missing else []
        )

    def _rewards(self, step: StepView) -> dict[str, dict[str, float]]:
        ids = _pareto_ids(step)
        return {one.digest: self.ledger.rewards(one, ids) for one in self.population}

    def _draw(self, step: StepView, random: Stream) -> Candidate:
        by_digest = {one.digest: one for one in self.population}
        counts = front_counts(self._rewards(step), _pareto_ids(step))
        return by_digest[draw_parent(counts, random)] if counts else self.incumbent

    def _draw_minibatch(self, step: StepView) -> list[str]:
        """Return samples of the batch, which are paid for, then of the whole pool."""
        own = [one for one in step.batch_ids if one in set(step.pool_ids)]
        others = [one for one in step.pool_ids if one not in set(own)]
        random = step.random("minibatch")
        random.shuffle(own)
        random.shuffle(others)
        return [*own, *others][: self.reflection_minibatch_size]

    def _best(self, step: StepView) -> Candidate:
        ids = _pareto_ids(step)
        # Who was run on all of them; not who has a reward on all: what the provider
        # turned away counts for nobody.
        rivals = [one for one in self.population if not self.ledger.missing(one, ids)]
        # The incumbent stays where nobody is better.
        rivals.sort(key=lambda one: one.digest != self.incumbent.digest)
        return max(
            rivals,
            key=lambda one: self.ledger.mean_difference(one, self.incumbent, ids),
            default=self.incumbent,
        )

    def _merge(self, step: StepView) -> Candidate | None:
        rewards = self._rewards(step)
        front = front_counts(rewards, _pareto_ids(step))
        if len(front) < 2 or self._n_merges >= self.max_merges:
            return None
        keys = step.random("merge pair").sample(sorted(front), 2)
        by_digest = {one.digest: one for one in self.population}
        first, second = sorted(keys, key=lambda one: -sum(rewards[one].values()))
        values = merged_values(by_digest[first], by_digest[second], by_digest)
        if values is None:
            return None
        child = Candidate(values=values, origin="merge", parents=(first, second))
        if not self.is_new(child):
            return None
        self._n_merges += 1
        return child

    def enter(self, candidate: Candidate) -> None:
        """Put a candidate into the pool; who is there stays where it is.

        Args:
            candidate: The candidate.
        """
        if all(one.digest != candidate.digest for one in self.population):
            pool = [*self.population, candidate]
            # Who is in use stays, and who has just come: they are to be compared.
            others = [one for one in pool[:-1] if one.digest != self.incumbent.digest]
            if len(pool) > self.population_size and others:
                pool.remove(others[0])
            self.population: list[Candidate] = pool

    def cells_per_step(self, n_scoring: int, minibatch_size: int) -> Span:
        """Return how many samples a step runs candidates on, for estimates.

        Args:
            n_scoring: Samples on which candidates are compared.
            minibatch_size: How many of them the first comparison takes; not used.
        """
        small = 2 * self.reflection_minibatch_size
        return Span(low=0, expected=small + n_scoring / 3, high=small + 2 * n_scoring)

    # -- state -----------------------------------------------------------------

    def state_dict(self) -> JsonObject:
        """Return what the optimizer has learned, as JSON."""
        return {
            **super().state_dict(),
            "n_turns": self._n_turns,
            "n_merges": self._n_merges,
            "merges_next": self._merges_next,
        }

    def load_state_dict(self, state: Any) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        super().load_state_dict(state)
        self._n_turns = state["n_turns"]
        self._n_merges = state["n_merges"]
        self._merges_next = state["merges_next"]


def _pareto_ids(step: StepView) -> Sequence[str]:
    pool = set(step.pool_ids)
    is_held_out = all(one not in pool for one in step.scoring_ids)
    return step.scoring_ids if is_held_out or not pool else step.pool_ids
