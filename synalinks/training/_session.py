"""One run of `fit`: the program, its samples, and how cells are measured."""

from __future__ import annotations

import contextlib
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from synalinks import config
from synalinks._internal import context
from synalinks._internal.json import digest
from synalinks._internal.paid import gather_paid
from synalinks.contracts import (
    Candidate,
    Proposal,
    brief_of,
    commit,
    present_candidate,
    trainable_by_path,
)
from synalinks.errors import warn
from synalinks.optimizers import Optimizer, StepView
from synalinks.training._fingerprint import scale_of
from synalinks.training._rollouts import roll_out, score
from synalinks.training._sample_index import SampleIndex
from synalinks.training._samples import fingerprint, ids_of
from synalinks.training._variables import note_candidates, overlay_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Rollout, Trial
    from synalinks.data_models import Variable
    from synalinks.training._failures import FailurePolicy
    from synalinks.training._sample import Sample


class FitSession:
    """Measures candidates on samples, each cell once, and takes training steps.

    Args:
        program: The program that is trained.
        optimizer: Proposes candidates and knows what was measured.
        train: Training samples.
        validation: Samples on which candidates are compared; may be none.
        others: Samples on which the program is scored and nothing is chosen.
        policy: Tells errors of samples that are data from those that end the run.
        minibatch_size: Samples of the first comparison of candidates; 0 for all.
        seed: Seed of the run; the session's when None.
    """

    def __init__(
        self,
        *,
        program: Any,
        optimizer: Optimizer,
        train: Sequence[Sample],
        validation: Sequence[Sample],
        policy: FailurePolicy,
        minibatch_size: int,
        others: Sequence[Sequence[Sample]] = (),
        seed: int | None = None,
    ) -> None:
        self.optimizer = optimizer
        self.variables: dict[str, Variable] = trainable_by_path(program)
        self._program = program
        self._policy = policy
        self.validation_ids: list[str] = ids_of(validation)
        self._samples = SampleIndex([train, validation, *others])
        self._minibatch_size = minibatch_size
        self._seed = config.get_seed() if seed is None else seed
        self._best: tuple[float, Candidate] | None = None
        self._pool_ids = ids_of(train)
        self._last_validated: tuple[float, Candidate] | None = None
        self._scope = context.scope.get()
        optimizer.start(
            present_candidate(self.variables),
            digest([fingerprint(self._samples.samples()), scale_of(program)]),
            samples=self._samples,
            brief=brief_of(program),
        )

    async def measure(
        self, candidate: Candidate, sample_ids: Sequence[str], draw: int = 0
    ) -> list[Rollout]:
        """Return scored rollouts; only cells that are not known yet are run.

        Args:
            candidate: What to run.
            sample_ids: On which samples.
            draw: Which one of several measurements.
        """
        ledger = self.optimizer.ledger
        unknown = map(self._samples.sample, ledger.missing(candidate, sample_ids, draw))
        missing = [one for one in unknown if one is not None]
        if missing:
            await self._run_cells(candidate, missing, draw)
        cells = (ledger.get(candidate, sample_id, draw) for sample_id in sample_ids)
        return [cell for cell in cells if cell is not None]

    async def _run_cells(
        self, candidate: Candidate, samples: list[Sample], draw: int
    ) -> None:
        overlay = overlay_of(candidate, self.variables)
        # A cell is run once in a run: that is its place, whenever it is.
        place = [f"candidate {candidate.digest}", *([f"draw {draw}"] if draw else [])]
        with (
            context.bound(context.scope, self._scope),
            context.bound(context.draw, draw),
            context.inside(*place),
        ):
            rollouts = await roll_out(
                self._program, samples, self._policy, overlay=overlay, training=True
            )
            self.optimizer.tell(candidate, await score(self._program, rollouts))

    async def measure_present(self, samples: Sequence[Sample]) -> list[Rollout]:
        """Return scored rollouts of the program as it is.

        Args:
            samples: Samples of the run.
        """
        present = self.adopt_present()
        return await self.measure(present, [sample.id for sample in samples])

    async def propose(
        self, rollouts: Sequence[Rollout], scoring_ids: Sequence[str], attempt: int
    ) -> Proposal:
        """Let the optimizer propose, and race its proposals; nothing is applied.

        Args:
            rollouts: The batch under the program as it is, scored.
            scoring_ids: Samples on which candidates are compared.
            attempt: How many proposals of this step were rejected before.

        Returns:
            The winner of the race.
        """
        optimizer = self.optimizer
        view = self._view(rollouts, scoring_ids, attempt)
        place = f"step {optimizer.iterations}", f"attempt {attempt}"
        await self._run_search(optimizer.search(view), *place)
        proposals, leader = optimizer.proposals, optimizer.leader()
        rewards = optimizer.ledger.rewards(leader, scoring_ids).values()
        note_candidates(optimizer, proposals, self.variables, scoring_ids)
        return Proposal(
            candidate=leader,
            present=optimizer.incumbent,
            candidates=tuple(proposals),
            score=sum(rewards) / len(rewards) if rewards else None,
        )

    def no_change(self) -> Proposal:
        """Return the proposal to leave the program as it is."""
        incumbent = self.optimizer.incumbent
        return Proposal(candidate=incumbent, present=incumbent)

    def close_step(self, *, is_accepted: bool) -> None:
        """Apply the proposal of the step, or drop it.

        Args:
            is_accepted: Whether to apply it.
        """
        commit(self.optimizer.decide(is_accepted=is_accepted), self.variables)

    async def select(self) -> None:
        """Let the optimizer choose which program is validated.

        Nothing happens where a callback has changed the program meanwhile, or where
        the optimizer judges its candidates on the validation samples anyway.
        """
        optimizer = self.optimizer
        present = present_candidate(self.variables)
        is_overruled = present.digest != optimizer.incumbent.digest
        if not self.validation_ids or is_overruled:
            return
        view = self._view([], self.validation_ids, 0)
        place = f"step {optimizer.iterations}", "select"
        await self._run_search(optimizer.select(view), *place)
        commit(optimizer.incumbent, self.variables)

    def _view(
        self, rollouts: Sequence[Rollout], scoring_ids: Sequence[str], attempt: int
    ) -> StepView:
        return StepView(
            index=self.optimizer.iterations,
            rollouts=rollouts,
            scoring_ids=scoring_ids,
            minibatch_size=self._minibatch_size,
            seed=self._seed,
            attempt=attempt,
            pool_ids=self._pool_ids,
        )

    async def _run_search(
        self, search: AsyncGenerator[Sequence[Trial]], *place: str
    ) -> None:
        with (
            context.bound(context.phase, "optimizer"),
            context.bound(context.scope, self._scope),
            context.inside(*place),
        ):
            async with contextlib.aclosing(search) as asked:
                async for trials in asked:
                    await self._run_trials(trials)

    async def _run_trials(self, trials: Sequence[Trial]) -> None:
        measured = await gather_paid(
            [
                lambda one=one: self.measure(one.candidate, one.sample_ids, one.draw)
                for one in _merged(trials)
            ]
        )
        self._policy.check_batch([one for rollouts in measured for one in rollouts])

    def adopt_present(self) -> Candidate:
        """Go on from the program's present values, which a callback may have set.

        Returns:
            The program as it is.
        """
        self.optimizer.adopt(present_candidate(self.variables))
        return self.optimizer.incumbent

    def note_validation(self, validated: Candidate, reward: float) -> bool:
        """Remember the best validated program.

        Args:
            validated: The program that was validated.
            reward: Its mean validation reward; NaN, if no sample was scored, says
                nothing of the program.

        Returns:
            Whether it is the best so far.
        """
        if math.isnan(reward):
            return False
        self._last_validated = (reward, validated)
        is_best = self._best is None or self._is_better(reward, validated, self._best)
        if is_best:
            self._best = self._last_validated
        return is_best

    def _is_better(
        self, reward: float, validated: Candidate, best: tuple[float, Candidate]
    ) -> bool:
        """Return whether a program is better than the best so far.

        A sample that the provider turned away for one of the two counts for neither:
        the mean of the others says nothing of it.
        """
        best_reward, other = best
        mine, theirs = map(self._validation_rewards, (validated, other))
        if mine.keys() == theirs.keys():
            return reward > best_reward
        return sum(mine[one] - theirs[one] for one in mine if one in theirs) > 0

    def _validation_rewards(self, candidate: Candidate) -> dict[str, float]:
        get = self.optimizer.ledger.get
        cells = [get(candidate, one) for one in self.validation_ids]
        found = {one.sample_id: one.reward for one in cells if one is not None}
        return {one: reward for one, reward in found.items() if reward is not None}

    def leave_best(self) -> None:
        """Put the best validated program back, unless a callback has overruled it."""
        if self._best is None or self._last_validated is None:
            return
        best_reward, best = self._best
        present = present_candidate(self.variables)
        # What training itself has written is the incumbent; all else is a callback's.
        is_overruled = present.digest != self.optimizer.incumbent.digest
        reward, validated = self._last_validated
        is_best = present.digest == validated.digest and reward == best_reward
        if not is_overruled and not is_best:
            commit(best, self.variables)

    def sample(self, sample_id: str) -> Sample | None:
        """Return a sample of the run, or None.

        Args:
            sample_id: Its identity.
        """
        return self._samples.sample(sample_id)

    def state_dict(self) -> JsonObject:
        """Return which programs were validated best and last, as JSON."""
        pairs = {"best": self._best, "last_validated": self._last_validated}
        return {
            name: None if pair is None else [pair[0], pair[1].as_json()]
            for name, pair in pairs.items()
        }

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        self._best = _pair_of(state["best"])
        self._last_validated = _pair_of(state["last_validated"])

    def warn_of_gaps(self) -> None:
        """Tell the user if there is nothing to train, or nothing to validate on."""
        if not self.variables:
            warn(
                f"`{self._program.name}` has nothing to train: `fit` measures it, "
                "calls its models and changes nothing. Its `trainable_variables` are "
                "empty: is a module set to `trainable=False`?"
            )
        elif not self.validation_ids:
            warn(
                "There are no validation samples: candidates are compared on the "
                "training batch they were made from, which favours memorising it. Pass "
                "`validation_data` or `validation_split`."
            )


def _merged(trials: Sequence[Trial]) -> list[Trial]:
    """Return trials for the same cells of which no two have one in common."""
    merged: dict[tuple[str, int], Trial] = {}
    for trial in trials:
        key = trial.candidate.digest, trial.draw
        before = merged[key].sample_ids if key in merged else ()
        merged[key] = replace(trial, sample_ids=(*before, *trial.sample_ids))
    return [*merged.values()]


def _pair_of(kept: list[Any] | None) -> tuple[float, Candidate] | None:
    return None if kept is None else (kept[0], Candidate.from_json(kept[1]))
