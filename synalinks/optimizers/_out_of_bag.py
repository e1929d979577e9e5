"""`OutOfBagRacing`: every rollout is both a score and material for reflection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from synalinks._internal.rng import stream
from synalinks.contracts import Candidate, Span, Trial
from synalinks.errors import ConfigurationError, show
from synalinks.optimizers._candidate_json import candidate_from_json, candidate_to_json
from synalinks.optimizers._hyperparameters import check_number
from synalinks.optimizers._posterior import shrunk_mean
from synalinks.optimizers._proposer import rewritable
from synalinks.optimizers._records import records_of
from synalinks.optimizers._reflective import ReflectiveOptimizer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Rollout
    from synalinks.optimizers._step_view import StepView

_RUNGS = (8, 20, 50, 100)
_SEED_CELLS = 24
_BATCH_SIZES = (3, 6, 15)
_MIN_CELLS = 20
_N_CORE = 30
_WINDOW = 40
_TOP_SHARE = 3
_N_FINALISTS = 3
_PATIENCE = 0.01


@dataclass(slots=True)
class _Node:
    """A candidate of the search."""

    candidate: Candidate
    parent: str | None
    n_tries: int = 0
    """How often it was rewritten without a better child."""

    @property
    def shown(self) -> list[str]:
        """Samples that its lineage was shown in reflections."""
        return self.candidate.metadata.get("shown", [])


@dataclass(slots=True)
class _Attempt:
    """A child in the making."""

    parent: Candidate
    batch_size: int
    batch: list[Rollout] = field(default_factory=list["Rollout"])
    child: Candidate | None = None
    rung: int = 0


class OutOfBagRacing(ReflectiveOptimizer):
    """Reflect on failures, and judge each rewriting on samples it has not seen.

    There is one pool of labelled samples. A candidate is not judged on samples that its
    lineage was shown in a reflection, for it may have memorised them, but on all
    others: out-of-bag scores, as in bagging (Breiman 1996). So no sample is reserved
    for one purpose. A child meets its parent and the best candidate on ever more common
    samples and is dropped as soon as it is behind, or below the best third of recent
    children (successive halving, Jamieson and Talwalkar 2016). What is believed of a
    candidate is the mean of paired differences to its parent, shrunk towards none, on
    top of what is believed of the parent.

    Cost of a step: `n_children` proposals of one LM call each, which rewrite all
    modules with feedback at once, and 8 to 200 samples per child; most children end
    after 8 to 40. The first step measures 24 samples more. At each validation the best
    three meet the first program on the validation samples.

    Source: ours; the pieces are named above. Measured in `benchmarks/optimizers`.

    Args:
        pool: Which samples serve: `train`, or `train+val`, which finds more, but makes
            `val_reward` an optimistic estimate.
        n_children: Children per step, proposed and raced at the same time.
        prior_sd: How much better or worse than its parent a child usually is, as a
            standard deviation of true mean rewards.
        language_model: See `ReflectiveOptimizer`.
        **options: Those of `ReflectiveOptimizer`.

    Raises:
        ConfigurationError: `pool` is unknown, or a number is out of its range.
    """

    def __init__(
        self,
        *,
        pool: Literal["train", "train+val"] = "train",
        n_children: int = 1,
        prior_sd: float = 0.06,
        language_model: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(language_model=language_model, **options)
        if pool not in {"train", "train+val"}:
            msg = f"`pool` is 'train' or 'train+val', received: {show(pool)}."
            raise ConfigurationError(msg)
        check_number("n_children", n_children, at_least=1)
        check_number("prior_sd", prior_sd, above=0)
        self.pool = pool
        self.n_children = n_children
        self.prior_sd = prior_sd
        self._nodes: dict[str, _Node] = {}
        self._n_used: dict[str, int] = {}
        self._rung_differences: dict[int, list[float]] = {}
        self._arms = {size: [0, 0] for size in _BATCH_SIZES}
        self._order: list[str] = []
        self._core: set[str] = set()
        self._attempts: list[_Attempt] = []

    # -- the three parts of a step ---------------------------------------------

    async def prepare(self, step: StepView) -> AsyncGenerator[list[Trial]]:
        """Choose parents, and measure them until enough of their failures are known.

        Args:
            step: The step's scored rollouts and settings.

        Yields:
            Trials.
        """
        self._set_order(step)
        self._take_in(self.incumbent)
        if not self.ledger.rewards(self.seed, self._order):
            yield [self._trial(self.seed, self._order[:_SEED_CELLS])]
        self._attempts = self._choose_parents(step)
        while trials := self._trials_for_failures():
            yield trials
        for index, attempt in enumerate(self._attempts):
            attempt.batch = self._failures(attempt.parent)[: attempt.batch_size]
            # Another order tells the model another story of the same samples.
            step.random("records", index).shuffle(attempt.batch)
            for rollout in attempt.batch:
                used = self._n_used.get(rollout.sample_id, 0)
                self._n_used[rollout.sample_id] = used + 1

    async def propose(self, step: StepView) -> Sequence[Candidate]:
        """Rewrite each chosen parent from a batch of its failures.

        Args:
            step: The step's scored rollouts and settings.

        Returns:
            At most `n_children` candidates.
        """
        for attempt in self._attempts:
            materials = self._materials(attempt.batch)
            if not materials:
                continue
            shown = self._nodes[attempt.parent.digest].shown
            batch = [rollout.sample_id for rollout in attempt.batch]
            attempt.child = await self.rewrite(
                attempt.parent,
                materials,
                metadata={"shown": sorted({*shown, *batch})},
            )
            if attempt.child is not None:
                self._nodes[attempt.child.digest] = _Node(
                    attempt.child, attempt.parent.digest
                )
        return [one.child for one in self._attempts if one.child is not None]

    async def judge(self, step: StepView) -> AsyncGenerator[list[Trial]]:
        """Race the children, then take who is believed to be best.

        Args:
            step: The step's scored rollouts and settings.

        Yields:
            Trials.
        """
        best = self._best()
        racing = [one for one in self._attempts if one.child is not None]
        for rung in _RUNGS:
            samples = [(one, self._common(one, best, rung)) for one in racing]
            trials = [
                trial
                for attempt, ids in samples
                for candidate in (attempt.child, attempt.parent, best)
                if candidate is not None
                for trial in [self._trial(candidate, ids)]
                if trial.sample_ids
            ]
            if trials:
                yield _merged(trials)
            racing = [
                one for one, ids in samples if self._survives(one, best, ids, rung)
            ]
        for attempt in self._attempts:
            self._note_result(attempt, is_better=attempt in racing)
        self._attempts = []
        self.choose(self._best())

    def finalists(self) -> list[Candidate]:
        """Return the candidates that are believed to be best."""
        ranked = sorted(self._ripe(), key=lambda key: -self._belief(key))
        return [self._nodes[key].candidate for key in ranked[:_N_FINALISTS]]

    def cells_per_step(self, n_scoring: int, minibatch_size: int) -> Span:
        """Return how many samples a step runs candidates on, for estimates.

        Args:
            n_scoring: Samples on which candidates are compared.
            minibatch_size: How many of them the first comparison takes; 0 for all.
        """
        return Span(low=0, expected=30.0, high=3.0 * _RUNGS[-1]) * self.n_children

    # -- samples ---------------------------------------------------------------

    def _set_order(self, step: StepView) -> None:
        pool = [*step.pool_ids]
        if self.pool == "train+val":
            pool += [one for one in step.scoring_ids if one not in set(pool)]
        # The same at each step: common random numbers for all candidates.
        stream(step.seed, "optimizer", "pool").shuffle(pool)
        n_core = min(_N_CORE, len(pool) // 3)
        self._order = pool
        self._core = {
            one
            for index, one in enumerate(pool)
            if (index + 1) * n_core // len(pool) > index * n_core // len(pool)
        }

    def _trial(self, candidate: Candidate, sample_ids: Sequence[str]) -> Trial:
        missing = self.ledger.missing(candidate, sample_ids)
        return Trial(candidate=candidate, sample_ids=tuple(missing))

    def _common(self, attempt: _Attempt, best: Candidate, n: int) -> list[str]:
        child = attempt.child or attempt.parent
        shown = {
            *self._nodes[child.digest].shown,
            *self._nodes[best.digest].shown,
        }
        return [one for one in self._order if one not in shown][:n]

    def _failures(self, candidate: Candidate) -> list[Rollout]:
        """Return what a candidate got wrong outside the core, least used first."""
        open_ids = [one for one in self._order if one not in self._core]
        rewards = self.ledger.rewards(candidate, open_ids)
        best = max(self.ledger.rewards_of(candidate), default=0.0)
        failed = [one for one in rewards if rewards[one] < best]
        if best <= 0:
            failed = list(rewards)
        failed.sort(key=lambda one: (self._n_used.get(one, 0), rewards[one]))
        cells = [self.ledger.get(candidate, one) for one in failed]
        return [one for one in cells if one is not None and one.calls]

    def _trials_for_failures(self) -> list[Trial]:
        trials: list[Trial] = []
        for attempt in self._attempts:
            n_short = attempt.batch_size - len(self._failures(attempt.parent))
            open_ids = [one for one in self._order if one not in self._core]
            missing = self.ledger.missing(attempt.parent, open_ids)
            if n_short > 0 and missing:
                trials.append(self._trial(attempt.parent, missing[: 2 * n_short]))
        return _merged(trials)

    def _materials(self, batch: Sequence[Rollout]) -> dict[str, list[JsonObject]]:
        materials = {
            path: records_of(path, batch)
            for path in rewritable(self.brief, self.incumbent)
        }
        return {path: records for path, records in materials.items() if records}

    # -- beliefs ---------------------------------------------------------------

    def _take_in(self, candidate: Candidate) -> None:
        for one in (self.seed, candidate):
            if one.digest not in self._nodes:
                parent = None if one is self.seed else self.seed.digest
                self._nodes[one.digest] = _Node(one, parent)

    def _belief(self, key: str) -> float:
        """Return what is believed of a candidate, above the first one."""
        node = self._nodes[key]
        if node.parent is None:
            return 0.0
        shown = set(node.shown)
        samples = [one for one in self._order if one not in shown]
        parent = self._nodes[node.parent].candidate
        differences = self.ledger.differences(node.candidate, parent, samples)
        return self._belief(node.parent) + shrunk_mean(differences, self.prior_sd)

    def _ripe(self) -> list[str]:
        return [key for key in self._nodes if self._n_out_of_bag(key) >= _MIN_CELLS]

    def _n_out_of_bag(self, key: str) -> int:
        node = self._nodes[key]
        shown = set(node.shown)
        samples = [one for one in self._order if one not in shown]
        return len(self.ledger.rewards(node.candidate, samples))

    def _best(self) -> Candidate:
        ripe = self._ripe() or [self.seed.digest]
        return self._nodes[max(ripe, key=self._belief)].candidate

    def _choose_parents(self, step: StepView) -> list[_Attempt]:
        beliefs = {key: self._belief(key) for key in self._nodes}
        tries = {key: node.n_tries for key, node in self._nodes.items()}
        attempts: list[_Attempt] = []
        for index in range(self.n_children):
            key = max(beliefs, key=lambda one: beliefs[one] - _PATIENCE * tries[one])
            tries[key] += 1
            size = self._draw_batch_size(step, index)
            attempts.append(_Attempt(self._nodes[key].candidate, size))
        return attempts

    def _draw_batch_size(self, step: StepView, index: int) -> int:
        # Thompson's rule: what won more often is drawn more often.
        random = step.random("batch size", index)
        draws = {
            size: random.betavariate(1 + wins, 1 + losses)
            for size, (wins, losses) in self._arms.items()
        }
        return max(draws, key=lambda size: draws[size])

    # -- the race --------------------------------------------------------------

    def _survives(
        self, attempt: _Attempt, best: Candidate, sample_ids: Sequence[str], rung: int
    ) -> bool:
        if attempt.child is None:
            return False
        lead = self.ledger.mean_difference(attempt.child, best, sample_ids)
        recent = self._rung_differences.setdefault(rung, [])
        recent.append(lead)
        del recent[:-_WINDOW]
        ranked = sorted(recent, reverse=True)
        bar = ranked[(len(ranked) - 1) // _TOP_SHARE]
        attempt.rung = rung
        return lead >= max(0.0, bar if best is not attempt.child else 0.0)

    def _note_result(self, attempt: _Attempt, *, is_better: bool) -> None:
        node = self._nodes[attempt.parent.digest]
        node.n_tries = 0 if is_better else node.n_tries + 1
        if attempt.child is not None:
            self._arms[attempt.batch_size][0 if is_better else 1] += 1
            if is_better:
                self.enter(attempt.child)

    # -- state -----------------------------------------------------------------

    def state_dict(self) -> JsonObject:
        """Return what the optimizer has learned, as JSON."""
        return {
            **super().state_dict(),
            "nodes": [
                [candidate_to_json(one.candidate), one.parent, one.n_tries]
                for one in self._nodes.values()
            ],
            "n_used": self._n_used,
            "rungs": [
                [rung, values] for rung, values in self._rung_differences.items()
            ],
            "arms": [[size, counts] for size, counts in self._arms.items()],
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        super().load_state_dict(state)
        nodes = [
            _Node(candidate_from_json(one), *rest) for one, *rest in state["nodes"]
        ]
        self._nodes = {node.candidate.digest: node for node in nodes}
        self._n_used = dict(state["n_used"])
        self._rung_differences = {rung: list(values) for rung, values in state["rungs"]}
        self._arms = {size: list(counts) for size, counts in state["arms"]}


def _merged(trials: Sequence[Trial]) -> list[Trial]:
    """Return one trial per candidate: a cell wanted twice is measured once."""
    wanted: dict[str, tuple[Candidate, dict[str, None]]] = {}
    for trial in trials:
        _, ids = wanted.setdefault(trial.candidate.digest, (trial.candidate, {}))
        ids.update(dict.fromkeys(trial.sample_ids))
    return [
        Trial(candidate=candidate, sample_ids=tuple(ids))
        for candidate, ids in wanted.values()
    ]
