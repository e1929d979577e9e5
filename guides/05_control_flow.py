# %% [markdown]
# # Control flow
#
# Programs branch, guard, run side by side and join again. In a graph this is done with
# missing values: what is not taken is `None`, and `None` travels on. It runs offline
# with `embedded/learner`; set `SYNALINKS_GUIDE_MODEL` to use a real model.

# %%
import asyncio
import os
from typing import Literal

import synalinks

MODEL = os.environ.get("SYNALINKS_GUIDE_MODEL", "embedded/learner")


class Message(synalinks.DataModel):
    """A message of a customer."""

    text: str


class Refund(synalinks.DataModel):
    """What to do about money."""

    action: Literal["refund", "explain"]


class Trace(synalinks.DataModel):
    """What to do about a parcel."""

    step: Literal["ask the courier", "send again"]


# %% [markdown]
# ## Side by side
#
# Modules that do not need each other's output run at the same time. Two calls cost the
# time of one.
#
# ## A decision
#
# `Decision` answers a question with one of the labels. `Branch` also runs the module of
# the label that was chosen; the others are not run, cost nothing, and give `None`. `|`
# takes the one that is there.


# %%
async def make_program() -> synalinks.Program:
    """Return a program that takes one of two ways."""
    inputs = synalinks.Input(data_model=Message)
    refund, trace = await synalinks.Branch(
        question="What is the message about?",
        labels=["money", "parcel"],
        instructions="- money: charged, invoice\n- parcel: late, courier",
        branches=[
            synalinks.Generator(data_model=Refund, language_model=MODEL, name="refund"),
            synalinks.Generator(data_model=Trace, language_model=MODEL, name="trace"),
        ],
        language_model=MODEL,
        name="branch",
    )(inputs)
    return synalinks.Program(inputs=inputs, outputs=refund | trace, name="desk")


program = asyncio.run(make_program())
money = asyncio.run(program(Message(text="I was charged twice")))
parcel = asyncio.run(program(Message(text="The parcel is late")))
print(money.get_json())
print(parcel.get_json())
assert ("action" in money) != ("step" in money)

# %% [markdown]
# The decision is in the output with the branch; `return_decision=False` leaves it out,
# and `inject_decision=False` hides it from the branches.
#
# ## Guards
#
# A guard looks at the inputs and stops what must not go on. `^` is the tool: if the
# warning is there, the inputs become `None`, the generator is not asked, and `|` gives
# the warning as the answer. `Lambda` costs nothing, so that a guard can be plain code.


# %%
class Refusal(synalinks.DataModel):
    """Why a message is not answered."""

    warning: str


def find_secret(inputs):
    """Return a warning if there is a card number in the text, else None."""
    digits = sum(character.isdigit() for character in inputs.get("text"))
    return {"warning": "Please do not send card numbers."} if digits >= 12 else None


async def make_guarded() -> synalinks.Program:
    """Return a program that answers no message with a card number in it."""
    inputs = synalinks.Input(data_model=Message)
    warning = await synalinks.Lambda(find_secret, data_model=Refusal, name="guard")(
        inputs
    )
    allowed = warning ^ inputs
    answer = await synalinks.Generator(
        data_model=Refund, language_model=MODEL, name="refund"
    )(allowed)
    return synalinks.Program(inputs=inputs, outputs=warning | answer, name="guarded")


guarded = asyncio.run(make_guarded())
refused = asyncio.run(guarded(Message(text="My card is 4111 1111 1111 1111")))
answered = asyncio.run(guarded(Message(text="I was charged twice")))
assert refused.get("warning") is not None
assert answered.get("action") is not None

# %% [markdown]
# ## Several opinions
#
# Two generators side by side, joined with `+` if both must have answered, with `&` if
# the result is of use only with both, or with `|` if one is enough. `factorize` turns
# what they say into a list.


# %%
async def make_panel() -> synalinks.Program:
    """Return a program that asks two experts."""
    inputs = synalinks.Input(data_model=Message)
    experts = [
        await synalinks.Generator(
            data_model=Refund,
            language_model=MODEL,
            instructions=f"You are {who}. Decide.",
            name=f"expert_{index}",
        )(inputs)
        for index, who in enumerate(["generous", "strict"])
    ]
    opinions = await synalinks.And()(experts)
    outputs = opinions.factorize()
    return synalinks.Program(inputs=inputs, outputs=outputs, name="panel")


panel = asyncio.run(make_panel())
opinions = asyncio.run(panel(Message(text="I was charged twice")))
assert len(opinions.get("actions")) == 2

# %% [markdown]
# ## Loops
#
# A graph has no cycle. Where a loop is needed, write a program with `call`, as in the
# guide on programs: ordinary Python, bounded by you.
