# %% [markdown]
# # Optimizers
#
# An optimizer proposes better values for what a program can learn: instructions,
# few-shot examples, or the fields of any `Trainable` of yours. This guide shows how to
# choose one and how to read what it did; guide 17 shows how to write one. It runs
# offline, with the small `embedded/learner` in place of a language model; set
# `SYNALINKS_GUIDE_MODEL` to use a real one.

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
    [optimizers.BootstrapFewShot(), optimizers.GEPA()], steps_per_turn=5
)
program.compile(optimizer=chain, reward=is_right)
asyncio.run(
    program.fit(
        x_train, y_train, validation_split=0.25, batch_size=16, epochs=1, verbose=0
    )
)
