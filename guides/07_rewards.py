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
