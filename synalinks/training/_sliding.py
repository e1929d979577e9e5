"""Rollouts that run ahead of the batches that take them."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from synalinks._internal.aio import first_leaf
from synalinks.callbacks import reachable_models
from synalinks.errors import BudgetExceededError
from synalinks.language_models import LanguageModel

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from synalinks.contracts import Rollout
    from synalinks.training._sample import Sample
    from synalinks.training._samples import Feed

# How many finished samples may wait behind a straggler, per sample in flight.
_MAX_AHEAD = 16
_DEFAULT_WINDOW = 256


def window_of(program: Any, feed: Feed) -> int:
    """Return how many samples may be in flight: as many as all models may take.

    A sample is with one model at a time, the judge of a reward included: while all
    slots of one are taken, those of the others are for further samples.

    Args:
        program: The program that runs.
        feed: The samples.
    """
    limits = [
        model.max_concurrency or _DEFAULT_WINDOW
        for model in reachable_models(program)
        if isinstance(model, LanguageModel)
    ]
    return max(feed.batch_size, sum(limits))


class SlidingRollouts:
    """Starts a new sample as soon as any one ends; batches take results in order.

    A straggler delays the batch that it is in, and nobody else.
    """

    def __init__(self, samples: Sequence[Sample], window: int) -> None:
        self.held_back: BudgetExceededError | None = None
        self._samples = iter(samples)
        self._n_workers = min(window, len(samples))
        self._room = asyncio.Semaphore(window * _MAX_AHEAD)
        self._has_ended = False
        # Of those only that are done and not taken yet, or waited for.
        self._results: dict[str, asyncio.Future[Rollout]] = {}

    async def take(self, sample_ids: Sequence[str]) -> list[Rollout]:
        """Return the rollouts of a batch, once they are there.

        Args:
            sample_ids: The batch.
        """
        rollouts: list[Rollout] = []
        for sample_id in sample_ids:
            rollouts.append(await self._result(sample_id))
            del self._results[sample_id]
            self._room.release()
        return rollouts

    async def run(self, roll_out: Callable[[Sample], Awaitable[Rollout]]) -> None:
        """Run all samples.

        Args:
            roll_out: Runs one sample.
        """
        async with asyncio.TaskGroup() as group:
            for _ in range(self._n_workers):
                group.create_task(self._work(roll_out))
                # Or the first request leaves when the last is ready, all answers come
                # at once, and between these bursts the server has nothing to do.
                await asyncio.sleep(0)
        self._has_ended = True
        for result in self._results.values():
            self._refuse(result)

    def _result(self, sample_id: str) -> asyncio.Future[Rollout]:
        if sample_id not in self._results:
            result = asyncio.get_running_loop().create_future()
            self._results[sample_id] = result
            if self._has_ended:
                self._refuse(result)
        return self._results[sample_id]

    def _refuse(self, result: asyncio.Future[Rollout]) -> None:
        """Answer for a sample that was held back."""
        if self.held_back is not None and not result.done():
            result.set_exception(self.held_back)
            result.exception()  # nobody may ask for it any more

    async def _work(self, roll_out: Callable[[Sample], Awaitable[Rollout]]) -> None:
        for sample in self._samples:
            await self._room.acquire()
            try:
                rollout = await roll_out(sample)
            except BudgetExceededError as error:
                self._hold_back(error)
            else:
                result = self._result(sample.id)
                if not result.done():  # else who waits for it is cancelled
                    result.set_result(rollout)

    def _hold_back(self, error: BudgetExceededError) -> None:
        # Nothing new is begun; what is in flight is paid for, and may end.
        self.held_back = error
        self._samples = iter(())
        for _ in range(self._n_workers):
            self._room.release()


@contextlib.asynccontextmanager
async def sliding(
    samples: Sequence[Sample],
    window: int,
    roll_out: Callable[[Sample], Awaitable[Rollout]],
) -> AsyncGenerator[SlidingRollouts]:
    """Run samples in the background of a `with` block, and nothing after it.

    Args:
        samples: What to run.
        window: How many may be in flight.
        roll_out: Runs one sample.

    Yields:
        Where batches take their rollouts.
    """
    rollouts = SlidingRollouts(samples, window)
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(rollouts.run(roll_out))
            yield rollouts
            # A loop that stopped early wants no more.
            if rollouts.held_back is None:
                task.cancel()
    except BaseExceptionGroup as errors:
        first = first_leaf(errors)
        raise first from None
