# %% [markdown]
# # Optimizers
#
# An optimizer proposes better values for what a program can learn: instructions,
# few-shot examples, or the fields of any `Trainable` of yours. This guide shows how to
# choose one, how to read what it did, and how to write your own. It runs offline, with
# the small `embedded/learner` in place of a language model; set `SYNALINKS_GUIDE_MODEL`
# to use a real one.

# %%
import asyncio
import os

import synalinks
from synalinks import optimizers
from synalinks.rewards import Score

MODEL = os.environ.get("SYNALINKS_GUIDE_MODEL", "embedded/learner")
messages = synalinks.datasets.support_messages
(x_train, y_train), (x_test, y_test) = messages.load_data()


async def make_program() -> synalinks.Program:
    """Return a classifier of support messages."""
    inputs = synalinks.Input(data_model=messages.get_input_data_model())
    outputs = await synalinks.Generator(
        data_model=messages.get_output_data_model(),
        language_model=MODEL,
        instructions="Classify the message by its intent.",
        name="classifier",
    )(inputs)
    return synalinks.Program(
        inputs=inputs, outputs=outputs, description="Tells what a customer wants."
    )


# %% [markdown]
# ## Choosing one
#
# | optimizer | changes | a step costs, besides the batch |
# |---|---|---|
# | `"auto"` | both | 1 LM call at most, mostly 8 to 40 samples |
# | `GEPA` | instructions | 1 LM call, 6 samples; validation if accepted |
# | `MIPRO` | both | some LM calls once; `minibatch_size` samples |
# | `OMEGA` | instructions | 1 LM call, `minibatch_size` samples or more |
# | `BootstrapFewShot` | examples | `minibatch_size` samples or more, per set |
# | `RandomFewShot` | examples | `minibatch_size` samples or more |
# | `Chain` | as its parts | as the part whose turn it is |
#
# Take `"auto"` unless you have a reason not to. `benchmarks/optimizers` has the
# measurements. Few-shot optimizers are the choice where there is no model to write
# instructions; examples make every later call longer, though.
#
# ## A reward that explains itself
#
# An optimizer that rewrites instructions learns from what the reward says. A plain
# number works: the model is told what was expected and what came. A `Score` with
# feedback works better, since it says why. In a program of several modules,
# `per_module={"path": "..."}` tells each what is its part.


# %%
async def is_right(y_true, y_pred):
    """Compare intents, and say which one was right."""
    expected, got = y_true.get("intent"), y_pred.get("intent")
    if expected == got:
        return 1.0
    return Score(0.0, f"Expected `{expected}`, but the answer was `{got}`.")


# %% [markdown]
# ## Training
#
# A batch is one step of the optimizer. The samples of the batch are run with the
# program as it is, which gives it both scores and failures to learn from. Candidates
# are then raced on samples that they were not made from. What was measured once is
# never paid for again.

# %%
program = asyncio.run(make_program())
program.compile(optimizer="auto", reward=is_right)
before = asyncio.run(program.evaluate(x_test, y_test, verbose=0))
history = asyncio.run(
    program.fit(
        x_train,
        y_train,
        validation_split=0.25,
        batch_size=16,
        epochs=2,
        verbose=0,
    )
)
after = asyncio.run(program.evaluate(x_test, y_test, verbose=0))
print(f"reward on test messages: {before['reward']:.2f}, then {after['reward']:.2f}")
assert after["reward"] > before["reward"]

# %% [markdown]
# ## Reading what it did
#
# `history.candidates` is a data frame with a row for each candidate: how it was made,
# from which parents, how well it did on how many samples, and whether it was in use.
# Rewards are means over different samples, so compare them with care: the optimizer
# itself compares pairs on the same samples. Callbacks see the same while it happens, in
# `self.trainer.candidate_events`.

# %%
frame = history.candidates
print(frame[["origin", "step", "reward", "n_samples", "in_use_from"]].tail())
assert {"mutation", "few_shot"} & set(frame["origin"])
synalinks.utils.plot_lineage(history, "lineage.png")

# %% [markdown]
# A proposal that loses a `{placeholder}`, is too long, or does not fit the schema of
# the variable is asked for once more and then dropped; `candidate_events` has it as
# `dropped`, with the reason. What the run has cost is in the ledger.

# %%
usage = program.optimizer.ledger.usage()
print(usage.calls, "calls,", program.optimizer.ledger.n_cells, "cells measured")

# %% [markdown]
# ## Continuing, and taking turns
#
# A second `fit` goes on from what was learned. `Chain` lets optimizers take turns on
# one ledger: here sets of examples are searched first, instructions after.

# %%
chain = optimizers.Chain(
    [optimizers.BootstrapFewShot(nb_max_examples=16), optimizers.GEPA()],
    steps_per_turn=5,
)
program.compile(optimizer=chain, reward=is_right)
asyncio.run(
    program.fit(
        x_train, y_train, validation_split=0.25, batch_size=16, epochs=1, verbose=0
    )
)

# %% [markdown]
# ## Writing your own
#
# An optimizer gets data and returns data. `propose` sees the step: the scored rollouts
# of the batch, and named random streams that repeat with the seed. It returns
# candidates: a value for each variable path. The race against the program as it is, the
# ledger, the log and the state come with the base class. This one drops one of the
# examples at a time, to make the prompt shorter where that does no harm.


# %%
class DropExamples(optimizers.Optimizer):
    """Try the prompt without one of its examples.

    Costs no LM call to propose, and at most two passes over the validation samples.

    Args:
        n_candidates: How many examples are tried to be left out in a step.
    """

    def __init__(self, *, n_candidates: int = 2, **options) -> None:
        super().__init__(**options)
        self.n_candidates = n_candidates
        self._tried: list[str] = []

    async def propose(self, step: optimizers.StepView):
        """Return the program without one example, for some examples not tried yet."""
        found = []
        for path, value in self.incumbent.values.items():
            examples = value["examples"]
            order = list(range(len(examples)))
            step.random("example", path).shuffle(order)
            for index in order:
                rest = [*examples[:index], *examples[index + 1 :]]
                candidate = optimizers.Candidate(
                    values={**self.incumbent.values, path: {**value, "examples": rest}},
                    origin="without_example",
                    parents=(self.incumbent.digest,),
                )
                if candidate.digest not in self._tried:
                    self._tried.append(candidate.digest)
                    found.append(candidate)
        return found[: self.n_candidates]

    def state_dict(self):
        """Return what is to be known after a restart."""
        return {**super().state_dict(), "tried": list(self._tried)}

    def load_state_dict(self, state) -> None:
        """Go on from there."""
        super().load_state_dict(state)
        self._tried = list(state["tried"])


program.compile(optimizer=DropExamples(), reward=is_right)
asyncio.run(
    program.fit(
        x_train, y_train, validation_split=0.25, batch_size=64, epochs=1, verbose=0
    )
)

# %% [markdown]
# An optimizer that needs measurements before it can propose overrides `prepare`; one
# that judges otherwise overrides `judge`. Both are asynchronous generators that yield
# the trials they want and find the results in `self.ledger` when they go on.
#
# `synalinks.testing.OptimizerSuite` holds yours to the promises of all: it measures
# nothing twice, its spending adds up, it keeps a budget, its state goes on through
# JSON, concurrency changes nothing, and the program gets no worse, even if all that it
# found only shines in training.


# %%
class TestDropExamples(synalinks.testing.OptimizerSuite):
    """Pytest runs the tests of a subclass; here they are called by hand."""

    def make(self):
        """Return a new optimizer."""
        return DropExamples()


suite = TestDropExamples()
for name in dir(suite):
    if name.startswith("test_"):
        getattr(suite, name)()
