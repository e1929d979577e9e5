# %% [markdown]
# # Getting started
#
# This guide trains a small program on real sentences, offline. It takes a few seconds
# and no key: the model is `embedded/learner`, a small in-process learner that stands
# in for a language model. Set `SYNALINKS_GUIDE_MODEL=openai/gpt-4o-mini` (or any
# other `provider/name`) to run the same cells against a real one.

# %%
import asyncio
import os

import synalinks

MODEL = os.environ.get("SYNALINKS_GUIDE_MODEL", "embedded/learner")

# %% [markdown]
# ## Data
#
# Data models are pydantic models. What goes in and what comes out of a program is
# described by them, and a model's answer is checked against them before you see it.
# The messages are part of the library; their answers are one of eight intents.

# %%
messages = synalinks.datasets.support_messages
(x_train, y_train), (x_test, y_test) = messages.load_data()
print(x_train[0].get("text"))
print(y_train[0].get("intent"))

# %% [markdown]
# ## A program
#
# `Input` says what data the program takes, a module called on it says what becomes of
# it. Nothing is run yet: the calls record a graph.


# %%
async def make_program() -> synalinks.Program:
    """Return a program of one language-model call."""
    inputs = synalinks.Input(data_model=messages.get_input_data_model())
    outputs = await synalinks.Generator(
        data_model=messages.get_output_data_model(),
        language_model=MODEL,
        instructions="Classify the message by its intent.",
        name="classifier",
    )(inputs)
    return synalinks.Program(
        inputs=inputs,
        outputs=outputs,
        name="triage",
        description="Tells what a customer wants.",
    )


program = asyncio.run(make_program())
program.summary()

# %% [markdown]
# In a notebook you can `await` at the top level: write `program = await
# make_program()`.
#
# A program is called like a function, with an instance of its data model.

# %%
message = messages.get_input_data_model()(text="where is my parcel??")
answer = asyncio.run(program(message))
print(answer.get("intent"))

# %% [markdown]
# ## Training
#
# What can be trained is JSON: here the instructions and the few-shot examples of the
# prompt. `RandomFewShot` collects the program's own right answers as examples, and
# keeps a set of them only if it does better on samples held out for validation.

# %%
program.compile(
    optimizer=synalinks.optimizers.RandomFewShot(
        nb_min_examples=16, nb_max_examples=32
    ),
    reward=synalinks.rewards.ExactMatch(),
    metrics=[synalinks.metrics.CategoricalF1Score(average="macro", name="f1")],
)
before = asyncio.run(program.evaluate(x_test, y_test, verbose=0))
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
after = asyncio.run(program.evaluate(x_test, y_test, verbose=0))
assert after["reward"] > before["reward"]

# %% [markdown]
# ## What was learned
#
# The trained variable is there to be read, and to be saved.

# %%
variable = program.trainable_variables[0]
print(variable.path)
print(len(variable.get("examples")) >= 16)

program.save("triage.json")
loaded = synalinks.Program.load("triage.json")
same = asyncio.run(loaded(message))
assert same == asyncio.run(program(message))
