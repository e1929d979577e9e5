"""`Trainer`: the training methods of `Program`."""

from __future__ import annotations

import contextlib
import inspect
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.json import digest
from synalinks._internal.shape import is_list
from synalinks.contracts import TrainerState
from synalinks.errors import ConfigurationError, NotCompiledError, did_you_mean
from synalinks.rewards import BatchReward
from synalinks.training._backed_up import with_backup
from synalinks.training._compiled import Compiled, compile_config, compile_parts
from synalinks.training._current_run import CurrentRun
from synalinks.training._estimate import estimate_fit
from synalinks.training._evaluate_loop import run_evaluation, run_prediction
from synalinks.training._failures import FailurePolicy
from synalinks.training._fit_loop import fit, with_defaults
from synalinks.training._orderly import orderly
from synalinks.training._paid import gather_paid
from synalinks.training._plan import (
    check_compiled,
    check_count,
    check_input,
    check_verbose,
    plan_fit,
)
from synalinks.training._rollouts import score
from synalinks.training._samples import Feed, Sample, make_samples
from synalinks.training._scores import Scores
from synalinks.training._session import FitSession
from synalinks.training._step import given_rollouts, take_step
from synalinks.training._target_check import check_targets

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from synalinks._internal.json import JsonObject
    from synalinks.callbacks import History
    from synalinks.contracts import Estimate, Rollout, Stage
    from synalinks.metrics import Metric
    from synalinks.optimizers import Optimizer
    from synalinks.rewards import Reward, Score
    from synalinks.training._plan import FitPlan

_DEFAULT_PREDICT_BATCH_SIZE = 32


class Trainer:
    """Compile, fit, evaluate and predict: what a `Program` adds to a `Module`."""

    name: str
    built: bool
    stop_training: bool
    stop_evaluating: bool
    stop_predicting: bool
    history: History | None

    if TYPE_CHECKING:

        async def __call__(self, *args: Any, **kwargs: Any) -> Any: ...

        @property
        def language_models(self) -> list[Any]: ...

    def _init_training(self) -> None:
        self.compiled: Compiled | None = None
        self.history = None
        self.stop_training = False
        self.stop_evaluating = False
        self.stop_predicting = False
        self.current_run: CurrentRun | None = None
        self._scores = Scores([])
        self._last_result: dict[str, float] = {}

    # -- compile ---------------------------------------------------------------

    def compile(
        self,
        optimizer: Any = None,
        reward: Any = None,
        reward_weights: Any = None,
        metrics: Sequence[Any] | None = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
    ) -> None:
        """Choose how the program is trained and evaluated.

        Args:
            optimizer: An optimizer or its name; None for a program that is only
                evaluated.
            reward: A reward, its name, or a function `(y_true, y_pred) -> float`.
            reward_weights: Not available yet.
            metrics: Metrics, names, or functions `(y_true, y_pred) -> float`.
            run_eagerly: Has no effect; accepted for compatibility.
            steps_per_execution: Has no effect; accepted for compatibility.

        Raises:
            ConfigurationError: A name is unknown, or two metrics have one name.
        """
        if reward_weights is not None:
            msg = (
                "`reward_weights` is not available in this release of synalinks. Use "
                "`synalinks.rewards.ComposableReward(rewards, weights=...)`."
            )
            raise ConfigurationError(msg)
        self.compiled = compile_parts(optimizer, reward, metrics)
        self._scores = Scores(self.compiled.metrics)

    @property
    def optimizer(self) -> Optimizer | None:
        """The optimizer given to `compile`."""
        return self.compiled.optimizer if self.compiled else None

    @property
    def reward(self) -> Reward | None:
        """The reward given to `compile`."""
        return self.compiled.reward if self.compiled else None

    @property
    def compiled_metrics(self) -> list[Metric]:
        """The metrics given to `compile`."""
        return self.compiled.metrics if self.compiled else []

    @property
    def metrics(self) -> list[Metric]:
        """The metrics given to `compile`, under the name that Keras gives them."""
        return self.compiled_metrics

    @property
    def metrics_names(self) -> list[str]:
        """Names of the values in the logs."""
        names = self.compiled.metric_names() if self.compiled else []
        return ["reward", *names]

    def get_compile_config(self) -> JsonObject | None:
        """Return what `compile` was given, as JSON; None if it was not called."""
        return compile_config(self.compiled) if self.compiled else None

    def compile_from_config(self, config: JsonObject) -> None:
        """Compile as `get_compile_config` described.

        Args:
            config: The configuration.

        Raises:
            SynalinksError: A part of it is not registered for loading.
        """
        self.compile(
            optimizer=config.get("optimizer"),
            reward=config.get("reward"),
            metrics=config.get("metrics"),
        )

    # -- fit, evaluate, predict ------------------------------------------------

    async def fit(  # noqa: PLR0917 - the positions are part of the public API
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int = 1,
        minibatch_size: int | None = 4,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.1,
        validation_data: Any = None,
        shuffle: bool = True,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int = 32,
        validation_freq: int = 1,
        *,
        on_sample_error: str = "record",
        max_failure_rate: float | None = None,
        max_step_attempts: int = 8,
        on_reject_limit: str = "skip",
        check_callbacks: bool = False,
        sanity_batches: int = 0,
        resume: str | Path | None = None,
    ) -> History:
        """Train the program's variables.

        Args:
            x: List or array of `n_samples` data models; or a `Dataset` or generator
                of `(x, y)` batches, which is read to its end first.
            y: List or array of `n_samples` targets; None with a dataset, or for a
                reward that needs none.
            batch_size: Samples in a training step, run at once.
            minibatch_size: Validation samples on which a candidate first meets the
                program as it is; those that do well meet it on more. None for all.
            epochs: Index of the epoch before which training ends.
            verbose: 0 silent, 1 a progress bar, 2 a line per epoch, `auto` is 1.
            callbacks: One callback, a list of them, or a `CallbackList`.
            validation_split: Fraction of the data held out, from its end.
            validation_data: Held-out `(x, y)`, or a dataset; wins over the fraction.
            shuffle: Whether each epoch has its own order, decided by the seed.
            initial_epoch: Index of the first epoch.
            steps_per_epoch: Batches in an epoch; None for all.
            validation_steps: Batches of a validation; None for all.
            validation_batch_size: Samples in a validation batch, run at once.
            validation_freq: Epochs from one validation to the next.
            on_sample_error: What to do when the program fails on a sample: `record`
                counts it, as wrong or, if the provider did not answer, as not scored;
                `raise` ends the run.
            max_failure_rate: Share of failed samples among the last 100 above which
                the run ends; None for no limit.
            max_step_attempts: Proposals of a step that callbacks or the optimizer may
                reject; each one is paid for.
            on_reject_limit: What follows when all are rejected: `skip` leaves the
                program as it is and goes on, `raise` ends the run.
            check_callbacks: Whether to warn of callbacks that change the program
                without `mutates = True`.
            sanity_batches: Training batches to run, with reward and metrics, before
                training begins, so that what is broken shows at once. What they measure
                of the program as it is then is not paid for again.
            resume: Folder of the run: it is saved there, and gone on with if it died.
                Short for `BackupAndRestore(resume)` among the callbacks.

        Returns:
            The history: `history.history` has a list with one value per epoch for
            `reward` (mean over the epoch's training samples), each metric, and the
            same with `val_`.

        Raises:
            ConfigurationError: An argument cannot work; no LM call was made.
            NotCompiledError: `compile` was not called, or without a reward.
            LanguageModelError: A provider refuses its key or does not know the model.
            AllSamplesFailedError: No sample of a batch came through.
            FailureRateError: More samples failed than `max_failure_rate` allows.
            ResumeError: The folder holds another run, or the run asks something else
                than it did before.
            WriteError: An answer cannot be saved; nothing more is paid for.

        LM calls per epoch, for a program of one call per sample: at most one per
        training sample, those of the optimizer's proposals and their races, and one per
        validation sample; samples on which the same variables were measured before
        are free.
        """
        check_compiled(self, needs_reward=True)
        plan = plan_fit(
            self,
            x=x,
            y=y,
            batch_size=batch_size,
            minibatch_size=minibatch_size,
            epochs=epochs,
            verbose=verbose,
            validation_split=validation_split,
            validation_data=validation_data,
            shuffle=shuffle,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
            validation_steps=validation_steps,
            validation_batch_size=validation_batch_size,
            validation_freq=validation_freq,
            policy=FailurePolicy(on_sample_error, max_failure_rate),
            max_step_attempts=max_step_attempts,
            on_reject_limit=on_reject_limit,
            check_callbacks=check_callbacks,
            sanity_batches=sanity_batches,
        )
        held_out = plan.validation.samples if plan.validation else []
        await check_targets(self, [*plan.train.samples, *held_out])
        return await fit(self, plan, with_backup(callbacks, resume))

    async def estimate(
        self, x: Any = None, y: Any = None, *, n_samples: int = 1, **arguments: Any
    ) -> Estimate:
        """Tell what `fit` with these arguments will take, from a few samples.

        Args:
            x: As for `fit`.
            y: As for `fit`.
            n_samples: How many training samples to run, end to end and with reward;
                more give a better figure.
            arguments: Further arguments of `fit`.

        Returns:
            Calls, tokens, dollars and minutes: what to expect, and the bounds.

        Raises:
            ConfigurationError: An argument of `fit` cannot work.
            NotCompiledError: `compile` was not called, or without reward or optimizer.

        Costs the program's and the reward's LM calls on `n_samples` samples.
        """
        check_compiled(self, needs_reward=True)
        if self.optimizer is None:
            msg = f"`{self.name}` was compiled without an optimizer: nothing to fit."
            raise NotCompiledError(msg)
        check_count("n_samples", n_samples, 1)
        plan = self._plan_fit(x, y, arguments)
        await self.ensure_built(plan.train.samples[0].x)
        return await estimate_fit(self, plan, n_samples)

    def _plan_fit(self, x: Any, y: Any, arguments: dict[str, Any]) -> FitPlan:
        defaults = {
            name: parameter.default
            for name, parameter in inspect.signature(Trainer.fit).parameters.items()
            if name not in {"self", "x", "y"}
        }
        unknown = sorted(arguments.keys() - defaults.keys())
        if unknown:
            msg = (
                f"`fit` takes no argument `{unknown[0]}`."
                f"{did_you_mean(unknown[0], defaults)}"
            )
            raise ConfigurationError(msg)
        given = {**defaults, **arguments}
        given.pop("callbacks")
        given.pop("resume")
        policy = FailurePolicy(
            given.pop("on_sample_error"), given.pop("max_failure_rate")
        )
        return plan_fit(self, x=x, y=y, policy=policy, **given)

    async def evaluate(  # noqa: PLR0917 - as above
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int = 32,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = True,
        *,
        on_sample_error: str = "record",
        max_failure_rate: float | None = None,
    ) -> Any:
        """Score the program on data.

        Args:
            x: As for `fit`.
            y: As for `fit`.
            batch_size: Samples in a batch, as callbacks see them. How many run at once
                is for the language models to limit.
            verbose: As for `fit`.
            steps: Batches to use; None for all.
            callbacks: As for `fit`.
            return_dict: Whether to return a dict rather than a list.
            on_sample_error: As for `fit`.
            max_failure_rate: As for `fit`.

        Returns:
            `reward` and each metric.

        Raises:
            ConfigurationError: An argument cannot work; no LM call was made.
            NotCompiledError: `compile` was not called, or without a reward.
            LanguageModelError: A provider refuses its key or does not know the model.
            AllSamplesFailedError: No sample of a batch came through.
            FailureRateError: More samples failed than `max_failure_rate` allows.

        Costs the program's LM calls, once per sample.
        """
        check_compiled(self, needs_reward=True)
        policy = FailurePolicy(on_sample_error, max_failure_rate)
        feed = self._plan_pass(x, y, batch_size, steps, role="test")
        await check_targets(self, feed.samples)
        params = {"test_size": len(feed.samples), "batch_size": batch_size}
        run = self._pass("evaluate", feed, callbacks, verbose, policy, params)
        await self.ensure_built(feed.samples[0].x)
        results: dict[str, float] = {}
        async with orderly(run):
            with self.separate_metrics():
                results = await run_evaluation(run, feed)
        policy.warn_of_failures()
        return results if return_dict else list(results.values())

    async def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
        *,
        on_sample_error: str = "record",
        max_failure_rate: float | None = None,
    ) -> Any:
        """Run the program on data.

        Args:
            x: As for `fit`; targets of a dataset are passed over.
            batch_size: Samples in a batch, as callbacks see them; 32 when None.
            verbose: As for `fit`.
            steps: Batches to use; None for all.
            callbacks: As for `fit`.
            on_sample_error: As for `fit`; a recorded failure is None in the result.
            max_failure_rate: As for `fit`.

        Returns:
            NumPy array of objects, shape `(n_samples,)`: one `JsonDataModel` each, or
            None for a sample that failed or a branch that was not taken.

        Raises:
            ConfigurationError: An argument cannot work; no LM call was made.
            LanguageModelError: A provider refuses its key or does not know the model.
            AllSamplesFailedError: No sample of a batch came through.
            FailureRateError: More samples failed than `max_failure_rate` allows.

        Costs the program's LM calls, once per sample.
        """
        batch_size = batch_size or _DEFAULT_PREDICT_BATCH_SIZE
        policy = FailurePolicy(on_sample_error, max_failure_rate)
        feed = self._plan_pass(x, None, batch_size, steps, role="predict")
        run = self._pass("predict", feed, callbacks, verbose, policy, {})
        await self.ensure_built(feed.samples[0].x)
        outputs: list[Any] = []
        async with orderly(run):
            outputs = await run_prediction(run, feed)
        policy.warn_of_failures()
        return _object_array(outputs)

    def _plan_pass(
        self, x: Any, y: Any, batch_size: int, steps: int | None, *, role: str
    ) -> Feed:
        check_count("batch_size", batch_size, 1)
        check_count("steps", steps or 1, 1)
        samples = make_samples(x, y, role=role)
        for sample in samples:
            check_input(self, sample)
        return Feed(samples, batch_size=batch_size, max_batches=steps)

    def _pass(
        self,
        stage: Stage,
        feed: Feed,
        callbacks: Any,
        verbose: Any,
        policy: FailurePolicy,
        params: dict[str, Any],
    ) -> CurrentRun:
        check_verbose(verbose)
        entries = with_defaults(callbacks, verbose=verbose)
        verbose = 1 if verbose == "auto" else verbose
        shared = {"verbose": verbose, "epochs": 1, "steps": feed.n_batches}
        params = {**shared, **params, **self.callback_params()}
        entries.bind(self, params)
        state = TrainerState(program=self, stage=stage, params=params)
        return CurrentRun(program=self, state=state, policy=policy, callbacks=entries)

    def callback_params(self) -> dict[str, Any]:
        """Return what callbacks see of the compile settings."""
        optimizer = self.optimizer
        return {
            "optimizer": type(optimizer).__name__ if optimizer else None,
            "metrics": self.metrics_names,
        }

    async def ensure_built(self, x: Any) -> None:
        """Build the program from the schema of a sample, without an LM call.

        Args:
            x: The input of a sample.
        """
        if not self.built:
            await self(_to_symbolic(x))

    # -- one batch -------------------------------------------------------------

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
            step: Index of the step; not used.
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
        del step
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
        batch = [_by_content(one) for one in make_samples(x, y, role="train")]
        held_out: list[Sample] = []
        if val_x is not None:
            held_out = make_samples(val_x, val_y, role="val", argument="val_x")
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
        return make_samples(x, y, role="batch")

    def _run(self, stage: Stage) -> CurrentRun:
        if self.current_run is not None:
            return self.current_run
        state = TrainerState(program=self, stage=stage, params={})
        return CurrentRun(program=self, state=state, policy=FailurePolicy())

    # -- rewards and metrics ---------------------------------------------------

    async def compute_reward(
        self,
        x: Any,
        y: Any,
        y_pred: Any,
        training: bool = True,
    ) -> list[float | None]:
        """Return the rewards of predictions.

        Args:
            x: Inputs.
            y: Targets.
            y_pred: Predictions.
            training: Whether the scores are part of training.

        Returns:
            One finite number per prediction; None where it is not scored.

        Raises:
            ConfigurationError: The program was compiled without a reward.
            RewardError: The reward function returned something else.
        """
        reward = self.reward
        if reward is None:
            msg = f"`{self.name}` was compiled without a reward."
            raise ConfigurationError(msg)
        ids = context.scored.get()
        places = ids if len(ids) == len(y) else tuple(map(str, range(len(y))))
        if isinstance(reward, BatchReward):
            with context.inside(f"batch {digest(list(places))}", "reward"):
                return [_value_of(one) for one in await reward.score_batch(y, y_pred)]

        async def run(place: str, target: Any, output: Any) -> float | None:
            with context.inside(place, "reward"):
                return _value_of(await reward.score(target, output))

        return await gather_paid(
            [
                lambda place=place, target=target, output=output: run(
                    place, target, output
                )
                for place, target, output in zip(places, y, y_pred, strict=True)
            ]
        )

    async def compute_metrics(self, x: Any, y: Any, y_pred: Any) -> dict[str, float]:
        """Update the metrics with predictions.

        Args:
            x: Inputs.
            y: Targets; those that are None are passed over.
            y_pred: Predictions; None counts as wrong.

        Returns:
            `reward` and each metric so far.
        """
        for target, output in zip(y, y_pred, strict=True):
            if target is not None:
                await self._scores.update_metrics(target, output)
        return self.get_metrics_result()

    def get_metrics_result(self) -> dict[str, float]:
        """Return `reward` and each metric since `reset_metrics`."""
        return self._scores.result()

    def reset_metrics(self) -> None:
        """Start rewards and metrics anew."""
        self._scores.reset()

    def get_metrics_state(self) -> JsonObject:
        """Return what rewards and metrics have gathered, as JSON."""
        return {"scores": self._scores.state_dict(), "result": self._last_result}

    def set_metrics_state(self, state: JsonObject) -> None:
        """Go on from what `get_metrics_state` returned.

        Args:
            state: The state.
        """
        self._scores.load_state_dict(state["scores"])
        self._last_result = dict(state["result"])

    @contextlib.contextmanager
    def separate_metrics(self) -> Generator[None]:
        """Count into fresh metrics inside a `with` block."""
        outer = self._scores
        self._scores = Scores(self.compiled_metrics)
        try:
            yield
        finally:
            self._scores = outer

    async def take_in(self, rollouts: Sequence[Rollout]) -> dict[str, float]:
        """Count scored rollouts into reward and metrics.

        Args:
            rollouts: Scored rollouts; those that never reached the provider are not
                part of the metrics.

        Returns:
            `reward` and each metric so far.
        """
        with context.inside("metrics"):
            return await self._count(rollouts)

    async def _count(self, rollouts: Sequence[Rollout]) -> dict[str, float]:
        self._scores.add_rewards(rollouts)
        counted = [
            one for one in rollouts if one.failure is None or one.failure.is_answer
        ]
        self._last_result = await self.compute_metrics(
            [one.inputs for one in counted],
            [one.target for one in counted],
            [one.output for one in counted],
        )
        return self._last_result

    # -- a run of fit ----------------------------------------------------------

    @contextlib.contextmanager
    def running(self, run: CurrentRun) -> Generator[None]:
        """Make the batch methods part of one run inside a `with` block.

        Args:
            run: The run.

        Yields:
            None.
        """
        outer, self.current_run = self.current_run, run
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
        is_own = getattr(type(self), method) is getattr(Trainer, method)
        if self.current_run is None or not is_own:
            return contextlib.nullcontext()
        is_scored = method == "test_on_batch"
        return self.current_run.rolling_ahead(feed, is_scored=is_scored)

    def _training_state(self) -> JsonObject:
        optimizer = self.optimizer
        if optimizer is None:
            return {}
        counts = {"iterations": optimizer.iterations, "epochs": optimizer.epochs}
        name = optimizer.name
        return {
            "optimizer_trainable_variables": {},
            "optimizer_non_trainable_variables": {name: {f"iterations_{name}": counts}},
        }

    def _load_training_state(self, tree: JsonObject) -> None:
        # Counts only: what an optimizer has learned is part of a backup, not of a
        # saved program.
        optimizer = self.optimizer
        saved: JsonObject = tree.get("optimizer_non_trainable_variables") or {}
        if optimizer is None or len(saved) != 1:
            return
        groups: JsonObject = next(iter(saved.values()))
        for counts in groups.values():
            optimizer.iterations = int(counts.get("iterations", 0))
            optimizer.epochs = int(counts.get("epochs", 0))


def _logs(values: dict[str, float], *, return_dict: bool) -> Any:
    return values if return_dict else list(values.values())


def _by_content(sample: Sample) -> Sample:
    # Without a run there is no index to tell samples of different batches apart.
    content = [sample.x.get_json(), sample.y and sample.y.get_json()]
    return Sample(id=f"sample:{digest(content)}", x=sample.x, y=sample.y)


def _value_of(score: Score | None) -> float | None:
    return None if score is None else score.value


def _object_array(values: list[Any]) -> Any:
    import numpy as np

    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _to_symbolic(x: Any) -> Any:
    if is_list(x):
        return [_to_symbolic(part) for part in x]
    return x.to_symbolic_data_model()
