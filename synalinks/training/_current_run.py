"""What the batch methods of a program know of the run that they are part of."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks.hooks import end_sample
from synalinks.rewards import BatchReward
from synalinks.training._rollouts import roll_out, roll_out_one, score
from synalinks.training._sliding import sliding, window_of
from synalinks.training._usage import UsageMeter

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from synalinks.callbacks import CallbackList
    from synalinks.contracts import Candidate, Rollout, TrainerState
    from synalinks.training._backup import Backup
    from synalinks.training._failures import FailurePolicy
    from synalinks.training._sample import Sample
    from synalinks.training._samples import Batch, Feed
    from synalinks.training._session import FitSession
    from synalinks.training._sliding import SlidingRollouts


@dataclass(slots=True, kw_only=True)
class CurrentRun:
    """One `fit`, `evaluate` or `predict` that is under way."""

    program: Any
    """The program that runs."""
    state: TrainerState
    """What callbacks see of the run."""
    policy: FailurePolicy
    """Which failed samples are data."""
    callbacks: CallbackList | None = None
    """Who is told; None where a batch method is called by hand."""
    max_step_attempts: int = 1
    """Proposals of a step that may be rejected before it is given up."""
    raises_at_reject_limit: bool = False
    """Whether giving up a step ends the run."""
    is_applied: bool = False
    """Whether the step under way has changed the program."""
    has_ended: bool = False
    """Whether `on_train_end` is called: no error is one of training from then on."""
    session: FitSession | None = None
    """What `fit` has measured; None in `evaluate` and `predict`."""
    meter: UsageMeter | None = None
    """Counts what `fit` takes."""
    batch: Batch | None = None
    """The batch that the loop is at."""
    n_steps: int = 0
    """Steps completed in this run."""
    backup: Backup | None = None
    """How the run is saved; None if it is not."""
    n_given_up: int = 0
    """Steps whose proposals were all rejected."""
    n_batches_done: int = 0
    """Batches completed of the evaluation or prediction under way."""
    snapshot: Candidate | None = None
    """The program that is evaluated in `fit`; the present one where there is none."""
    hook_error: Exception | None = None
    """The error of a hook that ends the run."""
    _ahead: SlidingRollouts | None = None

    def at(self, batch: Batch) -> None:
        """Note the batch that the loop is at.

        Args:
            batch: The batch.
        """
        self.batch = batch
        self.state.batch = batch
        self.state.batch_index = batch.index
        self.is_applied = False

    def count(self) -> UsageMeter:
        """Begin to count what the run takes.

        Returns:
            What counts it.
        """
        self.meter = UsageMeter(self.program)
        self.state.read_usage = self.meter.total
        return self.meter

    def usage_of_batch(self) -> dict[str, float]:
        """Return what the batch has taken so far, as it is in the logs.

        A metric of the same name, such as `cost`, has the name for itself.
        """
        taken = {} if self.meter is None else self.meter.since("batch")
        return {k: taken[k] for k in taken.keys() - {*self.program.metrics_names}}

    def report(self) -> None:
        """Write into the artifacts what the run has done and taken so far."""
        artifacts = self.state.artifacts
        artifacts.executed_steps = self.n_steps
        if self.meter is not None:
            self.meter.report(artifacts)

    @property
    def is_spent(self) -> bool:
        """Whether the run has to end without any further paid call."""
        stop = self.state.stop
        return stop is not None and not stop.validate

    @property
    def is_held_back(self) -> bool:
        """Whether a budget lets no sample begin; those under way are paid for."""
        return self._ahead is not None and self._ahead.held_back is not None

    async def fire(self, hook: str, *args: Any) -> bool:
        """Call a hook of the run's callbacks.

        Args:
            hook: Name of the hook.
            args: Passed by position.

        Returns:
            Whether any callback votes to reject.
        """
        try:
            return await self._dispatch(hook, args)
        except Exception as error:
            self.hook_error = error
            raise

    async def _dispatch(self, hook: str, args: tuple[Any, ...]) -> bool:
        if self.callbacks is None:
            return False
        if context.journal.get() is None:
            return await self.callbacks.dispatch(hook, *args)
        with context.inside(hook):  # a callback may ask models as well
            return await self.callbacks.dispatch(hook, *args)

    async def rollouts(
        self, samples: Sequence[Sample], *, is_scored: bool, training: bool = False
    ) -> list[Rollout]:
        """Return the rollouts of a batch.

        Args:
            samples: The batch.
            is_scored: Whether the rollouts are to have rewards.
            training: Whether the calls are part of training.

        Raises:
            AllSamplesFailedError: No sample of the batch came through.
        """
        ids = [sample.id for sample in samples]
        # A judge is paid for: what is scored already is not scored again.
        is_missing = is_scored
        if self._ahead is not None:
            rollouts = await self._ahead.take(ids)
            is_missing = is_scored and not self._scores_each
        elif self.session is not None and is_scored:
            rollouts = await self.session.measure(self._evaluated(self.session), ids)
            is_missing = False
        else:
            rollouts = await roll_out(
                self.program, samples, self.policy, training=training
            )
        if not is_scored:
            for one in rollouts:  # nothing more is done for them
                end_sample(one.trace_id)
        self.policy.check_batch(rollouts)
        if is_missing:
            rollouts = await score(self.program, rollouts)
        self.state.outputs = rollouts
        return rollouts

    @property
    def _scores_each(self) -> bool:
        """Whether samples have rewards of their own, not only in a batch."""
        return not isinstance(self.program.reward, BatchReward)

    def _evaluated(self, session: FitSession) -> Candidate:
        return self.snapshot or session.adopt_present()

    @contextlib.asynccontextmanager
    async def rolling_ahead(
        self, feed: Feed, *, is_scored: bool
    ) -> AsyncGenerator[None]:
        """Run the samples of a feed ahead of its batches inside a `with` block.

        Args:
            feed: The samples.
            is_scored: Whether the rollouts are to have rewards.

        Yields:
            None.
        """
        session = self.session
        window = window_of(self.program, feed)
        scores_each = is_scored and self._scores_each

        if session is not None and not scores_each:
            yield  # a reward of whole batches is measured in whole batches
            return
        evaluated = self._evaluated(session) if session is not None else None

        async def run(sample: Sample) -> Rollout:
            if session is not None and evaluated is not None:
                return (await session.measure(evaluated, [sample.id]))[0]
            rollout = await roll_out_one(self.program, sample, self.policy)
            self.policy.note([rollout])
            return (await score(self.program, [rollout]))[0] if scores_each else rollout

        async with sliding(feed.used(), window, run) as ahead:
            self._ahead = ahead
            try:
                yield
            finally:
                self._ahead = None
