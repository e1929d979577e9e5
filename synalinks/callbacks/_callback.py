"""`Callback`: what to override to watch or steer a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

Logs: TypeAlias = "dict[str, Any]"
HookResult: TypeAlias = "Awaitable[None] | None"


class Callback:
    """Watches or steers training, evaluation and prediction.

    Override the hooks you need, as plain methods or as `async def`; there is no need to
    call `super()`. Hooks get the names and arguments that Keras gives them. All
    callbacks of a hook share one `logs` dict: what an earlier one adds, later ones see.

    Attributes:
        params: `verbose`, `epochs`, `steps`, `batch_size` and more of the run.
        program: The program that runs.
        callback_order: Lower runs earlier; equal ones run in list order. Yours run at
            0, those that log at 10.
    """

    callback_order: ClassVar[float] = 0
    # Defaults on the class: subclasses need not call `super().__init__()`.
    params: Mapping[str, Any] = {}
    program: Any = None

    @property
    def model(self) -> Any:
        """The program, under its Keras name."""
        return self.program

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
        self.program = program

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
