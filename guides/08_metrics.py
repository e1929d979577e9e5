# %% [markdown]
# # Metrics
#
# The reward is what training raises. Metrics are what you watch beside it: how good the
# predictions are, and what they cost. This guide runs offline with `embedded/learner`;
# set `SYNALINKS_GUIDE_MODEL` to use a real model.

# %%
import asyncio
import os

import synalinks

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
    return synalinks.Program(inputs=inputs, outputs=outputs, name="triage")


# %% [markdown]
# ## Counting right answers
#
# Metrics are named in `compile`, as objects, by name, or as functions of yours. Their
# names are the keys of the logs; with `val_` before them for validation.


# %%
async def is_refund(y_true, y_pred):
    """Return 1.0 where both speak of a refund or neither does."""
    return float(
        (y_true.get("intent") == "refund") == (y_pred.get("intent") == "refund")
    )


program = asyncio.run(make_program())
program.compile(
    reward="exact_match",
    metrics=[
        synalinks.metrics.CategoricalAccuracy(name="accuracy"),
        synalinks.metrics.CategoricalF1Score(average="macro", name="f1"),
        synalinks.metrics.MeanMetricWrapper(is_refund, name="refunds_found"),
        synalinks.metrics.TotalTokens(name="tokens"),
        synalinks.metrics.AvgLatency(name="latency_s"),
    ],
)
print(program.metric_keys())
logs = asyncio.run(program.evaluate(x_test, y_test, verbose=0))
for name, value in logs.items():
    print(f"{name:14} {value:.3f}")

# %% [markdown]
# A sample whose call failed counts as wrong in every metric, and is counted in
# `failed`. A metric that left it out would choose the broken epoch as the best.
#
# ## Which one
#
# | answers | metrics |
# |---|---|
# | one of a few values | `CategoricalAccuracy`, `CategoricalF1Score`, ... |
# | yes or no, or a number with a `threshold` | `BinaryAccuracy`, `BinaryF1Score`, ... |
# | text, by its words | `Accuracy`, `F1Score`, `Precision`, `Recall` |
# | lists | `ListF1Score`, `ListFBetaScore` |
# | several runs of one problem | `PassAtK`, `PassHatK`, `GapK` |
# | what it took | `Cost`, `TotalTokens`, `AvgLatency`, `FailedCalls`, ... |
#
# Metrics of several fields are one number, the mean over fields; `result_by_field()`
# has them apart, and masks choose fields.
#
# What a model takes is counted by phase: `Cost` is of the program's own calls,
# `RewardCost` of judges, `OptimizerCost` of proposals. A model without a known price
# has a cost that is not known: NaN, never 0.
#
# ## One of your own
#
# What a metric gathers is kept in a variable: so it is reset at the start of an epoch,
# and saved and restored with the run.


# %%
class Longest(synalinks.DataModel):
    """The greatest number of characters so far."""

    n_characters: int = 0


class LongestAnswer(synalinks.metrics.Metric):
    """The number of characters of the longest intent that was answered."""

    direction = "down"

    def __init__(self, name: str = "longest", **options) -> None:
        super().__init__(name=name, **options)
        self.longest = self.add_variable(data_model=Longest, name="longest")

    async def update_state(self, y_true, y_pred):
        """Count one sample in; a failed one has no prediction."""
        if y_pred is not None:
            n_characters = len(y_pred.get("intent"))
            if n_characters > self.longest.get("n_characters"):
                self.longest.update({"n_characters": n_characters})

    def result(self):
        """Return the number."""
        return float(self.longest.get("n_characters"))


program.compile(reward="exact_match", metrics=[LongestAnswer()])
logs = asyncio.run(program.evaluate(x_test[:16], y_test[:16], verbose=0))
print(logs["longest"])
assert logs["longest"] > 0
