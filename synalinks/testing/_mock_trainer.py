"""`MockTrainer`: the state of a run without a run."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.shape import is_dict
from synalinks.callbacks import HOOKS, CallbackList, StopRun
from synalinks.contracts import TrainerState
from synalinks.data_models import Instructions, Variable
from synalinks.optimizers import RandomFewShot

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from synalinks.contracts import ManifestRow, Stage


class MockTrainer(TrainerState):
    """Calls hooks of callbacks by hand, with the state that a run would have.

    It is the real `TrainerState`: what a callback logs is in `logged_metrics`, what it
    asks for in `stop_requested` and `stop_reason`. Hooks are methods to be awaited; a
    `StopRun` becomes a requested stop, as in a run.

    Args:
        callbacks: As for `fit`.
        program: The program of the run; by default a small object with one prompt.
        stage: `train`, `evaluate` or `predict`.
        params: Parameters of the run by name, such as `epochs=3`.

    Attributes:
        checkpoints: Rows of the checkpoints that were saved.

    Example:
        ```python
        trainer = MockTrainer(TargetStopping("val_reward", 0.9), epochs=3)
        await trainer.on_train_begin()
        await trainer.on_epoch_end(0, {"val_reward": 0.95})
        assert trainer.stop_requested
        ```
    """

    def __init__(
        self,
        callbacks: Any = None,
        *,
        program: Any = None,
        stage: Stage = "train",
        **params: Any,
    ) -> None:
        defaults = {"verbose": 0, "epochs": 1, "steps": 1, "metrics": ["reward"]}
        params = {**defaults, "val_size": 1, **params}
        super().__init__(
            program=MockProgram() if program is None else program,
            stage=stage,
            params=params,
        )
        self.checkpoints: list[ManifestRow] = []
        self.callbacks: CallbackList = CallbackList(callbacks)
        self.callbacks.bind(self.program, params)

    def __getattr__(self, hook: str) -> Any:
        """Return the function that calls a hook of all callbacks.

        Raises:
            AttributeError: There is no hook of that name.
        """
        if hook in HOOKS:
            return partial(self.call, hook)
        msg = f"`MockTrainer` has no attribute {hook!r}."
        raise AttributeError(msg)

    @contextlib.contextmanager
    def running(self) -> Generator[MockTrainer]:
        """Make this the state of the run inside a `with` block.

        Plain hooks may be called there without `await`: `callback.on_epoch_end(0, {})`.

        Yields:
            This object.
        """
        with context.bound(context.trainer, self):
            yield self

    async def call(self, hook: str, *args: Any) -> bool:
        """Call a hook of all callbacks.

        Args:
            hook: Name of the hook.
            args: Its arguments; logs that are left out are an empty dict.

        Returns:
            Whether any callback votes to reject.
        """
        if hook in _OF_STAGE:
            args = args or (self.stage,)
        elif not (args and is_dict(args[-1])) and hook not in _WITHOUT_LOGS:
            args = (*args, {})
        if is_dict(args[-1]):
            self.logs: dict[str, Any] = args[-1]
        self._note_place(hook, args)
        with self.running():
            try:
                return await self.callbacks.dispatch(hook, *args)
            except StopRun as request:
                self.request_stop(
                    request.message or type(request).__name__,
                    validate=False,
                    resumable=request.resumable,
                )
                return False
            finally:
                self.note(self.logs)

    def _note_place(self, hook: str, args: tuple[Any, ...]) -> None:
        if hook.startswith("on_epoch_"):
            self.epoch: int = args[0]
        elif "_batch_" in hook:
            self.batch_index: int = args[0]

    async def save_checkpoint(
        self,
        path: str | Path,
        reason: str = "manual",
        *,
        monitor: str | None = None,
        folder: Path | None = None,
    ) -> ManifestRow:
        """Save as a run does, and note the row in `checkpoints`.

        Args:
            path: A program file or a variables file.
            reason: Why it is saved.
            monitor: The value that decided that it is saved.
            folder: Folder of the list of checkpoints.

        Returns:
            The row.
        """
        row = await super().save_checkpoint(
            path, reason, monitor=monitor, folder=folder
        )
        self.checkpoints.append(row)
        return row


_OF_STAGE = ("setup", "teardown")
_WITHOUT_LOGS = ("on_checkpoint", "on_eval")


class MockProgram:
    """What callbacks use of a program, without modules and language models."""

    def __init__(self) -> None:
        variable = Variable({"instructions": "Be brief."}, Instructions, name="state")
        variable.path = "mock/state"
        self.name = "mock"
        self.variables = self.trainable_variables = [variable]
        self.optimizer = RandomFewShot()
        self.language_models: list[Any] = []
        self.compiled_metrics: list[Any] = []
        self.metrics_names = ["reward"]
        self.stop_training = False
        self.stop_evaluating = False
        self.stop_predicting = False

    def get_compile_config(self) -> dict[str, Any]:
        """Return nothing: it was not compiled."""
        return {}
