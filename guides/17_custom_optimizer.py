# %% [markdown]
# # Writing an optimizer
#
# An optimizer gets data and returns data. It never calls the program and never writes a
# variable: training asks it for candidates, runs them, tells it the rewards, and puts
# the winner to use. So one of your own is short: what it has to write is `propose`. The
# race against the program as it is, the ledger in which nothing is measured twice, the
# log and the state come with the base class.
#
# This guide writes one and holds it to the promises of all. It runs offline, with the
# small `embedded/learner` in place of a language model; set `SYNALINKS_GUIDE_MODEL` to
# use a real one.

# %%
import asyncio
import os

import synalinks
from synalinks import optimizers

MODEL = os.environ.get("SYNALINKS_GUIDE_MODEL", "embedded/learner")
messages = synalinks.datasets.support_messages
(x_train, y_train), _ = messages.load_data()

# %% [markdown]
# ## What it sees, and what it returns
#
# `propose` is given the step: `step.rollouts` are the samples of the batch, run with
# the program as it is and scored, with the calls that its modules made and what the
# reward said. `step.random(...)` is a random stream that is named, and repeats with the
# seed. `self.incumbent` is the program as it is: a value for the path of each variable.
# A candidate is the same with other values, and names its parents.
#
# This one climbs: it tries the prompt with one example more, a right answer of the
# batch, or with one less.


# %%
class HillClimbing(optimizers.Optimizer):
    """Try the prompt with one example more, or with one less.

    Costs no LM call to propose, and at most `n_candidates + 1` passes over the
    validation samples in a step.

    Args:
        n_candidates: How many changes are tried in a step.
    """

    def __init__(self, *, n_candidates: int = 2, **options) -> None:
        super().__init__(**options)
        self.n_candidates = n_candidates
        self._tried: list[str] = []

    async def propose(self, step: optimizers.StepView):
        """Return some neighbours of the program that were not tried yet."""
        neighbours = [
            self._with(path, examples)
            for path, value in self.incumbent.values.items()
            for examples in self._changed(path, value["examples"], step)
        ]
        new = [one for one in neighbours if one.digest not in self._tried]
        chosen = step.random("change").sample(new, min(len(new), self.n_candidates))
        self._tried += [one.digest for one in chosen]
        return chosen

    def _changed(self, path: str, examples: list, step: optimizers.StepView):
        for index in range(len(examples)):
            yield [*examples[:index], *examples[index + 1 :]]
        right = [one for one in step.rollouts if one.reward == 1.0]
        for call in (call for one in right for call in one.calls):
            example = {"inputs": call.inputs, "outputs": call.outputs}
            if call.variable_path == path and example not in examples:
                yield [*examples, example]

    def _with(self, path: str, examples: list) -> optimizers.Candidate:
        value = {**self.incumbent.values[path], "examples": examples}
        return optimizers.Candidate(
            values={**self.incumbent.values, path: value},
            origin="neighbour",
            parents=(self.incumbent.digest,),
        )

    def state_dict(self):
        """Return what is to be known after a restart."""
        return {**super().state_dict(), "tried": list(self._tried)}

    def load_state_dict(self, state) -> None:
        """Go on from there."""
        super().load_state_dict(state)
        self._tried = list(state["tried"])


# %% [markdown]
# What is remembered belongs into `state_dict`, as JSON: a run that dies then goes on as
# if it had not. A set of texts has another order in each process: keep lists, or sort.
#
# ## Training with it
#
# The program begins with examples of which a few have the wrong answer, as happens
# where they come from logs.


# %%
def examples():
    """Return inputs with their answers; every third one is wrong."""
    pairs = list(zip(x_train[:9], y_train[:9], strict=True))
    wrong = {index: pairs[index - 1][1] for index in range(2, 9, 3)}
    return [(x, wrong.get(index, y)) for index, (x, y) in enumerate(pairs)]


async def make_program() -> synalinks.Program:
    """Return a classifier of support messages."""
    inputs = synalinks.Input(data_model=messages.get_input_data_model())
    outputs = await synalinks.Generator(
        data_model=messages.get_output_data_model(),
        language_model=MODEL,
        instructions="Classify the message by its intent.",
        examples=examples(),
        name="classifier",
    )(inputs)
    return synalinks.Program(
        inputs=inputs, outputs=outputs, description="Tells what a customer wants."
    )


program = asyncio.run(make_program())
program.compile(optimizer=HillClimbing(), reward="exact_match")
history = asyncio.run(
    program.fit(
        x_train[9:],
        y_train[9:],
        validation_split=0.4,
        batch_size=8,
        epochs=2,
        verbose=0,
    )
)
left = program.trainable_variables[0].get("examples")
print(f"{len(examples())} examples, then {len(left)}")
print(history.candidates[["origin", "step", "reward", "is_accepted"]].tail())
assert {"seed", "neighbour"} == set(history.candidates["origin"])
assert history.history["val_reward"][-1] > history.history["val_reward"][0]

# %% [markdown]
# ## A language model that proposes, and another way to judge
#
# `optimizers.ReflectiveOptimizer` is the base where a language model writes: its own
# `language_model=`, or the program's. `self.records(path, rollouts)` is what it is to
# read of a variable: calls, rewards, feedback. `await self.rewrite([...])` asks once
# for each request, keeps placeholders and limits, and returns a child for each; None
# for one that is broken or known already. A request may name several variables, by the
# keys of its `materials`; one that holds nothing but examples cannot be rewritten.
#
# `prepare` asks for measurements that a proposal needs; `judge` decides otherwise than
# by a race. Both are asynchronous generators: they yield lists of trials, and find the
# results in `self.ledger` when they go on. What is measured already is not run again,
# so they may ask for all that they need. `self.choose(winner)` ends `judge`; without
# it, the program stays as it is.
#
# Where answers are a matter of chance, a trial may ask for another measurement of the
# same with another `draw`: each is asked anew and paid for once, whatever keeps
# answers. `self.ledger.get(candidate, sample_id, draw)` has its rollout; the reward of
# a sample, in means and comparisons, is the mean over its draws. The batch and
# validation are draw 0. One whose provider gave no answer has no reward: it is None.


# %%
class SecondOpinion(optimizers.ReflectiveOptimizer):
    """Rewrite from what fails on average of two draws, and judge by two draws.

    Costs one LM call to propose; a step runs the batch once more, and two programs
    twice on the validation samples.
    """

    async def prepare(self, step: optimizers.StepView):
        """Ask for a second draw of the batch; the first is there."""
        yield [self._trial(self.incumbent, step.batch_ids, 1)]

    async def propose(self, step: optimizers.StepView):
        """Return the program with instructions that a model has rewritten."""
        means = self.ledger.rewards(self.incumbent, step.batch_ids)
        failed = [one for one in step.rollouts if means.get(one.sample_id, 1.0) < 1.0]
        if not failed:
            return []
        materials = {path: self.records(path, failed) for path in self.incumbent.values}
        request = optimizers.RewriteRequest(parent=self.incumbent, materials=materials)
        return [one for one in await self.rewrite([request]) if one is not None]

    async def judge(self, step: optimizers.StepView):
        """Take the child if it is better on the average of two draws."""
        ids = step.scoring_ids
        for child in self.proposals:
            rivals = (self.incumbent, child)
            yield [self._trial(one, ids, draw) for one in rivals for draw in (0, 1)]
            if self.ledger.mean_difference(child, self.incumbent, ids) > 0:
                self.choose(child)

    def _trial(self, candidate: optimizers.Candidate, ids, draw: int):
        return optimizers.Trial(candidate=candidate, sample_ids=tuple(ids), draw=draw)


# %% [markdown]
# A step knows its samples by their names: `step.batch_ids` are those of the batch,
# `step.scoring_ids` those to compare candidates on (the validation samples, or else the
# batch), `step.pool_ids` all training samples. `step.minibatch_size` is what the first
# comparison may take, 0 for all; `step.attempt` counts the proposals of this step that
# a callback has turned down.
#
# ## What else may be overridden
#
# * `finalists` names who may be the result, for optimizers that do not judge on the
#   validation samples; these meet there before each validation.
# * `cells_per_step` says what a step costs, for `program.estimate`.
#
# ## Holding it to the promises of all
#
# `synalinks.testing.OptimizerSuite` trains with it, many times: it proposes, measures
# nothing twice, its spending adds up, it keeps a budget, its state goes on through
# JSON, concurrency changes nothing, and the program gets no worse, even if all that it
# found only shines in training.


# %%
class TestHillClimbing(synalinks.testing.OptimizerSuite):
    """Pytest runs the tests of a subclass; here they are called by hand."""

    def make(self):
        """Return a new optimizer."""
        return HillClimbing()


class TestSecondOpinion(synalinks.testing.OptimizerSuite):
    """The same for the other."""

    def make(self):
        """Return a new optimizer."""
        return SecondOpinion()


for suite in (TestHillClimbing(), TestSecondOpinion()):
    passed = [name for name in dir(suite) if name.startswith("test_")]
    for name in passed:
        getattr(suite, name)()
    print(len(passed), "tests passed")
