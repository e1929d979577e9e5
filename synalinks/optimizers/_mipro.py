"""`MIPRO`: a search over instructions and sets of examples together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from synalinks.contracts import Candidate, Span, Trial
from synalinks.errors import ConfigurationError, show
from synalinks.optimizers._choice_samplers import Combination, new_sampler
from synalinks.optimizers._hyperparameters import check_number
from synalinks.optimizers._proposer import rewritable
from synalinks.optimizers._records import has_failures
from synalinks.optimizers._reflective import ReflectiveOptimizer, RewriteRequest

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Rollout
    from synalinks.optimizers._step_view import StepView

_SAMPLERS = ("additive", "tpe")
_N_RECORDS = 8


class MIPRO(ReflectiveOptimizer):
    """Write instructions, collect sets of examples, and search their combinations.

    The first step runs `n_bootstrap` training samples, draws `n_example_sets` sets of
    whole traces of those that passed, and lets the language model write
    `n_instructions` values for each variable. Each further step tries one combination
    on a minibatch of the validation samples; every `full_evaluation_every` steps the
    best combination so far races against the program as it is on all of them.

    Cost: `n_bootstrap` samples and `n_instructions` LM calls per variable at the first
    step; then `minibatch_size` samples (of `fit`) a step, and for each full evaluation
    at most twice the validation samples.

    Source: Opsahl-Ong et al. 2024, "Optimizing Instructions and Demonstrations for
    Multi-Stage Language Model Programs", arXiv 2406.11695, section 4. The additive
    sampler is ours; `benchmarks/optimizers` can compare it with TPE.

    Args:
        n_instructions: Values that are written for each variable.
        n_example_sets: Sets of examples for each variable, besides the present one.
        nb_max_examples: Most samples in a set.
        n_bootstrap: Training samples that the sets are drawn from.
        full_evaluation_every: Steps from one full evaluation to the next.
        sampler: How combinations are chosen: `additive`, or `tpe`, which needs optuna.
        language_model: See `ReflectiveOptimizer`.
        **options: Those of `ReflectiveOptimizer`.

    Raises:
        ConfigurationError: A number is out of its range, or `sampler` is unknown.
        MissingDependencyError: `sampler="tpe"`, and optuna is not installed.
    """

    def __init__(
        self,
        *,
        n_instructions: int = 6,
        n_example_sets: int = 6,
        nb_max_examples: int = 4,
        n_bootstrap: int = 40,
        full_evaluation_every: int = 10,
        sampler: Literal["additive", "tpe"] = "additive",
        language_model: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(language_model=language_model, **options)
        if sampler not in _SAMPLERS:
            msg = f"`sampler` is one of {_SAMPLERS}, received: {show(sampler)}."
            raise ConfigurationError(msg)
        check_number("n_instructions", n_instructions, at_least=0)
        check_number("n_example_sets", n_example_sets, at_least=0)
        check_number("nb_max_examples", nb_max_examples, at_least=1)
        check_number("n_bootstrap", n_bootstrap, at_least=1)
        check_number("full_evaluation_every", full_evaluation_every, at_least=1)
        self.n_instructions = n_instructions
        self.n_example_sets = n_example_sets
        self.nb_max_examples = nb_max_examples
        self.n_bootstrap = n_bootstrap
        self.full_evaluation_every = full_evaluation_every
        self.sampler = sampler
        self._sampler = new_sampler(sampler)
        # By variable path; the first of each is what training began with.
        self._values: dict[str, list[JsonObject]] = {}
        self._sets: dict[str, list[list[JsonObject]]] = {}
        self._trials: list[tuple[Combination, float]] = []
        self._combination: Combination = {}
        # Digests of those that have met the program in use, each once.
        self._raced: list[str] = []
        self._challengers: list[Candidate] = []

    # -- the three parts of a step ---------------------------------------------

    async def prepare(self, step: StepView) -> AsyncGenerator[list[Trial]]:
        """Collect traces and write instructions, once.

        Args:
            step: The step's scored rollouts and settings.

        Yields:
            Trials.
        """
        if self._values:
            return
        samples = [*step.batch_ids, *step.pool_ids]
        samples = [one for one in dict.fromkeys(samples) if one in set(step.pool_ids)]
        samples = samples[: self.n_bootstrap]
        missing = self.ledger.missing(self.incumbent, samples)
        if missing:
            yield [Trial(candidate=self.incumbent, sample_ids=tuple(missing))]
        found = [self.ledger.get(self.incumbent, one) for one in samples]
        cells = [one for one in found if one is not None and one.reward is not None]
        self._draw_sets(cells, step)
        await self._write_values(cells, step)

    async def propose(self, step: StepView) -> Sequence[Candidate]:
        """Return the combination to try next.

        Args:
            step: The step's scored rollouts and settings.

        Returns:
            One candidate.
        """
        n_levels = {
            **{f"value {path}": len(one) for path, one in self._values.items()},
            **{f"examples {path}": len(one) for path, one in self._sets.items()},
        }
        random = step.random("combination")
        self._combination = self._sampler.suggest(n_levels, self._trials, random)
        return [self._candidate(self._combination)]

    async def judge(self, step: StepView) -> AsyncGenerator[list[Trial]]:
        """Score the combination on a minibatch, and now and then race the best one.

        Args:
            step: The step's scored rollouts and settings.

        Yields:
            Trials.
        """
        self._challengers = []
        (candidate,) = self.proposals
        samples = list(step.scoring_ids)
        step.random("minibatch").shuffle(samples)
        minibatch = samples[: step.minibatch_size or len(samples)]
        missing = self.ledger.missing(candidate, minibatch)
        if missing:
            yield [Trial(candidate=candidate, sample_ids=tuple(missing))]
        rewards = self.ledger.rewards(candidate, minibatch).values()
        if not rewards:
            return
        self._trials.append((self._combination, sum(rewards) / len(rewards)))
        # Its own steps: in a `Chain` others take some.
        if len(self._trials) % self.full_evaluation_every == 0:
            challengers = self._most_promising(step)
            async for trials in self.race(challengers, step):
                yield trials
            self._challengers = challengers
            self._raced += [one.digest for one in challengers]

    def decided(self) -> Sequence[Candidate]:
        """Return who has met the program in use; the others are still open."""
        return self._challengers

    def _most_promising(self, step: StepView) -> list[Candidate]:
        tried = {
            one.digest: one for one in (self._candidate(c) for c, _ in self._trials)
        }
        open_ones = [
            one
            for one in tried.values()
            if one.digest not in {*self._raced, self.incumbent.digest}
        ]

        def score(candidate: Candidate) -> float:
            rewards = self.ledger.rewards(candidate, step.scoring_ids).values()
            n = max(1, len(rewards))
            return sum(rewards) / n - self.reward_uncertainty / n**0.5

        return sorted(open_ones, key=score)[-1:]

    # -- what is combined ------------------------------------------------------

    def _candidate(self, combination: Combination) -> Candidate:
        values: dict[str, JsonObject] = {}
        for path, examples in self._sets.items():
            texts = self._values.get(path, [self.seed.values[path]])
            value = texts[combination.get(f"value {path}", 0)]
            chosen = examples[combination[f"examples {path}"]]
            values[path] = {**value, "examples": chosen}
        return Candidate(
            values={**self.seed.values, **values},
            origin="instruction",
            parents=(self.seed.digest,),
        )

    def _draw_sets(self, cells: Sequence[Rollout], step: StepView) -> None:
        rewards = [one.reward or 0.0 for one in cells]
        mean = sum(rewards) / max(1, len(rewards))
        passed = [one for one in cells if (one.reward or 0.0) >= max(mean, 1e-9)]
        random = step.random("example sets")
        drawn = [
            random.sample(passed, random.randint(1, min(self.nb_max_examples, n)))
            for n in [len(passed)] * self.n_example_sets
            if n
        ]
        for path, value in self.seed.values.items():
            sets = [
                [
                    {"inputs": call.inputs, "outputs": call.outputs}
                    for rollout in one
                    for call in rollout.calls
                    if call.variable_path == path
                ]
                for one in drawn
            ]
            self._sets[path] = [list(value.get("examples", [])), *filter(None, sets)]

    async def _write_values(self, cells: Sequence[Rollout], step: StepView) -> None:
        requests: list[RewriteRequest] = []
        n_written = self.n_instructions if has_failures(cells) else 0
        for path in rewritable(self.brief, self.seed):
            given = self.brief.variables[path].seeds
            first = dict(self.seed.values[path])
            self._values[path] = [first, *({**first, **seed} for seed in given)]
            for index in range(n_written):
                shown = list(cells)
                step.random("records", path, index).shuffle(shown)
                records = {path: self.records(path, shown[:_N_RECORDS])}
                requests.append(
                    RewriteRequest(
                        parent=self.seed, materials=records, origin="instruction"
                    )
                )
        for request, child in zip(requests, await self.rewrite(requests), strict=True):
            (path,) = request.materials
            if child is not None:
                self._values[path].append(dict(child.values[path]))

    def starting_points(self) -> list[Candidate]:
        """Return none: they are among the values that are combined."""
        return []

    def cells_per_step(self, n_scoring: int, minibatch_size: int) -> Span:
        """Return how many samples a step runs candidates on, for estimates.

        Args:
            n_scoring: Samples on which candidates are compared.
            minibatch_size: How many of them the first comparison takes; 0 for all.
        """
        first = min(minibatch_size or n_scoring, n_scoring)
        full = n_scoring / self.full_evaluation_every
        return Span(low=0, expected=first + full, high=first + 2 * n_scoring)

    # -- state -----------------------------------------------------------------

    def state_dict(self) -> JsonObject:
        """Return what the optimizer has learned, as JSON."""
        return {
            **super().state_dict(),
            "values": self._values,
            "sets": self._sets,
            "trials": [[combination, score] for combination, score in self._trials],
            "raced": list(self._raced),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        super().load_state_dict(state)
        self._values = dict(state["values"])
        self._sets = dict(state["sets"])
        self._trials = [(combination, score) for combination, score in state["trials"]]
        self._raced = list(state["raced"])
