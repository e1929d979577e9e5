"""`BatchMethods`: training, scoring and running a program on one batch."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.json import digest
from synalinks._internal.shape import is_list
from synalinks.contracts import TrainerState
from synalinks.data_models import plain_json
from synalinks.errors import ConfigurationError
from synalinks.training._checks import check_compiled, check_step
from synalinks.training._current_run import CurrentRun
from synalinks.training._failures import FailurePolicy
from synalinks.training._rollouts import score
from synalinks.training._sample import Sample
from synalinks.training._samples import Feed, make_samples
from synalinks.training._scores import without_failed
from synalinks.training._scoring import Scoring
from synalinks.training._session import FitSession
from synalinks.training._step import given_rollouts, take_step

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from synalinks.contracts import Stage


class BatchMethods(Scoring):
    """The part of `Trainer` that the loops call for each batch.

    Subclasses of `Program` may override them; outside of a run they stand alone.
    """

    built: bool
    current_run: CurrentRun | None

    if TYPE_CHECKING:

        async def __call__(self, *args: Any, **kwargs: Any) -> Any: ...

    async def ensure_built(self, x: Any) -> None:
        """Build the program from the schema of a sample, without an LM call.

        Args:
            x: The input of a sample.
        """
        if not self.built:
            await self(_to_symbolic(x))

    async def train_on_batch(
        self,
        step: int,
        x: Any,
        y: Any = None,
        val_x: Any = None,
        val_y: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Take one training step.

        Args:
            step: Index of the step, which comes first; training does not use it.
            x: Inputs of the batch.
            y: Targets of the batch.
            val_x: Inputs of the samples on which candidates are compared; the batch
                itself when None.
            val_y: Targets of these samples.
            return_dict: Whether to return a dict rather than a list.

        Returns:
            `reward` and each metric, over the batches since `reset_metrics`.

        Raises:
            ConfigurationError: The program has no optimizer, or the data do not fit.
            NotCompiledError: `compile` was not called, or without a reward.
        """
        check_step(step)
        run = self.current_run
        if run is not None and run.session is not None and run.batch is not None:
            session = run.session
            batch_ids = [sample.id for sample in run.batch.samples]
        else:
            run = self._run("train")
            session, batch_ids = await self._single_step(x, y, val_x, val_y)
        scoring_ids = session.validation_ids or batch_ids
        await take_step(run, session, batch_ids, scoring_ids)
        return _logs(self._last_result, return_dict=return_dict)

    async def _single_step(
        self, x: Any, y: Any, val_x: Any, val_y: Any
    ) -> tuple[FitSession, list[str]]:
        check_compiled(self, needs_reward=True)
        optimizer = self.optimizer
        if optimizer is None:
            msg = f"`{self.name}` was compiled without an optimizer."
            raise ConfigurationError(msg)
        batch = [
            _by_content(one) for one in make_samples(x, y, role="train", program=self)
        ]
        held_out: Sequence[Sample] = []
        if val_x is not None:
            held_out = make_samples(
                val_x, val_y, role="val", argument="val_x", program=self
            )
        held_out = [_by_content(one) for one in held_out]
        await self.ensure_built(batch[0].x)
        session = FitSession(
            program=self,
            optimizer=optimizer,
            train=batch,
            validation=held_out,
            policy=FailurePolicy(),
            minibatch_size=0,
        )
        return session, [sample.id for sample in batch]

    async def test_on_batch(
        self,
        x: Any,
        y: Any = None,
        return_dict: bool = False,
        y_pred: Any = None,
    ) -> Any:
        """Score the program on one batch.

        Args:
            x: Inputs of the batch.
            y: Targets of the batch.
            return_dict: Whether to return a dict rather than a list.
            y_pred: Predictions to score; the program is run when None.

        Returns:
            `reward` and each metric, over the batches since `reset_metrics`.

        Raises:
            NotCompiledError: `compile` was not called, or without a reward.
        """
        check_compiled(self, needs_reward=True)
        samples = self._samples_of(x, y)
        if y_pred is not None:
            rollouts = await score(self, given_rollouts(samples, y_pred))
        else:
            rollouts = await self._run("evaluate").rollouts(samples, is_scored=True)
        return _logs(await self.take_in(rollouts), return_dict=return_dict)

    async def predict_on_batch(self, x: Any, training: bool = False) -> list[Any]:
        """Run the program on one batch.

        Args:
            x: Inputs of the batch.
            training: Whether the calls are part of training.

        Returns:
            One output per input; None for those that failed.
        """
        samples = self._samples_of(x, None)
        run = self._run("predict")
        rollouts = await run.rollouts(samples, is_scored=False, training=training)
        return [rollout.output for rollout in rollouts]

    def _samples_of(self, x: Any, y: Any) -> Sequence[Sample]:
        batch = self.current_run and self.current_run.batch
        if batch and len(batch.samples) == len(x):
            return batch.samples
        return make_samples(x, y, role="batch", program=self)

    def _run(self, stage: Stage) -> CurrentRun:
        if self.current_run is not None:
            return self.current_run
        state = TrainerState(program=self, stage=stage, params={})
        return CurrentRun(program=self, state=state, policy=FailurePolicy())

    # -- a run of fit ----------------------------------------------------------

    @contextlib.contextmanager
    def running(self, run: CurrentRun) -> Generator[None]:
        """Make the batch methods part of one run inside a `with` block.

        Args:
            run: The run.

        Yields:
            None.

        Raises:
            ConfigurationError: Another task or thread is running the program.
        """
        outer = self.current_run
        if outer is not None and context.trainer.get() is not outer.state:
            msg = (
                f"`{self.name}` is in a run already (`{outer.state.stage}`), in "
                "another task or thread, and its metrics count for one run at a time. "
                "Await one run after the other: each makes its calls concurrently."
            )
            raise ConfigurationError(msg)
        self.current_run = run
        with context.bound(context.trainer, run.state):
            try:
                yield
            finally:
                self.current_run = outer

    def rolling_ahead(self, feed: Feed, method: str) -> Any:
        """Run samples ahead of the batches inside an `async with` block.

        Args:
            feed: The samples.
            method: The batch method that takes them. One that a subclass has
                overridden may run the program itself: nothing runs ahead of it.

        Returns:
            The asynchronous context manager.
        """
        is_own = getattr(type(self), method) is getattr(BatchMethods, method)
        if self.current_run is None or not is_own:
            return contextlib.nullcontext()
        is_scored = method == "test_on_batch"
        return self.current_run.rolling_ahead(feed, is_scored=is_scored)


def _logs(values: dict[str, float], *, return_dict: bool) -> Any:
    return values if return_dict else without_failed(values)


def _by_content(sample: Sample) -> Sample:
    # Without a run there is no index to tell samples of different batches apart.
    content = [plain_json(sample.x), plain_json(sample.y)]
    return Sample(id=f"sample:{digest(content)}", x=sample.x, y=sample.y)


def _to_symbolic(x: Any) -> Any:
    if is_list(x):
        return [_to_symbolic(part) for part in x]
    return x.to_symbolic_data_model()
