# %% [markdown]
# # Training
#
# `compile`, `fit`, `evaluate`, `predict`: the names are those of Keras, and so is most
# of what they do. This guide is about the rest: what a run costs, what it does when
# calls fail, how to read what it did, and how to get the same result twice. It runs
# offline with `embedded/learner`; set `SYNALINKS_GUIDE_MODEL` to use a real model.

# %%
import asyncio
import os

import synalinks
from synalinks.errors import ConfigurationError

MODEL = os.environ.get("SYNALINKS_GUIDE_MODEL", "embedded/learner")
messages = synalinks.datasets.support_messages
(x_train, y_train), (x_test, y_test) = messages.load_data()


async def make_program() -> synalinks.Program:
    """Return a compiled classifier of support messages."""
    inputs = synalinks.Input(data_model=messages.get_input_data_model())
    outputs = await synalinks.Generator(
        data_model=messages.get_output_data_model(),
        language_model=MODEL,
        instructions="Classify the message by its intent.",
        name="classifier",
    )(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs, name="triage")
    program.compile(optimizer="auto", reward="exact_match")
    return program


synalinks.set_seed(7)
program = asyncio.run(make_program())

# %% [markdown]
# ## What will it cost?
#
# `estimate` takes the arguments of `fit`, runs a few samples, and says what the whole
# run will about take. It finds what is broken for the price of one sample.

# %%
estimate = asyncio.run(
    program.estimate(
        x_train, y_train, n_samples=2, validation_split=0.25, batch_size=16, epochs=3
    )
)
print(estimate)

# %% [markdown]
# A mistake that can be known before the first call is reported before it: lengths that
# differ, targets that do not fit, a split that leaves a side empty, a misspelled
# monitor, a missing key.

# %%
try:
    asyncio.run(
        program.fit(
            x_train,
            y_train,
            callbacks=[synalinks.callbacks.EarlyStopping(monitor="val_rewrd")],
        )
    )
except ConfigurationError as error:
    print(error)
else:
    raise AssertionError

# %% [markdown]
# ## Fitting
#
# A batch is one step of the optimizer. Its samples are run with the program as it is;
# what they show becomes proposals; a proposal is raced against the program on samples
# that are not those it was made from, and kept only if it wins. At the end of an epoch
# the program is scored on the validation samples.
#
# * `batch_size`: samples per step. Larger batches show an optimizer more at a time.
# * `minibatch_size`: on how many samples a candidate first meets the program.
# * `validation_split` or `validation_data`: what a result is judged by. Samples that
#   training chose by are no proof, so keep some for a test at the end.

# %%
history = asyncio.run(
    program.fit(
        x_train,
        y_train,
        validation_split=0.25,
        batch_size=16,
        epochs=3,
        verbose=2,
    )
)
test = asyncio.run(program.evaluate(x_test, y_test, verbose=0))
print(f"on messages that training never saw: {test['reward']:.2f}")

# %% [markdown]
# The program returned is never one that scored lower on validation than the one that
# training began with.
#
# ## What happened
#
# `history.history` has one value per epoch. `history.usage` has calls, tokens, cost and
# seconds by phase; nothing measured once is paid for again, so a later epoch often
# costs less than the first. `history.candidates` has a row per proposal.

# %%
print(history.history["reward"])
print(history.history["val_reward"])
print(history.usage)
synalinks.utils.plot_history(history, to_file="training_history.png")

# %% [markdown]
# `epoch` begins at 0, as in Keras. `reward` is the mean over the training samples of
# the epoch, `val_reward` that over the validation samples.
#
# ## When calls fail
#
# One bad answer is data: the sample scores 0.0, is wrong in every metric, and is
# counted in `failed`. A provider that does not answer is not the program's fault: such
# a sample is not scored. A refused key, an unknown model, or a whole pass without one
# valid answer is an error, at once. `on_sample_error="raise"` and
# `max_failure_rate=0.2` are stricter.
#
# How many calls run at once is for the model to say, not for the batch:
# `LanguageModel(max_concurrency=...)`. By default it finds out what the provider
# allows.
#
# ## The same result twice
#
# `set_seed` decides what is drawn: the order of samples, the choice of examples, the
# races. The answers of a model are its own affair; with the same answers, a run with
# one call at a time and one with sixty-four give the same program.


# %%
async def trained_prompt() -> str:
    """Return the prompt after a short training."""
    synalinks.set_seed(7)
    program = await make_program()
    await program.fit(
        x_train[:64], y_train[:64], validation_split=0.25, batch_size=16, verbose=0
    )
    return program.trainable_variables[0].prettify_json()


assert asyncio.run(trained_prompt()) == asyncio.run(trained_prompt())

# %% [markdown]
# ## Predicting
#
# `predict` returns an array with one data model per input, in their order, and `None`
# where a sample failed.

# %%
predictions = asyncio.run(program.predict(x_test[:5], verbose=0))
print([prediction.get("intent") for prediction in predictions])

# %% [markdown]
# ## Going on
#
# A second `fit` goes on from what the first one learned. `fit(..., resume="folder")`
# keeps the run in a folder: run the same script again after a crash, and it continues
# where it stopped without paying for anything twice. That is the guide on surviving
# crashes.
