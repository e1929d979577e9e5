"""Users can find out whether their own program survives an interruption."""

import asyncio

import pytest

import synalinks
from synalinks.errors import ConfigurationError, DivergenceError, ResumeError
from synalinks.testing import check_resumable
from tests.fault.killed_run import Answer, Question, data
from tests.resumed_runs import Task

ARGUMENTS = {"batch_size": 2, "epochs": 2, "validation_data": data(100, 4)}


class Counting(synalinks.Module):
    """Puts a counter into its prompt."""

    n_calls = 0

    async def call(self, inputs, training=False):
        self.n_calls += 1
        asked = [{"role": "user", "content": f"{self.n_calls} {inputs.get('text')}"}]
        answer = await self.model.complete(asked, schema=Answer.get_schema())
        return synalinks.JsonDataModel(Answer.get_schema(), answer.value)

    async def compute_output_spec(self, inputs, training=False):
        return synalinks.SymbolicDataModel(schema=Answer.get_schema())


class Moody(synalinks.Module):
    """Answers now and then something else."""

    n_calls = 0

    async def call(self, inputs, training=False):
        self.n_calls += 1
        mood = "bad mood" if self.n_calls % 5 == 0 else inputs.get("answer")
        return synalinks.JsonDataModel(Answer.get_schema(), {"answer": mood})

    async def compute_output_spec(self, inputs, training=False):
        return synalinks.SymbolicDataModel(schema=Answer.get_schema())


def check(task, **arguments):
    return check_resumable(task.program, data(0, 8), **{**ARGUMENTS, **arguments})


async def test_a_good_program_passes(tmp_path):
    """It costs the calls of one fit, and leaves the program as it was."""
    task = await Task(tmp_path).make()
    before = [one.get_json() for one in task.program.variables]

    await check(task)

    assert [one.get_json() for one in task.program.variables] == before
    n_requests = len(task.transport.requests)
    other = await Task(tmp_path).make()
    x, y = data(0, 8)
    await other.program.fit(x, y, verbose=0, **ARGUMENTS)
    assert len(other.transport.requests) == n_requests


async def test_a_program_that_asks_something_else_is_found(tmp_path):
    """A counter in a prompt goes on where it should begin again."""

    task = await with_module(tmp_path, Counting(name="counting"))

    with pytest.raises(DivergenceError, match=r"messages\[0\], line 1 is now"):
        await check(task)


async def test_hidden_state_is_found(tmp_path):
    """What a module keeps in an attribute shows in how the run ends."""

    task = await with_module(tmp_path, Moody(name="moody"))
    task.program.compile(
        optimizer=task.program.optimizer, reward=synalinks.rewards.ExactMatch()
    )

    with pytest.raises(
        ResumeError, match=r"worked through again .* state that is not saved"
    ):
        await check(task)


async def with_module(folder, module):
    """Return the task with a program of a generator and one more module."""
    task = await Task(folder).make()
    generator = task.program.get_module(name="writer")
    module.model = generator.language_model
    inputs = synalinks.Input(data_model=Question)
    if isinstance(module, Counting):
        outputs = await module(inputs) + await generator(inputs)
    else:
        outputs = await module(await generator(inputs))
    compiled = task.program.compiled
    task.program = synalinks.Program(inputs=inputs, outputs=outputs)
    task.program.compile(optimizer=compiled.optimizer, reward=compiled.reward)
    return task


async def test_it_says_what_it_needs(tmp_path):
    """A program that cannot be trained, or that is saved already, is refused."""
    task = await Task(tmp_path).make()
    backup = synalinks.callbacks.BackupAndRestore(tmp_path / "backup")
    with pytest.raises(ConfigurationError, match="leave `BackupAndRestore` out"):
        await check(task, callbacks=[backup])

    task.program.compile(reward=synalinks.rewards.ExactMatch())
    with pytest.raises(ConfigurationError, match="compiled with an optimizer"):
        await check(task)
    assert not await asyncio.to_thread((tmp_path / "backup").exists)
