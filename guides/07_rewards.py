# %% [markdown]
# # Rewards
#
# The reward says how good a prediction is. It is the one number that training raises,
# so the time spent on it is spent well. This guide runs offline with
# `embedded/learner`; set `SYNALINKS_GUIDE_MODEL` to use a real model.

# %%
import asyncio
import os

import synalinks
from synalinks.rewards import Score

MODEL = os.environ.get("SYNALINKS_GUIDE_MODEL", "embedded/learner")


class Reply(synalinks.DataModel):
    """What we write to a customer."""

    topic: str
    text: str


expected = Reply(topic="billing", text="We have sent the money back.")
got = Reply(topic="billing", text="We sent your money back.")

# %% [markdown]
# ## Exact match
#
# 1.0 if target and prediction are equal, else 0.0. Masks say which fields count.

# %%
reward = synalinks.rewards.ExactMatch(in_mask=["topic"])
assert asyncio.run(reward(expected, got)) == 1.0
assert asyncio.run(synalinks.rewards.ExactMatch()(expected, got)) == 0.0

# %% [markdown]
# A prediction that is missing, because the call failed or its branch was not taken,
# scores 0.0 and no reward is asked. A provider that did not answer at all is another
# matter: such a sample is not scored, and if all fail the run stops.
#
# ## A function of yours
#
# `compile(reward=...)` takes any `async` function of target and prediction. It returns
# a finite number, higher is better; NaN is an error, not a silent zero.


# %%
async def overlap(y_true, y_pred):
    """Return the share of the target's words that the prediction has."""
    wanted = set(y_true.get("text").lower().split())
    return len(wanted & set(y_pred.get("text").lower().split())) / len(wanted)


print(asyncio.run(synalinks.rewards.RewardFunctionWrapper(overlap)(expected, got)))

# %% [markdown]
# ## Say why
#
# An optimizer that writes instructions learns more from words than from numbers. Return
# a `Score` with feedback; `per_module` tells single modules of a program, by their
# path, what was their part.


# %%
@synalinks.saving.register_synalinks_serializable(package="guide")
class Brevity(synalinks.rewards.Reward):
    """1.0 for replies of up to `max_words` words, less for longer ones."""

    def __init__(self, max_words: int = 8, **options) -> None:
        super().__init__(**options)
        self.max_words = max_words

    async def call(self, y_true, y_pred):
        """Return the score, and what is wrong with the reply."""
        n_words = len(y_pred.get("text").split())
        if n_words <= self.max_words:
            return 1.0
        return Score(
            self.max_words / n_words,
            f"The reply has {n_words} words; {self.max_words} are enough.",
        )


score = asyncio.run(Brevity(max_words=4).score(expected, got))
print(score.value, score.feedback)
assert score.value < 1.0

# %% [markdown]
# A registered class is saved with the program. A function is, too, if it is registered;
# otherwise the program loads without its reward, and says so.
#
# ## Several at once
#
# `ComposableReward` weighs several rewards. Keep the parts as metrics, too, so that you
# see which one moved.

# %%
both = synalinks.rewards.ComposableReward(
    [synalinks.rewards.ExactMatch(in_mask=["topic"]), Brevity(max_words=4)],
    weights=[3.0, 1.0],
)
print(asyncio.run(both(expected, got)))

# %% [markdown]
# ## A reward for each output
#
# A program of several outputs takes a list of rewards, one per output, and their
# weights: the reward is the weighted mean, here `(2 * match + 1 * brevity) / 3`. A
# target is then a list, too. `metrics` may be a list per output as well.


# %%
class Topic(synalinks.DataModel):
    """What a message is about."""

    topic: str


class Text(synalinks.DataModel):
    """A text."""

    text: str


async def make_program() -> synalinks.Program:
    """Return a program that names the topic and writes the reply."""
    inputs = synalinks.Input(data_model=Text)
    topic = await synalinks.Generator(data_model=Topic, language_model=MODEL)(inputs)
    reply = await synalinks.Generator(data_model=Reply, language_model=MODEL)(inputs)
    program = synalinks.Program(inputs=inputs, outputs=[topic, reply], name="clerk")
    program.compile(
        reward=["exact_match", Brevity(max_words=4)],
        reward_weights=[2.0, 1.0],
        metrics=[["accuracy"], []],
        optimizer="random_few_shot",
    )
    return program


program = asyncio.run(make_program())
x = [Text(text="I was charged twice"), Text(text="Where is my parcel?")]
y = [[Topic(topic="billing"), expected], [Topic(topic="delivery"), expected]]
asyncio.run(program.fit(x, y, validation_data=(x, y), epochs=1, verbose=0))
logs = asyncio.run(program.evaluate(x, y, verbose=0))
print(logs)
assert 0.0 <= logs["reward"] <= 1.0

# %% [markdown]
# ## Comparing a whole batch
#
# `BatchReward` sees all targets and predictions of a batch: for ranks, or for a service
# that scores many at once.


# %%
class Shortest(synalinks.rewards.BatchReward):
    """1.0 for the shortest reply of the batch, 0.0 for the others."""

    async def compute_batch(self, y_true, y_pred):
        """Return one number per prediction."""
        lengths = [len(reply.get("text")) for reply in y_pred]
        return [float(length == min(lengths)) for length in lengths]


# %% [markdown]
# ## A model as judge
#
# Where no code can tell, a model can. A judge costs LM calls, which are counted apart
# (`history.usage` has the phase `reward`), and each prediction is judged once: what was
# scored is not scored again in a later epoch if nothing of it changed.
#
# `LMAsJudge` compares a prediction with its target; what it criticises is the feedback
# that optimizers read.

# %%
judge = synalinks.rewards.LMAsJudge(
    language_model=MODEL,
    instructions="Does the reply say what the gold reply says?",
)
verdict = asyncio.run(judge.score(expected, got))
print(verdict.value, verdict.feedback)
assert 0.0 <= verdict.value <= 1.0

# %% [markdown]
# Rubrics are judges for one question each, with their instructions written already:
# `synalinks.rewards.list_rubrics()` names them. `ProgramAsJudge` makes a reward of a
# program of yours, which can be trained like any other.

# %%
print(synalinks.rewards.list_rubrics()[:5])
