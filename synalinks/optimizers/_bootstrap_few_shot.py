"""`BootstrapFewShot`: the program's own traces as examples of every module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.contracts import Candidate, Span
from synalinks.optimizers._hyperparameters import check_number
from synalinks.optimizers._optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks._internal.rng import Stream
    from synalinks.contracts import Rollout
    from synalinks.optimizers._step_view import StepView

_N_DRAWS = 20


class BootstrapFewShot(Optimizer):
    """Try sets of whole traces of samples that passed, for all modules at once.

    A sample that passes gives one example to each module that worked on it, so that the
    examples of different modules tell of the same samples. Each step draws
    `n_candidates` sets of samples and races them against the program as it is.
    Instructions are left alone.

    Cost of a step: no LM call for proposals; at most `n_candidates + 1` times as many
    samples as there are for validation, and most sets are dropped after
    `minibatch_size`.

    Source: Khattab et al. 2023, "DSPy: Compiling Declarative Language Model Calls into
    Self-Improving Pipelines", arXiv 2310.03714, section 4 (bootstrapped demonstrations
    with random search).

    Args:
        n_candidates: How many sets are tried in a step.
        nb_min_examples: Fewest samples in a set.
        nb_max_examples: Most samples in a set. Each makes every later prompt longer;
            sets of up to 16 end higher than those of up to 4 in all development
            families of `benchmarks/optimizers`.
        passing_reward: Lowest reward with which a sample passes; None for those that
            score at least the mean of all seen, and above the lowest.
        **options: Those of `Optimizer`.

    Raises:
        ConfigurationError: A number is out of its range.
    """

    def __init__(
        self,
        *,
        n_candidates: int = 4,
        nb_min_examples: int = 1,
        nb_max_examples: int = 16,
        passing_reward: float | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        check_number("n_candidates", n_candidates, at_least=1)
        check_number("nb_min_examples", nb_min_examples, at_least=1)
        check_number("nb_max_examples", nb_max_examples, at_least=nb_min_examples)
        if passing_reward is not None:
            check_number("passing_reward", passing_reward)
        self.n_candidates = n_candidates
        self.nb_min_examples = nb_min_examples
        self.nb_max_examples = nb_max_examples
        self.passing_reward = passing_reward
        # Per sample: its best reward, and the examples of that trace by variable path.
        self._traces: dict[str, JsonObject] = {}
        self._tried: set[str] = set()

    async def propose(self, step: StepView) -> Sequence[Candidate]:
        """Draw sets of traces that are not tried yet.

        Args:
            step: The step's scored rollouts and settings.

        Returns:
            At most `n_candidates` candidates.
        """
        self._collect(step.rollouts)
        passed = self._passed()
        random = step.random("traces")
        found: dict[str, Candidate] = {}
        for _ in range(_N_DRAWS * self.n_candidates):
            if len(found) == self.n_candidates or not passed:
                break
            candidate = self._draw(passed, random)
            if candidate.digest not in self._tried:
                found[candidate.digest] = candidate
        self._tried.update(found)
        return list(found.values())

    def cells_per_step(self, n_scoring: int, minibatch_size: int) -> Span:
        """Return how many samples a step runs candidates on, for estimates.

        Args:
            n_scoring: Samples on which candidates are compared.
            minibatch_size: How many of them the first comparison takes; 0 for all.
        """
        of_one = super().cells_per_step(n_scoring, minibatch_size)
        high = (self.n_candidates + 1) * n_scoring
        return Span(low=0, expected=of_one.expected * self.n_candidates, high=high)

    def _collect(self, rollouts: Sequence[Rollout]) -> None:
        for rollout in rollouts:
            if rollout.reward is None or rollout.failure is not None:
                continue
            known = self._traces.get(rollout.sample_id)
            if known is not None and known["reward"] >= rollout.reward:
                continue
            examples: JsonObject = {}
            for call in rollout.calls:
                example = {"inputs": call.inputs, "outputs": call.outputs}
                examples.setdefault(call.variable_path, []).append(example)
            trace = {"reward": rollout.reward, "examples": examples}
            self._traces[rollout.sample_id] = trace

    def _passed(self) -> list[str]:
        rewards = {one: trace["reward"] for one, trace in self._traces.items()}
        if not rewards:
            return []
        bar, lowest = self.passing_reward, min(rewards.values())
        if bar is None:
            bar = sum(rewards.values()) / len(rewards)
            if max(rewards.values()) == lowest and lowest <= 0:
                return []
        return sorted(one for one, reward in rewards.items() if reward >= bar)

    def _draw(self, passed: list[str], random: Stream) -> Candidate:
        n_samples = random.randint(self.nb_min_examples, self.nb_max_examples)
        drawn = random.sample(passed, min(n_samples, len(passed)))
        values: dict[str, JsonObject] = {}
        for path, value in self.incumbent.values.items():
            traces = [self._traces[one]["examples"].get(path, []) for one in drawn]
            examples = [example for trace in traces for example in trace]
            values[path] = {**value, "examples": examples} if examples else dict(value)
        parents = (self.incumbent.digest,)
        return Candidate(values=values, origin="few_shot", parents=parents)

    def state_dict(self) -> JsonObject:
        """Return what the optimizer has learned, as JSON."""
        own = {"traces": self._traces, "tried": sorted(self._tried)}
        return {**super().state_dict(), **own}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        super().load_state_dict(state)
        self._traces = dict(state["traces"])
        self._tried = set(state["tried"])
