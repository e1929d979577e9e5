# %% [markdown]
# # Trainable variables
#
# What training changes is JSON. A `Generator` has one variable, with its instructions
# and its few-shot examples. This guide shows how to read and set it, how to freeze it,
# and how to make variables with a schema of your own. It runs offline with
# `embedded/learner`; set `SYNALINKS_GUIDE_MODEL` to use a real model.

# %%
import asyncio
import os
from typing import Literal

import synalinks
from synalinks import optimizers

MODEL = os.environ.get("SYNALINKS_GUIDE_MODEL", "embedded/learner")


class Message(synalinks.DataModel):
    """A message of a customer."""

    text: str


class Topic(synalinks.DataModel):
    """What the message is about."""

    topic: Literal["billing", "delivery"]


async def make_program() -> synalinks.Program:
    """Return a program of one call."""
    inputs = synalinks.Input(data_model=Message)
    outputs = await synalinks.Generator(
        data_model=Topic,
        language_model=MODEL,
        instructions="Say what the message is about.",
        seed_instructions=["Billing or delivery? Look for parcels and invoices."],
        name="topic",
    )(inputs)
    return synalinks.Program(inputs=inputs, outputs=outputs, name="triage")


program = asyncio.run(make_program())

# %% [markdown]
# ## Reading and setting
#
# A variable is known by its path: the names of the modules around it, and its own. That
# is its place in saved files and in the logs of optimizers, so give your modules names.

# %%
(variable,) = program.trainable_variables
assert variable.path == "topic/state_topic"
print(variable.get("instructions"))

variable.update({"instructions": "Is it about money or about a parcel?"})
assert program.get_module(name="topic").state.get("instructions").startswith("Is it")

# %% [markdown]
# The schema is checked when you write, so a value that no prompt could be made of does
# not get in. `seed_candidates` are values that optimizers start from, beside the
# present one: prompts that you or somebody else found good.

# %%
print(variable.get("seed_candidates"))
print(sorted(variable.get_json()))

# %% [markdown]
# The other fields are bookkeeping: predictions of the epoch, candidates, the value kept
# at the end of each epoch. What is learned is `instructions` and `examples`.
#
# ## Freezing
#
# `trainable = False` keeps optimizers away from a module and all below it.

# %%
module = program.get_module(name="topic")
module.trainable = False
assert program.trainable_variables == []
module.trainable = True

# %% [markdown]
# ## A schema of your own
#
# Derive from `Trainable` and add what is to be learned. Every field needs a default.
# The docstring and the descriptions tell the model that proposes values what they are
# for. Here a module has no language model at all: what it learns is a list of words.


# %%
class Keywords(synalinks.Trainable):
    """Words that tell that a message is about a parcel."""

    words: list[str] = synalinks.Field(
        default=["parcel"], description="Lower-case words, each of them a hint"
    )


class KeywordTopic(synalinks.Module):
    """Tells the topic by its keywords. Costs no call."""

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self.keywords = self.add_variable(data_model=Keywords, name="keywords")

    async def call(self, inputs, training=False):
        """Return the topic."""
        if inputs is None:
            return None
        words = set(inputs.get("text").lower().split())
        is_delivery = bool(words & set(self.keywords.get("words")))
        topic = Topic(topic="delivery" if is_delivery else "billing")
        return topic.to_json_data_model()

    async def compute_output_spec(self, inputs, training=False):
        """Return the schema of the output."""
        return Topic.to_symbolic_data_model()


# %% [markdown]
# Any optimizer can train it. This one proposes one more word of a message that went
# wrong, and costs nothing; the guide on optimizers has those that ask a model.


# %%
class AddWord(optimizers.Optimizer):
    """Add a word of a sample that got no reward."""

    async def propose(self, step: optimizers.StepView):
        """Return one candidate per step."""
        wrong = [rollout for rollout in step.rollouts if rollout.reward == 0.0]
        if not wrong:
            return []
        (path,) = self.incumbent.values
        value = self.incumbent.values[path]
        random = step.random("word")
        text = random.choice(wrong).inputs.get("text").lower()
        words = [*value["words"], random.choice(text.split())]
        return [
            optimizers.Candidate(
                values={path: {**value, "words": words}},
                origin="mutation",
                parents=(self.incumbent.digest,),
            )
        ]


TEXTS = [
    ("i was charged twice", "billing"),
    ("the courier never rang", "delivery"),
    ("my card was declined", "billing"),
    ("a courier left it outside", "delivery"),
    ("send me the invoice", "billing"),
    ("no courier came today", "delivery"),
] * 4


async def train() -> None:
    """Train the words."""
    inputs = synalinks.Input(data_model=Message)
    module = KeywordTopic(name="by_words")
    program = synalinks.Program(inputs=inputs, outputs=await module(inputs))
    program.compile(optimizer=AddWord(), reward="exact_match")
    history = await program.fit(
        [Message(text=text) for text, _ in TEXTS],
        [Topic(topic=topic) for _, topic in TEXTS],
        validation_split=0.5,
        batch_size=6,
        epochs=6,
        verbose=0,
    )
    print(history.history["val_reward"])
    print(program.trainable_variables[0].get("words"))
    assert history.history["val_reward"][-1] > 0.5


asyncio.run(train())
