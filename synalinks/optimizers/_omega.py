"""`OMEGA`: LM mutation and crossover, and survival of the good and different."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Literal

from synalinks._internal.json import canonical, digest
from synalinks.data_models import EmbeddingRequest
from synalinks.embedding_models import EmbeddingModel
from synalinks.embedding_models import get as get_embedding_model
from synalinks.errors import ConfigurationError, show
from synalinks.optimizers._evolutionary import EvolutionaryOptimizer
from synalinks.optimizers._hyperparameters import check_number
from synalinks.optimizers._novelty import cosine_distance, dominated_novelty
from synalinks.optimizers._proposer import learnable
from synalinks.optimizers._records import has_failures
from synalinks.optimizers._reflective import RewriteRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Candidate, Rollout
    from synalinks.optimizers._step_view import StepView


class OMEGA(EvolutionaryOptimizer):
    """Let a language model mutate and cross prompts; keep those good and different.

    Each step shows the model good, bad and recurringly hard predictions of one module,
    and lets it write a better value of the module's variable, or combine two. The child
    races against the program as it is. With `algorithm="dns"` those survive that are
    best, or far in meaning from all that are better.

    Cost of a step: one LM call for the proposal (two if the first answer is unusable),
    at most twice as many samples as there are for validation, and one embedding call
    for texts not embedded before; each distinct text is embedded once.

    Source: dominated novelty search, Bahlous-Boldi et al. 2025, arXiv 2502.00593; LM
    mutation and crossover as in Meyerson et al. 2023, arXiv 2302.12170.

    Args:
        instructions: What the proposing model is told to do; None for a default.
        language_model: The model that writes, its name, or None for the program's own.
        embedding_model: Tells how alike two values are; `"embedded/hash"`, which
            compares words, if there is neither this nor a default of the session.
        k_nearest_fitter: How many better candidates novelty is measured to.
        distance_function: Distance of two embeddings; that of the cosine when None.
        mutation_temperature: See `EvolutionaryOptimizer`.
        crossover_temperature: See `EvolutionaryOptimizer`.
        reasoning_effort: How much the proposing model is to reason.
        use_chain_of_thought: Whether it first writes down what it thinks.
        merging_rate: See `EvolutionaryOptimizer`.
        algorithm: `dns` for dominated novelty search, `ga` for the best ones only.
        selection: See `EvolutionaryOptimizer`.
        selection_temperature: See `EvolutionaryOptimizer`.
        population_size: How many candidates survive.
        reward_uncertainty: See `Optimizer`.
        nb_best_predictions: How many good predictions are shown.
        nb_worst_predictions: How many bad ones.
        nb_hard_examples: How many samples are shown that went wrong again and again.
        hard_example_min_observations: How often a sample must have been seen for that.
        **options: Those of `EvolutionaryOptimizer`.

    Raises:
        ConfigurationError: A number is out of its range, or `algorithm` is unknown.
    """

    def __init__(
        self,
        *,
        instructions: str | None = None,
        language_model: Any = None,
        embedding_model: Any = None,
        k_nearest_fitter: int = 5,
        distance_function: Callable[[list[float], list[float]], float] | None = None,
        mutation_temperature: float = 0.3,
        crossover_temperature: float = 0.3,
        reasoning_effort: str | None = None,
        use_chain_of_thought: bool = True,
        merging_rate: float = 0.05,
        algorithm: Literal["dns", "ga"] = "dns",
        selection: Literal["softmax", "best", "random"] = "softmax",
        selection_temperature: float = 0.3,
        population_size: int = 10,
        reward_uncertainty: float = 0.25,
        nb_best_predictions: int = 1,
        nb_worst_predictions: int = 3,
        nb_hard_examples: int = 1,
        hard_example_min_observations: int = 2,
        **options: Any,
    ) -> None:
        super().__init__(
            instructions=instructions,
            language_model=language_model,
            mutation_temperature=mutation_temperature,
            crossover_temperature=crossover_temperature,
            reasoning_effort=reasoning_effort,
            use_chain_of_thought=use_chain_of_thought,
            merging_rate=merging_rate,
            selection=selection,
            selection_temperature=selection_temperature,
            population_size=population_size,
            reward_uncertainty=reward_uncertainty,
            **options,
        )
        if algorithm not in {"dns", "ga"}:
            msg = f"`algorithm` is 'dns' or 'ga', received: {show(algorithm)}."
            raise ConfigurationError(msg)
        check_number("k_nearest_fitter", k_nearest_fitter, at_least=1)
        check_number("nb_best_predictions", nb_best_predictions, at_least=0)
        check_number("nb_worst_predictions", nb_worst_predictions, at_least=0)
        check_number("nb_hard_examples", nb_hard_examples, at_least=0)
        check_number(
            "hard_example_min_observations", hard_example_min_observations, at_least=1
        )
        self.algorithm = algorithm
        self.embedding_model: EmbeddingModel | None = (
            None if embedding_model is None else get_embedding_model(embedding_model)
        )
        self.k_nearest_fitter = k_nearest_fitter
        self.distance_function = distance_function
        self.nb_best_predictions = nb_best_predictions
        self.nb_worst_predictions = nb_worst_predictions
        self.nb_hard_examples = nb_hard_examples
        self.hard_example_min_observations = hard_example_min_observations
        self._vectors: dict[str, list[float]] = {}
        # Per sample: rewards summed, and how often it was seen.
        self._seen: dict[str, list[float]] = {}

    # -- proposals -------------------------------------------------------------

    async def propose(self, step: StepView) -> Sequence[Candidate]:
        """Mutate a parent, or cross two.

        Args:
            step: The step's scored rollouts and settings.

        Returns:
            One candidate, or none.
        """
        for rollout in step.rollouts:
            if rollout.reward is not None:
                total, n_seen = self._seen.get(rollout.sample_id, (0.0, 0))
                self._seen[rollout.sample_id] = [total + rollout.reward, n_seen + 1]
        return await super().propose(step)

    async def mutate(
        self, parent: Candidate, path: str, step: StepView
    ) -> Candidate | None:
        """Let the model write a better value. Costs one LM call.

        Args:
            parent: What is changed.
            path: The variable to change.
            step: The step's scored rollouts and settings.

        Returns:
            The child; None where there is nothing to learn from, or nothing usable.
        """
        records = self._records(path, step)
        if not (records and has_failures([*step.rollouts, *self._hard()])):
            return None
        request = RewriteRequest(
            parent=parent,
            materials={path: records},
            temperature=self.mutation_temperature,
        )
        return (await self.rewrite([request]))[0]

    async def crossover(
        self, parent: Candidate, other: Candidate, path: str, step: StepView
    ) -> Candidate | None:
        """Let the model combine two values. Costs one LM call.

        Args:
            parent: What is changed.
            other: What it takes from.
            path: The variable to change.
            step: The step's scored rollouts and settings.

        Returns:
            The child; None where nothing usable came.
        """
        request = RewriteRequest(
            parent=parent,
            materials={path: self._records(path, step)},
            origin="crossover",
            others={"other": other},
            temperature=self.crossover_temperature,
        )
        return (await self.rewrite([request]))[0]

    def _records(self, path: str, step: StepView) -> list[JsonObject]:
        """Return good, bad and hard predictions of one module.

        Returns:
            Records, each sample once.
        """
        scored = [
            one
            for one in step.rollouts
            if one.reward is not None and self.is_telling(one)
        ]
        ranked = sorted(scored, key=lambda one: -(one.reward or 0.0))
        best = ranked[: self.nb_best_predictions]
        worst = ranked[::-1][: self.nb_worst_predictions]
        shown = {one.sample_id: one for one in (*worst, *best, *self._hard())}
        return self.records(path, shown.values())

    def _hard(self) -> list[Rollout]:
        means = {
            sample_id: total / n_seen
            for sample_id, (total, n_seen) in self._seen.items()
            if n_seen >= self.hard_example_min_observations
        }
        hardest = sorted(means, key=lambda one: means[one])[: self.nb_hard_examples]
        cells = [self.ledger.get(self.incumbent, one) for one in hardest]
        return [one for one in cells if one is not None]

    # -- survival --------------------------------------------------------------

    async def survivors(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return who stays: the best, and who is far from all that are better.

        Args:
            candidates: The population with the newcomers.
        """
        if self.algorithm == "ga" or len(candidates) <= self.population_size:
            return await super().survivors(candidates)
        scores = [self.candidate_score(one) for one in candidates]
        vectors = await self._embedded(candidates)
        distance = self.distance_function or cosine_distance
        novelty = dominated_novelty(scores, vectors, self.k_nearest_fitter, distance)
        order = sorted(
            range(len(candidates)), key=lambda one: (-novelty[one], -scores[one])
        )
        return [candidates[one] for one in order[: self.population_size]]

    async def _embedded(self, candidates: Sequence[Candidate]) -> list[list[float]]:
        texts = [self._text(one) for one in candidates]
        missing = [
            one for one in dict.fromkeys(texts) if digest(one) not in self._vectors
        ]
        if missing:
            paid = self.embedding_model or get_embedding_model(None)
            model = paid or EmbeddingModel("embedded/hash")
            with self.ledger.charging() if paid else contextlib.nullcontext():
                answer: Any = await model(EmbeddingRequest(texts=missing))
            vectors: list[list[float]] = answer.get("embeddings")
            for text, vector in zip(missing, vectors, strict=True):
                self._vectors[digest(text)] = list(vector)
        return [self._vectors[digest(text)] for text in texts]

    def _text(self, candidate: Candidate) -> str:
        paths = sorted(self.brief.variables.keys() & candidate.values.keys())
        return "\n".join(
            canonical(learnable(candidate, self.brief.variables[path]))
            for path in paths
        )

    # -- state -----------------------------------------------------------------

    def state_dict(self) -> JsonObject:
        """Return what the optimizer has learned, as JSON."""
        own = {"vectors": self._vectors, "seen": self._seen}
        return {**super().state_dict(), **own}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        super().load_state_dict(state)
        self._vectors = dict(state["vectors"])
        self._seen = dict(state["seen"])
