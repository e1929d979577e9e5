"""Callbacks written for other libraries, through adapters that only translate.

Each takes an object with the hooks of its library and calls them with the arguments
that they have there. A Keras callback needs no adapter.
"""

from synalinks.callbacks import Callback


class FromNetKet(Callback):
    """Calls hooks `(step, log_data, driver)`; the driver is a view of the trainer."""

    def __init__(self, theirs):
        self.theirs = theirs
        self.callback_order = getattr(theirs, "callback_order", 0)

    def _tell(self, hook, *args):
        method = getattr(self.theirs, hook, None)
        return method(*args, Driver(self.trainer)) if method else None

    def on_train_begin(self, logs=None):
        self._tell("on_run_start", self.trainer.global_step)

    def on_step_begin(self, step, logs):
        self._tell("on_step_start", step, logs)

    def on_propose_begin(self, step, logs):
        self._tell("on_compute_update_start", step, logs)

    def on_propose_end(self, step, logs):
        return self._tell("on_compute_update_end", step, logs)

    def before_update(self, step, logs):
        self._tell("before_parameter_update", step, logs)

    def on_train_batch_end(self, batch, logs=None):
        self._tell("on_step_end", self.trainer.step, logs)

    def on_train_end(self, logs=None):
        self._tell("on_run_end", self.trainer.global_step)

    def on_run_error(self, error, logs=None):
        self._tell("on_run_error", self.trainer.global_step, error)


class Driver:
    """What NetKet's callbacks read of their driver."""

    def __init__(self, trainer):
        self.trainer = trainer
        self.step_count = trainer.global_step
        self._step_attempt = trainer.step_attempt
        self._dp = trainer.proposal  # the update that is not applied yet

    def set_samples(self, x, y=None):
        self.trainer.override_batch(x, y)


class FromDreamTrainer(Callback):
    """Calls hooks `(trainer, ...)`, with outputs and batches where they have them."""

    def __init__(self, theirs):
        self.theirs = theirs
        self.callback_order = -getattr(theirs, "priority", 0)

    def _tell(self, hook, *args):
        method = getattr(self.theirs, hook, None)
        if method:
            method(self.trainer, *args)

    def on_train_begin(self, logs=None):
        self._tell("on_train_start")

    def on_epoch_begin(self, epoch, logs=None):
        self._tell("on_train_epoch_start", epoch)

    def on_train_batch_begin(self, batch, logs=None):
        self._tell("on_train_batch_start", self.trainer.batch, batch)

    def on_train_batch_end(self, batch, logs=None):
        outputs = {**(logs or {}), "samples": self.trainer.outputs}
        self._tell("on_train_batch_end", outputs, self.trainer.batch, batch)

    def on_test_begin(self, logs=None):
        self._tell("on_validation_start")
        self._tell("on_validation_epoch_start", self.trainer.epoch)

    def on_test_batch_begin(self, batch, logs=None):
        self._tell("on_validation_batch_start", self.trainer.batch, batch)

    def on_test_batch_end(self, batch, logs=None):
        self._tell("on_validation_batch_end", logs, self.trainer.batch, batch)

    def on_test_end(self, logs=None):
        self._tell("on_validation_epoch_end", self.trainer.epoch)
        self._tell("on_validation_end")

    def on_epoch_end(self, epoch, logs=None):
        self._tell("on_train_epoch_end", epoch)

    def on_train_end(self, logs=None):
        self._tell("on_train_end")


class FromEvSys(Callback):
    """Calls hooks `(state, ...)`; the trainer is the state of the loop."""

    def __init__(self, theirs):
        self.theirs = theirs

    def _tell(self, hook, *args):
        method = getattr(self.theirs, hook, None)
        if method:
            method(self.trainer, *args)

    def on_train_begin(self, logs=None):
        self._tell("on_train_start")

    def on_train_batch_end(self, batch, logs=None):
        trainer = self.trainer
        self._tell("on_step_end", trainer.step, trainer.batch, logs)

    def on_checkpoint(self, row, logs=None):
        self._tell("on_checkpoint", row)

    def on_eval(self, step, name, metrics):
        self._tell("on_eval", step, name, metrics)

    def on_train_end(self, logs=None):
        artifacts = {"executed_steps": len(self.trainer.rows)}
        self._tell("on_train_end", artifacts)
