"""`Trainer`: the training methods of `Program`."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synalinks._internal.checks import check_count
from synalinks.contracts import Invocations, TrainerState
from synalinks.datasets import is_frame, object_array
from synalinks.errors import ConfigurationError, NotCompiledError, did_you_mean, warn
from synalinks.training._backed_up import settings_of, with_backup
from synalinks.training._batch_methods import BatchMethods
from synalinks.training._checks import (
    check_compiled,
    check_inputs,
    check_keys,
    check_verbose,
    level_of,
)
from synalinks.training._current_run import CurrentRun
from synalinks.training._estimate import estimate_fit
from synalinks.training._evaluate_loop import (
    run_evaluation,
    run_prediction,
    with_writer,
)
from synalinks.training._failures import FailurePolicy
from synalinks.training._fit_loop import fit, with_defaults
from synalinks.training._frame_data import output_columns, predicted_frame
from synalinks.training._orderly import orderly
from synalinks.training._plan import plan_fit
from synalinks.training._samples import Feed, make_samples, store_stream
from synalinks.training._scores import Scores, without_failed
from synalinks.training._target_check import check_fit_targets, check_targets

if TYPE_CHECKING:
    from synalinks.callbacks import History
    from synalinks.contracts import Estimate, RunContext, Stage
    from synalinks.training._compiled import Compiled
    from synalinks.training._plan import FitPlan

_DEFAULT_PREDICT_BATCH_SIZE = 32


class Trainer(BatchMethods):
    """Compile, fit, evaluate and predict: what a `Program` adds to a `Module`."""

    stop_training: bool
    stop_evaluating: bool
    stop_predicting: bool
    history: History | None
    invocations: Invocations

    if TYPE_CHECKING:

        @property
        def language_models(self) -> list[Any]: ...

    def _init_training(self) -> None:
        self.compiled: Compiled | None = None
        self.history = None
        self.stop_training = False
        self.stop_evaluating = False
        self.stop_predicting = False
        self.current_run: CurrentRun | None = None
        self.invocations = Invocations()
        self._scores = Scores([], self)
        self._last_result = {}

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
        evaluators: Any = None,
        callback_errors: str | None = None,
        resume: str | Path | None = None,
        ctx: RunContext | None = None,
    ) -> History:
        """Train the program's variables.

        Args:
            x: List or array of `n_samples` data models; a pandas `DataFrame` whose
                columns are the fields of the inputs, and of the targets if `y` is
                None; or a `Dataset` or generator of `(x, y)` batches, which is read to
                its end first, into a temporary file where it is large.
            y: List or array of `n_samples` targets, a `DataFrame` or a column of one;
                None with a dataset, or for a reward that needs none.
            batch_size: Samples in a training step, run at once.
            minibatch_size: Validation samples on which a candidate first meets the
                program as it is; those that do well meet it on more. None for all.
            epochs: Index of the epoch before which training ends.
            verbose: 0 silent, 1 a progress bar, 2 a line per epoch, `auto` is 1 unless
                `config.disable_interactive_logging` was called.
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
                the run ends; None for no limit. A pass over the data in which all
                samples failed ends it too; with 1.0 invalid answers never do.
            max_step_attempts: Proposals of a step that callbacks or the optimizer may
                reject; each one is paid for.
            on_reject_limit: What follows when all are rejected: `skip` leaves the
                program as it is and goes on, `raise` ends the run.
            check_callbacks: Whether to warn of callbacks that change the program
                without `mutates = True`.
            sanity_batches: Training batches to run, with reward and metrics, before
                training begins, so that what is broken shows at once. What they measure
                of the program as it is then is not paid for again.
            evaluators: An `Evaluator`, or a list of them: further data sets that the
                program is scored on as it trains.
            callback_errors: What follows on an error of any callback: `raise`, `warn`
                or `disable`; None leaves it to the `on_hook_error` of each.
            resume: Folder of the run: it is saved there, and gone on with if it died.
                Short for `BackupAndRestore(resume)` among the callbacks. A folder of
                checkpoints stands for that of the run in which the last of them, of
                those whose run was saved, was made.
            ctx: The experiment that the run is part of, for callbacks.

        Returns:
            The history: `history.history` has a list with one value per epoch for
            `reward` (mean over the epoch's training samples), each metric, `failed`
            (a count of samples), and the same with `val_`.

        Raises:
            ConfigurationError: An argument cannot work; no LM call was made.
            NotCompiledError: `compile` was not called, or without a reward.
            LanguageModelError: A provider refuses its key or does not know the model.
            AllSamplesFailedError: No sample of a batch came through, or none of the
                whole pass got a valid answer.
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
        x = await store_stream(x)
        validation_data = await store_stream(validation_data, "validation_data x")
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
            evaluators=evaluators,
            callback_errors=callback_errors,
        )
        await check_fit_targets(self, plan)
        check_keys(self, "optimizer", "reward", "compiled_metrics")
        entries = await with_backup(callbacks, resume)
        return await fit(self, plan, entries, ctx)

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
        check_count("n_samples", n_samples, at_least=1)
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
        given.pop("ctx")
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
            `reward` and each metric; a dict also says how many samples `failed`.

        Raises:
            ConfigurationError: An argument cannot work; no LM call was made.
            NotCompiledError: `compile` was not called, or without a reward.
            LanguageModelError: A provider refuses its key or does not know the model.
            AllSamplesFailedError: No sample of a batch came through, or none of the
                whole pass got a valid answer.
            FailureRateError: More samples failed than `max_failure_rate` allows.

        Costs the program's LM calls, once per sample.
        """
        check_compiled(self, needs_reward=True)
        policy = FailurePolicy(on_sample_error, max_failure_rate)
        feed = await self._plan_pass(x, y, batch_size, steps, role="test")
        await check_targets(self, feed.samples)
        check_keys(self, "reward", "compiled_metrics")
        params = {"test_size": len(feed.samples), "batch_size": batch_size}
        run = self._pass("evaluate", feed, callbacks, verbose, policy, params)
        await self.ensure_built(feed.samples[0].x)
        results: dict[str, float] = {}
        async with orderly(run):
            with self.separate_metrics():
                results = await run_evaluation(run, feed)
        policy.warn_of_failures()
        return results if return_dict else without_failed(results)

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
        to_file: str | Path | None = None,
    ) -> Any:
        """Run the program on data.

        Args:
            x: As for `fit`; targets of a dataset or table are passed over.
            batch_size: Samples in a batch, as callbacks see them; 32 when None.
            verbose: As for `fit`.
            steps: Batches to use; None for all.
            callbacks: As for `fit`.
            on_sample_error: As for `fit`; a recorded failure is None in the result.
            max_failure_rate: As for `fit`.
            to_file: Where to write the predictions instead of returning them, as
                `PredictionWriter` does, so that memory does not grow with their number;
                ends in `.jsonl`.

        Returns:
            The path of `to_file`, if given. Else a NumPy array of objects, shape
            `(n_samples,)`: one `JsonDataModel` each, or None for a sample that failed
            or a branch that was not taken. For a `DataFrame`, one with its index and
            the fields of the outputs as columns; the row of such a sample has missing
            values.

        Raises:
            ConfigurationError: An argument cannot work; no LM call was made.
            LanguageModelError: A provider refuses its key or does not know the model.
            AllSamplesFailedError: No sample of a batch came through, or none of the
                whole pass got a valid answer.
            FailureRateError: More samples failed than `max_failure_rate` allows.
            WriteError: A prediction cannot be written; nothing more is paid for.

        Costs the program's LM calls, once per sample.
        """
        if batch_size is None:
            batch_size = _DEFAULT_PREDICT_BATCH_SIZE
        policy = FailurePolicy(on_sample_error, max_failure_rate)
        if is_frame(x):
            output_columns(self)
        feed = await self._plan_pass(x, None, batch_size, steps, role="predict")
        check_keys(self)
        if to_file is not None:
            callbacks = with_writer(callbacks, to_file)
        run = self._pass("predict", feed, callbacks, verbose, policy, {})
        await self.ensure_built(feed.samples[0].x)
        outputs: list[Any] = []
        async with orderly(run):
            outputs = await run_prediction(run, feed, is_kept=to_file is None)
        policy.warn_of_failures()
        if to_file is not None:
            return Path(to_file)
        if is_frame(x):
            return predicted_frame(self, outputs, x.index)
        return object_array(outputs)

    async def _plan_pass(
        self, x: Any, y: Any, batch_size: int, steps: int | None, *, role: str
    ) -> Feed:
        check_count("batch_size", batch_size, at_least=1)
        check_count("steps", 1 if steps is None else steps, at_least=1)
        x = await store_stream(x, limit=steps and steps * batch_size)
        samples = make_samples(x, y, role=role, program=self)
        check_inputs(self, samples)
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
        entries = with_defaults(
            callbacks, verbose=verbose, is_tracked=stage == "evaluate"
        )
        if settings_of(entries) is not None:
            warn(
                f"`BackupAndRestore` is for `fit`, not of use to `{stage}`, which is "
                "paid again each time. `LanguageModel(cache_dir=...)` keeps answers."
            )
        shared = {"verbose": level_of(verbose), "epochs": 1, "steps": feed.n_batches}
        params = {**shared, **params, **self.callback_params()}
        entries.bind(self, params)
        state = TrainerState(program=self, stage=stage, params=params)
        if stage == "evaluate":
            state.samples = {"evaluation": feed.samples}
        return CurrentRun(program=self, state=state, policy=policy, callbacks=entries)
