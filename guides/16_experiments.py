# %% [markdown]
# # Experiments
#
# Which optimizer is best for a program? One run of each does not tell: another seed, or
# other test samples, and the order may be another. An `Experiment` trains each
# candidate, called an arm, several times, scores all runs on the same samples, and says
# which differences are more than chance. It runs offline, with the small
# `embedded/learner` in place of a language model.

# %%
import asyncio
import os
from pathlib import Path

import synalinks
from synalinks import Arm, Benchmark, Experiment

MODEL = os.environ.get("SYNALINKS_GUIDE_MODEL", "embedded/learner")
messages = synalinks.datasets.support_messages
(x_train, y_train), (x_test, y_test) = messages.load_data()

# %% [markdown]
# ## Arms
#
# A function makes the program, afresh for each run; a program would be copied.
# `Arm.grid({"optimizer": [...], "batch_size": [8, 16]}, ...)` makes an arm for each
# combination of values, which are parts, arguments of `fit`, or arguments of the
# function.


# %%
async def make_program() -> synalinks.Program:
    """Return a classifier of support messages."""
    inputs = synalinks.Input(data_model=messages.get_input_data_model())
    outputs = await synalinks.Generator(
        data_model=messages.get_output_data_model(),
        language_model=MODEL,
        instructions="Classify the message by its intent.",
    )(inputs)
    return synalinks.Program(inputs=inputs, outputs=outputs)


OPTIMIZERS = {
    "random": synalinks.optimizers.RandomFewShot(nb_max_examples=16),
    "bootstrap": synalinks.optimizers.BootstrapFewShot(nb_max_examples=16),
    "gepa": synalinks.optimizers.GEPA(),
}
arms = [
    Arm(name, make_program, optimizer, reward="exact_match")
    for name, optimizer in OPTIMIZERS.items()
]

# %% [markdown]
# ## Replicates and benchmarks
#
# `n_repeats` trains each arm with as many seeds. A `Benchmark` is a named data set on
# which every run is scored when it is trained, in groups too if you like; with
# `every="1ep"` also while it is. Nothing is chosen by it, so that its scores stay
# honest.

# %%
benchmark = Benchmark("test", x_test, y_test, breakdowns={"intent": "intent"})


def make_experiment(callbacks=()) -> Experiment:
    """Return the experiment, as a script does that is run again."""
    return Experiment(
        "optimizers",
        arms,
        list(callbacks),
        n_repeats=3,
        seed=1,
        max_concurrency=2,
        benchmarks=[benchmark],
        fit={
            "x": x_train[:160],
            "y": y_train[:160],
            "validation_split": 0.25,
            "batch_size": 40,
            "epochs": 1,
        },
    )


result = asyncio.run(make_experiment().run())
result.summary()

# %% [markdown]
# The intervals come from a bootstrap over samples and replicates; pairs of arms are
# compared on the same samples, and p-values allow for the number of comparisons. Where
# nothing is shown, that is what the table says: more samples or more replicates may
# show more. With one replicate nothing is known of how trainings differ: what is shown
# holds for these trained programs only, at a level of 0.025 instead of 0.05. Two know
# little of it, and show less than one would; take three or more. Name the baseline
# before you look: the best of many is partly luck.

# %%
for comparison in result.compare(baseline="gepa"):
    print(comparison)
frame = result.to_dataframe()
print(frame[["arm", "seed", "status", "score", "calls"]])
result.plot("experiment.png")
assert len(frame) == 9
assert set(frame["status"]) == {"completed"}

# %% [markdown]
# ## What is on disk
#
# All is in `experiments/optimizers`, with a folder for each run: its journal and
# snapshots, the program it came to, and a line for each sample of the benchmark. An
# experiment that was killed is gone on with by running the script again: what has ended
# is not run again, and no answer is paid for twice. `synalinks runs` lists experiments
# and their runs.

# %%
again = asyncio.run(make_experiment().run())
assert again.scores() == result.scores()
lines = Path("experiments/optimizers/runs").glob("*/predictions/test.jsonl")
print(len(list(lines)), "files of predictions")

# %% [markdown]
# ## Callbacks
#
# Callbacks are copied for each run. One with `scope = "experiment"` is shared by all:
# a budget with that scope holds for the experiment as a whole. A function of the
# `RunContext` makes a callback with files of its own. Six more hooks tell of an
# experiment, its groups, runs and benchmarks.


# %%
class Announcer(synalinks.callbacks.Callback):
    """Prints how each run has ended."""

    scope = "experiment"

    def on_run_end(self, ctx, run_result, arm):
        """Print it."""
        print(f"{ctx.run_key}: {arm.status}, {arm.score('test.reward'):.2f}")


small = Experiment(
    "budget",
    [Arm("few_shot", make_program, "random_few_shot", reward="exact_match")],
    [
        Announcer(),
        synalinks.callbacks.BudgetStopping(max_calls=2000, scope="experiment"),
        lambda ctx: synalinks.callbacks.CSVLogger(ctx.output_dir / "log.csv"),
    ],
    benchmarks=[benchmark],
    fit={"x": x_train[:48], "y": y_train[:48], "batch_size": 16},
)
asyncio.run(small.run())

# %% [markdown]
# With `synalinks.callbacks.Monitor`, MLflow has a run for the experiment, and one below
# it for each run of an arm.
#
# ## Searching
#
# `search` lets optuna choose the arms, one after the other (`pip install optuna`). What
# may vary has the names of `Arm.grid`; a pruner may end trials that look bad. A search
# is on disk too, and `n_trials` may grow.

# %%
search = Experiment(
    "search",
    [Arm("arm", make_program, "random_few_shot", reward="exact_match")],
    benchmarks=[benchmark],
    fit={"x": x_train[:48], "y": y_train[:48], "validation_split": 0.25},
)
found = asyncio.run(search.search({"batch_size": [8, 16, 24]}, n_trials=3))
best = next(one for one in found.arms if one.arm == found.best_arm)
print(found.best_score, best.config)

# %% [markdown]
# ## More than one machine
#
# `Experiment(..., executor="ray")` runs each run in a worker of a Ray cluster (`pip
# install 'ray>=2.40'`), `executor=RayExecutor(address="...")` on one that is there.
# Workers share the folder of the experiment; the limits on calls in flight are divided
# by `max_concurrency`, and a worker that dies has its run gone on with by another.
# They have the default models of the session, but read keys from their environment. A
# budget with the scope `experiment` holds over all of them; other callbacks of that
# scope have the hooks of experiments only.
