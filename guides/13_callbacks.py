# %% [markdown]
# # Callbacks
#
# A callback watches or steers `fit`, `evaluate` and `predict`. This guide goes from
# the first hook to a callback of your own that can be saved and tested. It runs
# offline, in a few seconds: the model is `embedded/learner`, a small in-process learner
# that stands in for a language model. Set `SYNALINKS_GUIDE_MODEL=openai/gpt-4o-mini`
# (or any other `provider/name`) to run the same cells against a real one.

# %%
import asyncio
import json
import os

import synalinks
from synalinks.callbacks import Callback, CallbackGroup, LambdaCallback, StopRun

MODEL = os.environ.get("SYNALINKS_GUIDE_MODEL", "embedded/learner")

messages = synalinks.datasets.support_messages
(x_train, y_train), (x_test, y_test) = messages.load_data()
x_train, y_train = x_train[:64], y_train[:64]


async def make_program() -> synalinks.Program:
    """Return a compiled program of one language-model call."""
    inputs = synalinks.Input(data_model=messages.get_input_data_model())
    outputs = await synalinks.Generator(
        data_model=messages.get_output_data_model(),
        language_model=MODEL,
        instructions="Classify the message by its intent.",
        name="classifier",
    )(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs, name="triage")
    program.compile(
        optimizer=synalinks.optimizers.RandomFewShot(
            nb_min_examples=4, nb_max_examples=16
        ),
        reward=synalinks.rewards.ExactMatch(),
    )
    return program


def fit(*callbacks, **options):
    """Train a new program with these callbacks and return the history."""

    async def run():
        program = await make_program()
        arguments = {
            "validation_split": 0.25,
            "batch_size": 16,
            "epochs": 2,
            "verbose": 0,
            **options,
        }
        return await program.fit(
            x_train, y_train, callbacks=list(callbacks), **arguments
        )

    return asyncio.run(run())


# %% [markdown]
# ## The first hook
#
# Subclass `Callback` and override the hooks you need. Names and arguments are those of
# Keras; there is no need to call `super()`. `logs` is a dict of numbers.


# %%
class TerseLogger(Callback):
    """Prints one line per epoch."""

    def on_epoch_end(self, epoch, logs=None):
        values = " ".join(f"{name}={value:.3f}" for name, value in logs.items())
        print(f"epoch {epoch}: {values}")


history = fit(TerseLogger())
assert history.epoch == [0, 1]

# %% [markdown]
# For a single line there is `LambdaCallback`, and a plain function is a callback too:
# it is called before each update, and ends the run when it returns `False`.

# %%
seen = []
history = fit(
    LambdaCallback(on_train_begin=lambda logs: seen.append("begin")),
    lambda step, logs: step < 2,
)
print(history.stop_reason)
assert seen == ["begin"]

# %% [markdown]
# ## When hooks are called
#
# `RecordingCallback` notes every hook. This is the whole of one epoch with one batch:
# the step asks the optimizer for a proposal between `on_propose_begin` and
# `on_propose_end`, and applies it after `before_update`. Validation comes before
# `on_epoch_end`, so that its values are in the logs there.

# %%
recorder = synalinks.testing.RecordingCallback()
fit(recorder, epochs=1, steps_per_epoch=1)
print(*recorder.hooks(), sep="\n")
assert recorder.hooks()[-3:] == ["before_train_end", "on_train_end", "teardown"]

# %% [markdown]
# `setup` and `teardown` are called whatever happens: open and close there. When a run
# fails or is interrupted, `on_run_error` is called in place of `on_train_end`.


# %%
class Lifeline(Callback):
    """Notes how a run ended."""

    def on_train_end(self, logs=None):
        self.ending = "in good order"

    def on_run_error(self, error, logs=None):
        self.ending = f"with a {type(error).__name__}"

    def teardown(self, stage):
        print(f"{stage} ended {self.ending}")


class Broken(Callback):
    """Fails in the first batch."""

    def on_train_batch_end(self, batch, logs=None):
        msg = "no luck"
        raise LookupError(msg)


lifeline = Lifeline()
fit(lifeline, epochs=1)
try:
    fit(lifeline, Broken())
except LookupError as error:
    print(error, error.__notes__)
assert lifeline.ending == "with a LookupError"

# %% [markdown]
# A callback that only watches should not waste a run that is paid for. With
# `on_hook_error = "warn"` its errors become warnings; the built-in loggers do that.
#
# ## What a callback sees
#
# The state of the run is `self.trainer`, the program is `self.program`, its parameters
# are `self.params`. All callbacks share one `logs` dict per event: what you add, the
# loggers write. `self.trainer.log` puts a number there too, and keeps a text apart.


# %%
class PromptSize(Callback):
    """Logs how many examples the prompt has."""

    def on_epoch_end(self, epoch, logs=None):
        generator = self.program.get_module("classifier")
        variable = generator.trainable_variables[0]
        logs["n_examples"] = len(variable.get("examples"))
        self.trainer.log("n_steps", self.trainer.global_step)


history = fit(PromptSize())
print(history.history["n_examples"], history.history["n_steps"])
assert history.history["n_examples"][-1] >= 4

# %% [markdown]
# Hooks may be `async`. They are awaited before anything else happens, and one after
# the other, lower `callback_order` first: yours at 0, those that watch at 5, those that
# log at 10, those that save at 20. So the order of the list does not matter.


# %%
class TestScore(Callback):
    """Scores the program on a few samples that nobody trains on."""

    async def on_epoch_end(self, epoch, logs=None):
        program = self.program
        y_pred = await program.predict_on_batch(x_test[:16])
        rewards = await program.compute_reward(x_test[:16], y_test[:16], y_pred)
        logs["test_reward"] = sum(rewards) / len(rewards)


path = "history.csv"
history = fit(synalinks.callbacks.CSVLogger(path), TestScore())
with open(path, encoding="utf-8") as file:  # noqa: PTH123
    header = file.readline().strip()
print(header)
assert "test_reward" in header

# %% [markdown]
# ## Scores on other data
#
# Validation chooses the program, so its score flatters. An `Evaluator` is a further
# data set that chooses nothing: `fit` scores the program on it by a cadence, such as
# `"2ep"`, `"10ba"` or `"$0.50"`, and its values are in the logs behind its name. They
# can be monitored like any other; a name that the run does not have is found before the
# first call is paid for.

# %%
path = "evaluators.csv"
history = fit(
    synalinks.callbacks.CSVLogger(path),
    synalinks.callbacks.EarlyStopping(monitor="hard_reward", patience=3),
    evaluators=[
        synalinks.Evaluator("hard", x_test[:16], y_test[:16], every="2ba"),
        synalinks.Evaluator("test", x_test[16:48], y_test[16:48], every=None),
    ],
)
with open(path, encoding="utf-8") as file:  # noqa: PTH123
    print(file.read())
assert "hard_reward" in history.history
assert "test_reward" not in history.history

# %% [markdown]
# The second one has no cadence: it runs when a callback asks for it. `on_eval` is
# called after each evaluation, validation included, and `self.trainer.best` is the best
# validated program so far, so the test is paid for only when there is a new best.


# %%
class TestTheBest(Callback):
    """Asks for the test whenever validation has found a better program."""

    def on_eval(self, step, name, metrics):
        print(f"step {step}: {name} {metrics['reward']:.2f}")
        if name == "val" and self.trainer.best.step == step:
            self.trainer.request_evaluation("test")


history = fit(
    TestTheBest(),
    evaluators=synalinks.Evaluator("test", x_test[:32], y_test[:32], every=None),
)
assert "test_reward" in history.history

# %% [markdown]
# All evaluators that are due at one moment measure the same program, whatever their
# callbacks do to it, and each runs once between two updates. One that fails is passed
# over with a warning.
#
# ## Stopping
#
# `request_stop` finishes the batch under way. With `validate=False` no more calls are
# paid for after that; without it, the epoch is validated first, as after Keras's
# `model.stop_training = True`. `StopRun` ends the run from where it is raised, and
# the callbacks that come after still get their hook: no row is lost.


# %%
class GoodEnough(Callback):
    """Stops when the validation reward is high enough."""

    def __init__(self, target):
        self.target = target

    def on_epoch_end(self, epoch, logs=None):
        if logs["val_reward"] >= self.target:
            self.trainer.request_stop(f"val_reward reached {self.target}")


class TwoSteps(Callback):
    """Ends the run after two updates."""

    def on_train_batch_end(self, batch, logs=None):
        if self.trainer.global_step == 2:
            msg = "two steps are enough"
            raise StopRun(msg)


history = fit(GoodEnough(target=0.0), epochs=10)
print(history.epoch, history.stop_reason)
assert history.epoch == [0]
history = fit(TwoSteps(), epochs=10)
print(history.stop_reason)
assert history.stop_reason == "two steps are enough"

# %% [markdown]
# ## Steering a step
#
# `on_propose_end` sees a proposal before it is applied, and rejects it by returning
# `True`: the step is tried again, up to `fit(max_step_attempts=...)` times. Here at
# most eight examples may enter the prompt.


# %%
class ShortPrompts(Callback):
    """Rejects proposals with many examples."""

    def __init__(self, n_most):
        self.n_most, self.n_rejected = n_most, 0

    def on_propose_end(self, step, logs):
        values = self.trainer.proposal.variables.values()
        is_long = any(len(value["examples"]) > self.n_most for value in values)
        self.n_rejected += is_long
        return is_long


class ExampleCount(Callback):
    """Notes how many examples the final prompt has."""

    def on_train_end(self, logs=None):
        self.n = len(self.program.trainable_variables[0].get("examples"))


rule, count = ShortPrompts(n_most=8), ExampleCount()
fit(rule, count, max_step_attempts=50)
print(f"rejected {rule.n_rejected} proposals, {count.n} examples are left")
assert count.n <= 8

# %% [markdown]
# `on_propose_begin` comes before anything is paid for: `self.trainer.override_batch`
# puts other samples in the place of the batch there, for one attempt.
#
# ## Numbers of the optimizer
#
# Every number among the optimizer's arguments may be a schedule over the training
# steps; `HyperparameterMonitor` logs what each batch was worked on with, and what a
# budget has left. The history tells what the run took in all.

# %%
optimizer = synalinks.optimizers.RandomFewShot(
    nb_min_examples=4, nb_max_examples=synalinks.callbacks.Linear(4, 16, 5)
)
monitor = synalinks.callbacks.HyperparameterMonitor(
    keys=["nb_max_examples", "remaining_calls"]
)


async def fit_with_schedule():
    """Train with an optimizer of its own."""
    program = await make_program()
    program.compile(optimizer=optimizer, reward=synalinks.rewards.ExactMatch())
    return await program.fit(
        x_train,
        y_train,
        batch_size=16,
        epochs=2,
        validation_split=0.25,
        callbacks=[synalinks.callbacks.BudgetStopping(max_calls=5000), monitor],
        verbose=0,
    )


history = asyncio.run(fit_with_schedule())
print(history.history["opt_nb_max_examples"], history.usage.calls)
assert history.history["opt_nb_max_examples"][-1] == 16
assert history.artifacts.executed_steps == 6

# %% [markdown]
# ## Several as one
#
# A `CallbackGroup` takes one place in the list. Callbacks written for Keras run as they
# are, without a base class.


# %%
class FromElsewhere:
    """Has the hooks of Keras, and no base class."""

    def set_model(self, model):
        self.model = model

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = True


history = fit(CallbackGroup(FromElsewhere(), PromptSize()), epochs=5)
assert history.epoch == [0]

# %% [markdown]
# ## A callback that can be resumed
#
# State that is to survive is JSON: return it from `state_dict` and take it back in
# `load_state_dict`, which is called after `on_train_begin`. Not every epoch is
# validated: after a `StopRun`, or with `validation_freq=2`, there is no `val_reward`.


# %%
class Patience(Callback):
    """Stops after so many epochs without a better validation reward."""

    def __init__(self, n_epochs):
        self.n_epochs = n_epochs

    def on_train_begin(self, logs=None):
        self.best, self.wait = None, 0

    def on_epoch_end(self, epoch, logs=None):
        value = logs.get("val_reward")
        if value is None:
            return
        if self.best is None or value > self.best:
            self.best, self.wait = value, 0
        else:
            self.wait += 1
        if self.wait >= self.n_epochs:
            self.trainer.request_stop(f"no gain for {self.wait} epochs")

    def state_dict(self):
        return {"best": self.best, "wait": self.wait}

    def load_state_dict(self, state):
        self.best, self.wait = state["best"], state["wait"]


# %% [markdown]
# ## Testing it
#
# `MockTrainer` calls hooks without a run: give it the logs, and look at what the
# callback asked for.


# %%
async def check_patience():
    """Run hooks by hand, and go on in another instance."""
    patience = Patience(2)
    trainer = synalinks.testing.MockTrainer(patience, epochs=10)
    await trainer.on_train_begin()
    for epoch, value in enumerate([0.5, 0.4]):
        await trainer.on_epoch_end(epoch, {"val_reward": value})
    assert not trainer.stop_requested

    state = json.loads(json.dumps(patience.state_dict()))
    resumed = Patience(2)
    trainer = synalinks.testing.MockTrainer(resumed, epochs=10)
    await trainer.on_train_begin()
    resumed.load_state_dict(state)
    await trainer.on_epoch_end(2, {"val_reward": 0.3})
    return trainer.stop_reason


reason = asyncio.run(check_patience())
print(reason)
assert reason == "no gain for 2 epochs"

# %% [markdown]
# `CallbackSuite` has the tests that every callback should pass: its state is JSON, it
# serves two runs, it lives with the stops and errors of others, and more. Subclass it
# in a test file, and pytest runs them.


# %%
class TestPatience(synalinks.testing.CallbackSuite):
    """The conformance suite, for `Patience`."""

    def make(self, folder):
        return Patience(100)


suite = TestPatience()
for name in dir(suite):
    if name.startswith("test_"):
        getattr(suite, name)()
        print(name.replace("_", " "))
