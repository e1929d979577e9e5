# %% [markdown]
# # Modules
#
# A module takes data models and returns data models. Some of them call a language
# model; most do not. This guide shows the ones that come with the library, and how to
# write your own. It runs offline with `embedded/learner`; set `SYNALINKS_GUIDE_MODEL`
# to use a real model.

# %%
import asyncio
import os
from typing import Literal

import synalinks
from synalinks.errors import ConfigurationError

MODEL = os.environ.get("SYNALINKS_GUIDE_MODEL", "embedded/learner")


class Message(synalinks.DataModel):
    """A message of a customer."""

    text: str


class Topic(synalinks.DataModel):
    """What the message is about."""

    topic: Literal["billing", "delivery"]


message = Message(text="I was charged twice")

# %% [markdown]
# ## Generator
#
# One call of a language model. Its answer has the schema you ask for: a provider that
# can be held to a schema is, any other is told it, and every answer is checked before
# you see it. What is wrong is asked for again, at most twice.

# %%
generator = synalinks.Generator(
    data_model=Topic,
    language_model=MODEL,
    instructions="Say what the message is about.",
    examples=[({"text": "Where is my parcel?"}, {"topic": "delivery"})],
    name="topic",
)
answer = asyncio.run(generator(message))
print(answer.get("topic"))

# %% [markdown]
# Instructions and examples are the module's variable. Optimizers change it; so can you.

# %%
state = generator.state
print(state.path, "-", state.get("instructions"))
assert len(state.get("examples")) == 1

# %% [markdown]
# The prompt is a Jinja2 template, which can be replaced. Data are put into it as JSON
# and never read as a template, so nothing that a customer writes can change it.

# %%
print(synalinks.default_prompt_template()[:60], "...")

# %% [markdown]
# `return_inputs=True` returns the inputs with the answer. Without `data_model` the
# answer is free text, a `ChatMessage`. `ChainOfThought` is a generator that thinks
# first: it puts a `thinking` field before the others.

# %%
thoughtful = synalinks.ChainOfThought(
    data_model=Topic, language_model=MODEL, name="thoughtful"
)
answer = asyncio.run(thoughtful(message))
assert list(answer.keys()) == ["thinking", "topic"]

# %% [markdown]
# ## Modules that call nothing
#
# `Concat`, `And`, `Or`, `Xor` and `Not` are the operators on data models, `InMask` and
# `OutMask` choose fields, `Identity` passes on what it gets. `Lambda` is a function of
# yours: say what it returns, so that the graph can be checked.


# %%
class Shouted(synalinks.DataModel):
    """A text in capitals."""

    text: str


shout = synalinks.Lambda(
    lambda inputs: {"text": inputs.get("text").upper()}, data_model=Shouted
)
print(asyncio.run(shout(message)).get("text"))

# %% [markdown]
# ## A module of your own
#
# Derive from `Module`. Make inner modules and variables in `__init__`; write `call`,
# and change nothing of `self` in it, for many samples are under way at the same time.
# The first line of the docstring is the description that models read.


# %%
@synalinks.saving.register_synalinks_serializable(package="guide")
class Vote(synalinks.Module):
    """Asks several times and takes the answer given most often.

    Costs `n_votes` LM calls.
    """

    def __init__(self, *, language_model: str, n_votes: int = 3, **options) -> None:
        super().__init__(**options)
        if n_votes < 1:
            msg = f"`n_votes` is {n_votes}. Expected 1 or more."
            raise ConfigurationError(msg)
        self.n_votes = n_votes
        self.voter = synalinks.Generator(
            data_model=Topic, language_model=language_model, name="voter"
        )

    async def call(self, inputs, training=False):
        """Return the answer given most often; None if none was."""
        if inputs is None:
            return None
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self.voter(inputs, training=training))
                for _ in range(self.n_votes)
            ]
        votes = [task.result() for task in tasks if task.result() is not None]
        topics = [vote.get("topic") for vote in votes]
        if not topics:
            return None
        return votes[topics.index(max(topics, key=topics.count))]

    async def compute_output_spec(self, inputs, training=False):
        """Return the schema of the output: that of one vote."""
        return await self.voter(inputs)


vote = Vote(language_model=MODEL, name="vote")
print(asyncio.run(vote(message)).get("topic"))
print([variable.path for variable in vote.trainable_variables])

# %% [markdown]
# In a graph it is like any other. What its output looks like is found by running `call`
# on symbols; `Vote` counts values, which symbols do not have, so it has a
# `compute_output_spec`. It is saved by its registered name, and its arguments are
# remembered without a `get_config`.


# %%
async def wired() -> synalinks.Program:
    """Return a program with the module in it."""
    inputs = synalinks.Input(data_model=Message)
    return synalinks.Program(inputs=inputs, outputs=await vote(inputs), name="voting")


program = asyncio.run(wired())
program.save("voting.json")
loaded = synalinks.Program.load("voting.json")
assert loaded.get_module(name="vote").n_votes == 3
