# %% [markdown]
# # Programs
#
# A program is a graph of modules, or a class of yours. It is called like a function,
# and has `compile`, `fit`, `evaluate`, `predict` and `save`. There are four ways to
# make one. The model is the small offline `embedded/learner`; set
# `SYNALINKS_GUIDE_MODEL` to use a real one.

# %%
import asyncio
import os
from typing import Literal

import synalinks

MODEL = os.environ.get("SYNALINKS_GUIDE_MODEL", "embedded/learner")


class Message(synalinks.DataModel):
    """A message of a customer."""

    text: str


class Topic(synalinks.DataModel):
    """What the message is about."""

    topic: Literal["billing", "delivery"]


class Mood(synalinks.DataModel):
    """How the customer feels."""

    mood: Literal["calm", "angry"]


# %% [markdown]
# ## 1. From symbols
#
# The usual way. `Input` is a symbol; a module called on a symbol returns another one.
# Nothing runs: the calls draw the graph. Modules that do not depend on each other run
# at the same time.


# %%
async def functional() -> synalinks.Program:
    """Return a program of two calls side by side."""
    message = synalinks.Input(data_model=Message)
    topic = await synalinks.Generator(
        data_model=Topic, language_model=MODEL, name="topic"
    )(message)
    mood = await synalinks.Generator(
        data_model=Mood, language_model=MODEL, name="mood"
    )(message)
    return synalinks.Program(
        inputs=message,
        outputs=topic + mood,
        name="reader",
        description="Reads a message of a customer.",
    )


program = asyncio.run(functional())
program.summary()
result = asyncio.run(program(Message(text="My invoice is wrong again!")))
assert set(result.keys()) == {"topic", "mood"}

# %% [markdown]
# Inputs and outputs may also be lists or dicts of symbols. The `description` is read by
# models: an optimizer shows it to the one that writes better instructions.
#
# ## 2. As a class with `call`
#
# For control flow that no graph can hold: loops, conditions on values, code of yours.
# Modules in attributes are found, and trained with the rest. A program given `None`
# returns `None`: that is how failures and branches not taken travel on.


# %%
class Careful(synalinks.Program):
    """Asks a second time if the first answer was about billing."""

    def __init__(self, language_model: str) -> None:
        super().__init__(name="careful")
        self.first = synalinks.Generator(
            data_model=Topic,
            language_model=language_model,
            instructions="billing: charged, paid, invoice. delivery: parcel, late.",
            name="first",
        )
        self.second = synalinks.Generator(
            data_model=Topic,
            language_model=language_model,
            instructions="Is it really about billing: charged, paid, invoice?",
            name="second",
        )

    async def call(self, inputs, training=False):
        """Return the topic."""
        if inputs is None:
            return None
        topic = await self.first(inputs, training=training)
        if topic is not None and topic.get("topic") == "billing":
            topic = await self.second(inputs, training=training)
        return topic


careful = Careful(MODEL)
print(asyncio.run(careful(Message(text="I was charged twice"))).get("topic"))
print([variable.path for variable in careful.trainable_variables])

# %% [markdown]
# ## 3. As a class with `build`
#
# A mixture: the class is configured like any module, and wires a graph for the inputs
# that it meets first.


# %%
class Triage(synalinks.Program):
    """Tells the topic of whatever it is given."""

    def __init__(self, language_model: str) -> None:
        super().__init__(name="triage")
        self.language_model = language_model

    async def build(self, inputs) -> None:
        """Wire the graph."""
        outputs = await synalinks.Generator(
            data_model=Topic, language_model=self.language_model, name="topic"
        )(inputs)
        super().__init__(inputs=inputs, outputs=outputs, name=self.name)


triage = Triage(MODEL)
print(asyncio.run(triage(Message(text="The parcel is late"))).get("topic"))

# %% [markdown]
# ## 4. One after the other

# %%
sequential = synalinks.Sequential(
    [
        synalinks.Input(data_model=Message),
        synalinks.Generator(data_model=Topic, language_model=MODEL, name="topic"),
    ],
    description="Tells the topic of a message.",
)
print(asyncio.run(sequential(Message(text="The courier never rang"))).get("topic"))

# %% [markdown]
# ## Programs are modules
#
# A program can be a part of another one. `get_module` finds a module at any depth, by
# its name or its path.


# %%
async def nested() -> synalinks.Program:
    """Return a program around a program."""
    inputs = synalinks.Input(data_model=Message)
    read = await program(inputs)
    only_topic = await synalinks.InMask(mask=["topic"])(read)
    return synalinks.Program(inputs=inputs, outputs=only_topic, name="outer")


outer = asyncio.run(nested())
assert outer.get_module(name="mood").name == "mood"

# %% [markdown]
# ## Saving
#
# A saved program is one JSON file: its modules, their wiring, its variables, and how it
# was compiled. It holds no code and no key. Classes of your own are found again by
# their registered name.

# %%
program.save("reader.json")
loaded = synalinks.Program.load("reader.json")
message = Message(text="Where is it?")
assert asyncio.run(loaded(message)) == asyncio.run(program(message))

program.save_variables("reader.variables.json")
program.load_variables("reader.variables.json")
print(program.to_json()[:40], "...")
