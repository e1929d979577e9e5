"""`Callback`: what to override to watch or steer a run."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from synalinks._internal import context
from synalinks.errors import ConfigurationError, UnknownHookError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Awaitable, Collection, Mapping

    from synalinks._internal.json import JsonObject
    from synalinks.callbacks._history import History
    from synalinks.contracts import (
        ArmResult,
        EvalResult,
        ManifestRow,
        RunContext,
        TrainerState,
    )
    from synalinks.experiments import ExperimentResult

Logs: TypeAlias = "dict[str, Any]"
HookResult: TypeAlias = "Awaitable[None] | None"
Vote: TypeAlias = "bool | Awaitable[bool | None] | None"
ErrorPolicy: TypeAlias = Literal["raise", "warn", "disable"]

# Hooks inside a step may be spelt as other libraries do; those that Keras has may not,
# since the same names mean other arguments there.
_OTHER_SPELLINGS = {
    "on_step_start": "on_step_begin",
    "on_experiment_start": "on_experiment_begin",
    "on_group_start": "on_group_begin",
    "on_run_start": "on_run_begin",
}
EXPERIMENT_HOOKS = (
    "on_experiment_begin",
    "on_group_begin",
    "on_run_begin",
    "on_benchmark_eval",
    "on_run_end",
    "on_experiment_end",
)


class StopRun(Exception):  # noqa: N818 - it is no error
    """Raise it in any hook to end the run in good order.

    The callbacks that come after in the same hook are still called; then no more calls
    are paid for: there is no validation. `on_epoch_end`, `before_train_end` and
    `on_train_end` follow, and `fit` returns its history.

    Args:
        message: What users read in `history.stop_reason`.
        resumable: Whether the run may be gone on with later.
    """

    def __init__(self, message: str = "", *, resumable: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.resumable = resumable


class Callback:
    """Watches or steers training, evaluation and prediction.

    Override the hooks you need, as plain methods or as `async def`; there is no need to
    call `super()`. Hooks get the names and arguments that Keras gives them, and the
    state of the run is `self.trainer`. All callbacks of a hook share one `logs` dict:
    what an earlier one adds, later ones see, and loggers write.

    Attributes:
        callback_order: Lower runs earlier; equal ones run in list order. Yours run at
            0, those that watch at 5, those that log at 10, those that save at 20.
        on_hook_error: What an exception in a hook does: `raise` ends the run, `warn`
            becomes a warning, `disable` a warning and the end of this callback.
        run_in_thread: Whether plain hooks run in a thread, for blocking work.
        provides: Names of the values that the hooks add to the logs; others can then
            be told from misspelt ones before the run begins.
        mutates: Whether hooks change the program's variables; only said to
            `fit(check_callbacks=True)`, which warns of others that do.
        scope: Whom it serves in an experiment: `run` is copied for each run, and
            `experiment` shared by all runs.
        requires: What `fit` must have: `validation` or `optimizer`; a run without it
            is refused before its first call.
        params: `verbose`, `epochs`, `steps`, `batch_size` and more of the run.

    Raises:
        UnknownHookError: A subclass has a method `on_...` or `before_...` that is no
            hook; name methods of your own otherwise, or list them in `_extra_hooks`.
    """

    callback_order: float = 0
    on_hook_error: ErrorPolicy = "raise"
    run_in_thread: bool = False
    provides: Collection[str] = ()
    mutates: bool = False
    requires: Collection[str] = ()
    scope: Literal["run", "experiment"] = "run"
    # Defaults on the class: subclasses need not call `super().__init__()`.
    params: Mapping[str, Any] = {}
    _extra_hooks: ClassVar[tuple[str, ...]] = ()
    _program: Any = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for old, new in _OTHER_SPELLINGS.items():
            if old in cls.__dict__:
                setattr(cls, new, cls.__dict__[old])
        _check_hooks(cls)
        if "priority" in cls.__dict__:
            if "callback_order" in cls.__dict__:
                msg = (
                    f"`{cls.__name__}` has both `priority` and `callback_order`, which "
                    "is minus the priority: keep one."
                )
                raise ConfigurationError(msg)
            cls.callback_order = -cls.__dict__["priority"]

    @property
    def trainer(self) -> TrainerState:
        """The state of the run in which a hook is called.

        Raises:
            ConfigurationError: No run is under way here.
        """
        state = context.trainer.get()
        if state is None:
            msg = f"`{type(self).__name__}.trainer` is there only inside a run."
            raise ConfigurationError(msg)
        return state

    @property
    def program(self) -> Any:
        """The program that runs; of several runs at a time, the one of this hook."""
        state = context.trainer.get()
        return state.program if state is not None else self._program

    @property
    def model(self) -> Any:
        """The program, under its Keras name."""
        return self.program

    @property
    def state_key(self) -> str:
        """The name under which the callback's state is kept: that of its class."""
        return type(self).__name__

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Take the parameters of the run.

        Args:
            params: Values by name.
        """
        self.params = params

    def set_program(self, program: Any) -> None:
        """Take the program that runs.

        Args:
            program: The program.
        """
        self._program = program

    def for_run(self) -> Callback:
        """Return the callback that a run of an experiment gets.

        It is a copy, or with the scope `experiment` the callback itself.
        """
        return self if self.scope == "experiment" else copy.deepcopy(self)

    def state_dict(self) -> JsonObject:
        """Return what a resumed run needs, as JSON; by default nothing."""
        return {}

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from what `state_dict` returned; called after `on_train_begin`.

        Args:
            state: The state.
        """

    def setup(self, stage: str) -> HookResult:
        """Run before anything else, such as to take a lock.

        Args:
            stage: `train`, `evaluate` or `predict`.
        """

    def on_train_begin(self, logs: Logs | None = None) -> HookResult:
        """Run before the first epoch of `fit`.

        Args:
            logs: Empty.
        """

    def on_train_end(self, logs: Logs | None = None) -> HookResult:
        """Run after the last epoch of a `fit` that ended in good order.

        Args:
            logs: Those of the last epoch.
        """

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> HookResult:
        """Run before each epoch.

        Args:
            epoch: Index of the epoch, from 0.
            logs: Empty.
        """

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> HookResult:
        """Run after each epoch and its validation.

        Args:
            epoch: Index of the epoch, from 0.
            logs: `reward`, each metric, and the same with `val_`.
        """

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> HookResult:
        """Run before each training batch; by default `on_batch_begin`.

        Args:
            batch: Index of the batch in the epoch, from 0.
            logs: Empty.

        Returns:
            What `on_batch_begin` returns.
        """
        return self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> HookResult:
        """Run after each training batch; by default `on_batch_end`.

        Args:
            batch: Index of the batch in the epoch, from 0.
            logs: `reward` and each metric, over the epoch so far.

        Returns:
            What `on_batch_end` returns.
        """
        return self.on_batch_end(batch, logs)

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> HookResult:
        """Run before each training batch, unless `on_train_batch_begin` is overridden.

        Args:
            batch: Index of the batch in the epoch, from 0.
            logs: Empty.
        """

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> HookResult:
        """Run after each training batch, unless `on_train_batch_end` is overridden.

        Args:
            batch: Index of the batch in the epoch, from 0.
            logs: `reward` and each metric, over the epoch so far.
        """

    def on_step_begin(self, step: int, logs: Logs) -> HookResult:
        """Run before each attempt of a training step; more than once if rejected.

        Args:
            step: Index of the step in the life of the optimizer.
            logs: The row of the batch; one dict for all attempts.
        """

    def on_propose_begin(self, step: int, logs: Logs) -> HookResult:
        """Run before anything is paid for in an attempt.

        `self.trainer.override_batch` puts other samples in the place of the batch.

        Args:
            step: Index of the step.
            logs: The row of the batch.
        """

    def on_propose_end(self, step: int, logs: Logs) -> Vote:
        """Run when there is a proposal, which is not applied yet: `trainer.proposal`.

        All callbacks are asked, whatever the others say.

        Args:
            step: Index of the step.
            logs: The row of the batch.

        Returns:
            True to reject it and try again; None or False to accept it.
        """

    def before_update(self, step: int, logs: Logs) -> HookResult:
        """Run when the proposal is accepted and not applied yet.

        Args:
            step: Index of the step.
            logs: The row of the batch, with `reward` and metrics.
        """

    def on_checkpoint(self, row: ManifestRow, logs: Logs | None = None) -> HookResult:
        """Run after a program was saved: its file and its row are on disk.

        Args:
            row: What is known of the file; also in `checkpoints.jsonl`.
            logs: Those of the moment.
        """

    def on_eval(self, step: int, name: str, metrics: Logs) -> HookResult:
        """Run after each evaluation inside `fit`.

        Args:
            step: Training steps completed.
            name: Name of the evaluation: `val` for validation.
            metrics: `reward` and each metric.
        """

    def on_experiment_begin(self, ctx: RunContext) -> HookResult:
        """Run once before all runs of an experiment, also when it is gone on with.

        This and the next hook, and `on_experiment_end`, are called on the callback that
        was given to the experiment; those of runs on what each run has of it.

        Args:
            ctx: The context of the experiment. What is written into `ctx.ids` can be
                read in all later hooks, and after a restart.
        """

    def on_group_begin(self, ctx: RunContext, group_name: str) -> HookResult:
        """Run before the first run of a group: replicates of an arm, or a stage.

        Args:
            ctx: The context of the experiment.
            group_name: Name of the group.
        """

    def on_run_begin(self, ctx: RunContext) -> HookResult:
        """Run before each run of an experiment, before its training.

        Args:
            ctx: The context of the run: it reads the ids of the experiment, and what
                is written into it stays in the run.
        """

    def on_benchmark_eval(
        self,
        ctx: RunContext,
        result: EvalResult,
        predictions: list[JsonObject],
        *,
        step: int | None = None,
    ) -> HookResult:
        """Run after each score of a benchmark, once for a name and a step in a run.

        Args:
            ctx: The context of the run.
            result: Metrics, breakdowns and tags.
            predictions: One row per sample: `task_id`, `input`, `expected`, `output`,
                `reward`, `error`, `metadata` and `usage`.
            step: Training steps completed; None after training.
        """

    def on_run_end(
        self, ctx: RunContext, run_result: History | None, arm: ArmResult
    ) -> HookResult:
        """Run after each run of an experiment and its benchmarks, also if it failed.

        Args:
            ctx: The context of the run.
            run_result: What `fit` returned; None if it did not return.
            arm: How the run ended.
        """

    def on_experiment_end(
        self, ctx: RunContext, result: ExperimentResult
    ) -> HookResult:
        """Run once after all runs, also if the experiment is cancelled.

        Args:
            ctx: The context of the experiment.
            result: What came of it.
        """

    def before_train_end(self, logs: Logs) -> HookResult:
        """Run when training ends in good order: the last chance to change the program.

        Args:
            logs: Those of the last epoch.
        """

    def on_test_begin(self, logs: Logs | None = None) -> HookResult:
        """Run before each evaluation, validation included.

        Args:
            logs: Empty.
        """

    def on_test_end(self, logs: Logs | None = None) -> HookResult:
        """Run after each evaluation, validation included.

        Args:
            logs: `reward` and each metric.
        """

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> HookResult:
        """Run before each batch of an evaluation.

        Args:
            batch: Index of the batch, from 0.
            logs: Empty.
        """

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> HookResult:
        """Run after each batch of an evaluation.

        Args:
            batch: Index of the batch, from 0.
            logs: `reward` and each metric so far.
        """

    def on_predict_begin(self, logs: Logs | None = None) -> HookResult:
        """Run before `predict`.

        Args:
            logs: Empty.
        """

    def on_predict_end(self, logs: Logs | None = None) -> HookResult:
        """Run after `predict`.

        Args:
            logs: Empty.
        """

    def on_predict_batch_begin(
        self, batch: int, logs: Logs | None = None
    ) -> HookResult:
        """Run before each batch of `predict`.

        Args:
            batch: Index of the batch, from 0.
            logs: Empty.
        """

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> HookResult:
        """Run after each batch of `predict`.

        Args:
            batch: Index of the batch, from 0.
            logs: `outputs`, a list with one prediction per sample.
        """

    def on_run_error(
        self, error: BaseException, logs: Logs | None = None
    ) -> HookResult:
        """Run instead of `on_train_end` when a run fails or is interrupted.

        Args:
            error: What ended the run; it is raised again afterwards.
            logs: Those of the last epoch.
        """

    def teardown(self, stage: str) -> HookResult:
        """Run last of all, whatever happened.

        Args:
            stage: `train`, `evaluate` or `predict`.
        """


HOOKS = (
    "setup",
    *(
        name
        for name in vars(Callback)
        if name.startswith(("on_", "before_")) and name != "on_hook_error"
    ),
    "teardown",
)


def _check_hooks(cls: type[Callback]) -> None:
    extra: tuple[str, ...] = getattr(cls, "_extra_hooks", ())
    known = {*HOOKS, *_OTHER_SPELLINGS, "on_hook_error", *extra}
    for name, value in vars(cls).items():
        looks_like_hook = name.startswith(("on_", "before_")) and callable(value)
        if looks_like_hook and name not in known:
            msg = (
                f"`{cls.__name__}.{name}` would never be called: there is no such hook."
                f"{did_you_mean(name, HOOKS)} Hooks: {', '.join(HOOKS)}. A method that "
                "is no hook belongs into `_extra_hooks`."
            )
            raise UnknownHookError(msg)
