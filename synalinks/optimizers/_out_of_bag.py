"""`OutOfBagRacing`: every rollout is both a score and material for a better prompt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from synalinks._internal.rng import stream
from synalinks.contracts import Candidate, Span, Trial
from synalinks.errors import ConfigurationError, show
from synalinks.optimizers._bandit import Bandit
from synalinks.optimizers._examples import examples_of
from synalinks.optimizers._halving import Halving
from synalinks.optimizers._hyperparameters import check_number
from synalinks.optimizers._proposer import rewritable
from synalinks.optimizers._reflective import ReflectiveOptimizer, RewriteRequest
from synalinks.optimizers._search_tree import SearchTree

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Rollout
    from synalinks.optimizers._step_view import StepView

_POOLS = ("auto", "train", "train+val")
_SEED_CELLS = 24
_MIN_CELLS = 20
_N_CORE = 30
_N_FINALISTS = 3
# Samples on which failures are looked for in a step. A program that hardly fails would
# else be run on the whole pool before there is a first proposal.
_MAX_SEARCH = 100
# What a try without a better child takes from a parent's chance to be chosen again.
_PATIENCE = 0.01
# Ways to make a child, and how many samples each looks at.
_MOVES = {"reflect 3": 3, "reflect 6": 6, "reflect 15": 15, "examples": 8}


@dataclass(slots=True)
class _Attempt:
    """A child in the making."""

    parent: Candidate
    move: str
    batch: list[Rollout] = field(default_factory=list["Rollout"])
    child: Candidate | None = None


class OutOfBagRacing(ReflectiveOptimizer):
    """Learn from failures, and judge each change on samples it has not seen.

    There is one pool of labelled samples. A candidate is not judged on samples that its
    lineage was made from, for it may have memorised them, but on all others:
    out-of-bag scores, as in bagging (Breiman 1996). So no sample is reserved for one
    purpose. A child is made by reflection, in which a language model rewrites all
    modules at once from a few failures, or by adding right answers as few-shot
    examples; what has worked more often is done more often. It meets the best candidate
    on ever more common samples and is dropped as soon as it is behind, or below the
    best third of recent children (successive halving, Jamieson and Talwalkar 2016).
    What is believed of a child is what is believed of its parent, until paired
    differences to the best candidate say otherwise.

    Cost of a step: for each child one LM call, or none where it gets examples, and 8 to
    200 samples; most children end after 8 to 40. A parent that seldom fails is run on
    up to 100 more, to find what it may learn from; a first step without a batch
    measures 24 more. At each validation the best three meet, and the best of them meets
    the first program, on the validation samples.

    Source: ours; the pieces are named above. Measured in `benchmarks/optimizers`.

    Args:
        pool: Which samples judge: `train`, or `train+val`, which makes `val_reward` an
            optimistic estimate. By default, validation samples judge only where there
            are less than 100 to train, which alone would be too few to tell good from
            lucky. They are never shown to the model that writes, nor as examples.
        n_children: Children per step, proposed and raced at the same time.
        nb_max_examples: Most few-shot examples of a module; 0 for none.
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
        pool: Literal["auto", "train", "train+val"] = "auto",
        n_children: int = 1,
        nb_max_examples: int = 16,
        prior_sd: float = 0.06,
        language_model: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(language_model=language_model, **options)
        if pool not in _POOLS:
            msg = f"`pool` is one of {_POOLS}, received: {show(pool)}."
            raise ConfigurationError(msg)
        check_number("n_children", n_children, at_least=1)
        check_number("nb_max_examples", nb_max_examples, at_least=0)
        check_number("prior_sd", prior_sd, above=0)
        self.pool = pool
        self.n_children = n_children
        self.nb_max_examples = nb_max_examples
        self.prior_sd = prior_sd
        self._tree = SearchTree(prior_sd)
        self._halving = Halving()
        self._bandit = Bandit(_MOVES)
        self._n_used: dict[str, int] = {}
        self._order: list[str] = []
        self._open: list[str] = []
        self._attempts: list[_Attempt] = []

    # -- the three parts of a step ---------------------------------------------

    async def prepare(self, step: StepView) -> AsyncGenerator[list[Trial]]:
        """Choose parents, and measure them until enough of their failures are known.

        Args:
            step: The step's scored rollouts and settings.

        Yields:
            Trials.
        """
        self.look_at(step)
        self._tree.prior_sd = self.prior_sd
        self._tree.add(self.seed, None)
        self._tree.add(self.incumbent, self.seed.digest)
        if not self.ledger.rewards(self.seed, self._order):
            yield self._trials([(self.seed, self._order[:_SEED_CELLS])])
        self._attempts = self._choose_parents(step)
        n_left = _MAX_SEARCH
        while n_left > 0 and (trials := self._trials(self._short_of_failures(n_left))):
            n_left -= max(len(one.sample_ids) for one in trials)
            yield trials
        for index, attempt in enumerate(self._attempts):
            attempt.batch = self._failures(attempt.parent)[: _MOVES[attempt.move]]
            # Another order tells the model another story of the same samples.
            step.random("records", index).shuffle(attempt.batch)

    async def propose(self, step: StepView) -> Sequence[Candidate]:
        """Make a child of each chosen parent.

        Args:
            step: The step's scored rollouts and settings.

        Returns:
            At most `n_children` candidates.
        """
        best = self._ranked()[0]
        for rollout in (one for attempt in self._attempts for one in attempt.batch):
            used = self._n_used.get(rollout.sample_id, 0)
            self._n_used[rollout.sample_id] = used + 1
        await self._reflect(one for one in self._attempts if one.move != "examples")
        for attempt in self._attempts:
            if attempt.move == "examples":
                attempt.child = self._with_examples(attempt)
            if attempt.child is not None:
                self._tree.add(attempt.child, attempt.parent.digest, best.digest)
        return [one.child for one in self._attempts if one.child is not None]

    async def judge(self, step: StepView) -> AsyncGenerator[list[Trial]]:
        """Race the children, then take who is believed to be best.

        Args:
            step: The step's scored rollouts and settings.

        Yields:
            Trials.
        """
        best = self._ranked()[0]
        self._take_in_starting_points(best)
        racing = [one for one in self._attempts if one.child is not None]
        for rung in self._halving.rungs:
            samples = [self._common(one, best)[:rung] for one in racing]
            wanted = [
                (candidate, ids)
                for attempt, ids in zip(racing, samples, strict=True)
                for candidate in (attempt.child or best, best)
            ]
            if trials := self._trials(wanted):
                yield trials
            racing = [
                attempt
                for attempt, ids in zip(racing, samples, strict=True)
                if self._halving.passes(
                    rung,
                    self.ledger.mean_difference(attempt.child or best, best, ids),
                )
            ]
        beliefs = self._tree.beliefs(self.ledger, self._order)
        for attempt in self._attempts:
            child = attempt.child
            is_better = (
                child is not None and beliefs[child.digest] > beliefs[best.digest]
            )
            self._note_result(attempt, is_better=is_better)
        self._attempts = []
        self.choose(self._ranked()[0])

    def look_at(self, step: StepView) -> None:
        """Set the pool of samples, and the order in which they are taken.

        Args:
            step: Names the samples.
        """
        own = set(step.pool_ids)
        held_out = [one for one in step.scoring_ids if one not in own]
        is_small = len(own) < self._halving.rungs[-1]
        is_shared = self.pool == "train+val" or (self.pool == "auto" and is_small)
        pool = [*step.pool_ids, *held_out] if is_shared else [*step.pool_ids]
        # The same at each step: common random numbers for all candidates.
        stream(step.seed, "optimizer", "pool").shuffle(pool)
        self._order = pool
        n, n_core = len(pool), min(_N_CORE, len(pool) // 3)
        # The others are never shown, so that every candidate can be judged on them.
        self._open = [
            one
            for index, one in enumerate(pool)
            if (one in own if is_shared and held_out else _is_open(index, n, n_core))
        ]

    def finalists(self) -> list[Candidate]:
        """Return the candidates that are believed to be best."""
        return self._ranked()[:_N_FINALISTS]

    def cells_per_step(self, n_scoring: int, minibatch_size: int) -> Span:
        """Return how many samples a step runs candidates on, for estimates.

        Args:
            n_scoring: Samples on which candidates are compared.
            minibatch_size: How many of them the first comparison takes; 0 for all.
        """
        return Span(low=0, expected=30, high=300) * self.n_children

    # -- samples ---------------------------------------------------------------

    def _trials(self, wanted: Sequence[tuple[Candidate, Sequence[str]]]) -> list[Trial]:
        """Return trials of cells that are not measured yet, each once.

        Returns:
            One trial per candidate.
        """
        cells: dict[str, tuple[Candidate, dict[str, None]]] = {}
        for candidate, ids in wanted:
            missing = self.ledger.missing(candidate, ids)
            if missing:
                own = cells.setdefault(candidate.digest, (candidate, {}))[1]
                own.update(dict.fromkeys(missing))
        return [
            Trial(candidate=candidate, sample_ids=tuple(ids))
            for candidate, ids in cells.values()
        ]

    def _common(self, attempt: _Attempt, best: Candidate) -> list[str]:
        nodes = self._tree.nodes
        shown = nodes[best.digest].shown
        if attempt.child is not None:
            shown |= nodes[attempt.child.digest].shown
        return [one for one in self._order if one not in shown]

    def _failures(self, candidate: Candidate) -> list[Rollout]:
        """Return what a candidate may learn from, least used first.

        Returns:
            Rollouts on open samples that scored less than its best one.
        """
        rewards = self.ledger.rewards(candidate, self._open)
        best = max(self.ledger.rewards_of(candidate), default=0.0)
        failed = [one for one in rewards if rewards[one] < best or best <= 0]
        failed.sort(key=lambda one: (self._n_used.get(one, 0), rewards[one]))
        cells = [self.ledger.get(candidate, one) for one in failed]
        return [one for one in cells if one is not None and self.is_telling(one)]

    def _short_of_failures(self, n_most: int) -> list[tuple[Candidate, list[str]]]:
        wanted: list[tuple[Candidate, list[str]]] = []
        for attempt in self._attempts:
            n_short = _MOVES[attempt.move] - len(self._failures(attempt.parent))
            missing = self.ledger.missing(attempt.parent, self._open)
            if n_short > 0:
                wanted.append((attempt.parent, missing[: min(2 * n_short, n_most)]))
        return wanted

    # -- parents and children --------------------------------------------------

    def _ranked(self) -> list[Candidate]:
        return self._tree.ranked(self.ledger, self._order, min_cells=_MIN_CELLS)

    def _choose_parents(self, step: StepView) -> list[_Attempt]:
        beliefs = self._tree.beliefs(self.ledger, self._order)
        tries = {key: node.n_tries for key, node in self._tree.nodes.items()}
        attempts: list[_Attempt] = []
        for index in range(self.n_children):
            key = max(beliefs, key=lambda one: beliefs[one] - _PATIENCE * tries[one])
            tries[key] += 1
            parent = self._tree.nodes[key].candidate
            moves = [
                one for one in _MOVES if one != "examples" or self._has_room(parent)
            ]
            move = self._bandit.draw(step.random("move", index), moves)
            attempts.append(_Attempt(parent, move))
        return attempts

    def _has_room(self, parent: Candidate) -> bool:
        sizes = [len(one.get("examples", ())) for one in parent.values.values()]
        return min(sizes) < self.nb_max_examples

    async def _reflect(self, attempts: Iterable[_Attempt]) -> None:
        """Let the model make the children of attempts that have something to show."""
        requests: list[tuple[_Attempt, RewriteRequest]] = []
        for attempt in attempts:
            materials = {
                path: records
                for path in rewritable(self.brief, attempt.parent)
                if (records := self.records(path, attempt.batch))
            }
            request = RewriteRequest(
                parent=attempt.parent,
                materials=materials,
                metadata=self._shown(attempt, attempt.batch),
            )
            requests += [(attempt, request)] if materials else []
        children = await self.rewrite([request for _, request in requests])
        for (attempt, _), child in zip(requests, children, strict=True):
            attempt.child = child

    def _with_examples(self, attempt: _Attempt) -> Candidate | None:
        parent = attempt.parent
        best = max(self.ledger.rewards_of(parent), default=0.0)
        rewards = self.ledger.rewards(parent, self._open)
        passed = [one for one in rewards if rewards[one] == best > 0]
        passed.sort(key=lambda one: self._n_used.get(one, 0))
        n_passed = _MOVES["examples"] - len(attempt.batch) // 2
        cells = [self.ledger.get(parent, one) for one in passed[:n_passed]]
        shown = [*attempt.batch, *(one for one in cells if one is not None)]
        values = {
            path: self._extended(path, value, shown, best)
            for path, value in parent.values.items()
        }
        child = Candidate(
            values=values,
            origin="few_shot",
            parents=(parent.digest,),
            metadata=self._shown(attempt, shown),
        )
        return child if self.is_new(child) else None

    def _extended(
        self, path: str, value: JsonObject, shown: Sequence[Rollout], best: float
    ) -> JsonObject:
        present = list(value.get("examples", ()))
        found = [
            example
            for rollout in shown
            for example in examples_of(path, rollout, passed=rollout.reward == best)
            if example not in present
        ]
        n_free = max(0, self.nb_max_examples - len(present))
        return {**value, "examples": [*present, *found[:n_free]]}

    def _shown(self, attempt: _Attempt, batch: Sequence[Rollout]) -> JsonObject:
        known = self._tree.nodes[attempt.parent.digest].shown
        return {"shown": sorted({*known, *(one.sample_id for one in batch)})}

    def _take_in_starting_points(self, best: Candidate) -> None:
        made = {one.child.digest for one in self._attempts if one.child is not None}
        for candidate in self.proposals:
            if candidate.digest not in made:
                self._tree.add(candidate, self.seed.digest, best.digest)
                self._attempts.append(_Attempt(self.seed, "given", child=candidate))

    def _note_result(self, attempt: _Attempt, *, is_better: bool) -> None:
        node = self._tree.nodes[attempt.parent.digest]
        node.n_tries = 0 if is_better else node.n_tries + 1
        if attempt.move in _MOVES:
            self._bandit.note(attempt.move, is_win=is_better)
        if is_better and attempt.child is not None:
            self.enter(attempt.child)

    # -- state -----------------------------------------------------------------

    def state_dict(self) -> JsonObject:
        """Return what the optimizer has learned, as JSON."""
        return {
            **super().state_dict(),
            "tree": self._tree.state_dict(),
            "halving": self._halving.state_dict(),
            "bandit": self._bandit.state_dict(),
            "n_used": dict(self._n_used),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        super().load_state_dict(state)
        self._tree.load_state_dict(state["tree"])
        self._halving.load_state_dict(state["halving"])
        self._bandit.load_state_dict(state["bandit"])
        self._n_used = dict(state["n_used"])


def _is_open(index: int, n_samples: int, n_core: int) -> bool:
    """Return whether a sample is not of the core, which is spread evenly."""
    return (index + 1) * n_core // n_samples == index * n_core // n_samples
