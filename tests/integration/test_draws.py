"""Candidates that are measured several times on a sample, in `fit`."""

import asyncio
import importlib
import json
import warnings
from collections import Counter
from pathlib import Path

import pytest

import synalinks
from synalinks.backups import read_details
from synalinks.contracts import Candidate, Trial
from synalinks.errors import RateLimitedError, SynalinksWarning
from synalinks.optimizers import Optimizer
from synalinks.testing import ChatServer
from synalinks.training import _growth
from tests.fault import killed_run
from tests.redraws import Redraws
from tests.resumed_runs import DiedError, Task, end, train

pytestmark = pytest.mark.integration

N_DRAWS = 3
SEEDED = {"seed": 0, "max_concurrency": 1}
ROOT = Path(__file__).parents[2]


def run(coroutine):
    return asyncio.run(coroutine)


def test_each_draw_reaches_the_provider(tmp_path):
    """Caches, journal and provider take no draw for another, nor one for two."""

    async def fit():
        async with ChatServer(killed_run.answer) as server:
            task = await Task(tmp_path, optimizer=Redraws(n_draws=N_DRAWS)).make()
            worker, judge = (
                synalinks.LanguageModel(
                    f"openai/{name}", api_base=server.url, api_key="-", caching=True
                )
                for name in ("worker", "judge")
            )
            task.program.get_module("writer").language_model = worker
            task.program.reward.language_model = judge
            await task.fit()
            for model in (worker, judge):
                await model.aclose()
            return task.program.optimizer.ledger, worker, server.requests

    ledger, worker, requests = run(fit())

    asked = Counter(json.dumps(one.body["messages"]) for one in requests)
    assert set(asked.values()) == {N_DRAWS}  # also of the judge
    assert len({one.headers["idempotency-key"] for one in requests}) == len(requests)
    assert ledger.n_cells == ledger.usage().calls == worker.cumulated_calls
    assert sum(asked.values()) > ledger.n_cells


@pytest.mark.parametrize("save_freq", ["epoch", 1])
@pytest.mark.parametrize("n_calls", [6, 40])
def test_a_run_that_died_among_draws_goes_on(tmp_path, n_calls, save_freq):
    """It ends as one that did not die, and asks only what was cut off again."""
    arguments = {"on_sample_error": "raise"}
    n_left = [0]

    def fragile(request):
        n_left[0] -= 1
        if n_left[0] == 0:
            raise DiedError
        return killed_run.answer(request)

    async def fit(name):
        task = Task(
            tmp_path / name,
            save_freq=save_freq,
            arguments=arguments,
            optimizer=Redraws(n_draws=N_DRAWS),
            model=SEEDED,
            answer=fragile,
        )
        return await end(await task.make())

    whole = run(fit("whole"))
    n_left[0] = n_calls
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SynalinksWarning)
        with pytest.raises(DiedError):
            run(fit("died"))
        rest = run(fit("died"))

    assert rest.same() == whole.same()
    draws = Counter(cell["draw"] for _, cell in whole.optimizer["ledger"]["cells"])
    assert draws.keys() == set(range(N_DRAWS))
    at_once = 2  # one of the program, one of the judge
    assert n_calls + rest.n_requests <= whole.n_requests + at_once


class Overlapping(Optimizer):
    """Proposes the same twice, and asks for the same cells in several ways."""

    async def propose(self, step):
        """Return two candidates that are one."""
        values = {
            path: {**value, "instructions": f"Try {step.index}."}
            for path, value in self.incumbent.values.items()
        }
        return [Candidate(values=values), Candidate(values=values)]

    async def judge(self, step):
        """Ask for each cell at least twice, then let the two race."""
        ids = tuple(step.scoring_ids)
        yield [
            Trial(candidate=one, sample_ids=asked, draw=draw)
            for draw in range(2)
            for one in self.proposals
            for asked in (ids, ids[:2], ids[1:] * 2)
        ]
        async for trials in super().judge(step):
            yield trials


def test_a_cell_that_is_asked_for_twice_at_once_is_measured_once(tmp_path):
    """Trials that overlap, and candidates that are equal, cost what one does."""
    ended = run(train(tmp_path, optimizer=Overlapping()))

    cells = ended.optimizer["ledger"]["cells"]
    asked = [one for one in ended.task.transport.requests if "worker" in one.model]
    assert len(asked) == len(cells)
    assert {cell["draw"] for _, cell in cells} == {0, 1}


def test_what_is_told_of_a_run_is_the_mean_over_draws(tmp_path):
    """Rewards of samples in a run's folder are those that candidates were judged by."""
    settings = {"delete_checkpoint": False}
    ended = run(train(tmp_path, optimizer=Redraws(), model=SEEDED, settings=settings))

    found = read_details(tmp_path / "backup")

    ledger, best = ended.task.program.optimizer.ledger, Candidate(values=found.best)
    ids = [one.sample_id for one in found.samples]
    assert {one.sample_id: one.reward for one in found.samples} == ledger.rewards(
        best, ids
    )
    first = ledger.rewards(Candidate(values=found.first), ids)
    assert {one.sample_id: one.reward_before for one in found.samples} == first
    single = {cell.reward for _, cell in ledger.since(0)}
    assert not single.issuperset(first.values())
    outputs = [ledger.get(best, one).output.get_json() for one in ids]
    assert [one.output for one in found.samples] == outputs


@pytest.mark.filterwarnings("ignore::synalinks.errors.SynalinksWarning")
def test_a_sample_is_told_of_by_its_first_draw_with_a_reward(tmp_path):
    """A draw that never reached the provider is neither shown nor in the mean."""

    def answer(request):
        draw = request.params["seed"]
        if draw == 0 and "number 101" in str(request.messages):
            msg = "Too many requests."
            raise RateLimitedError(msg)
        return (
            killed_run.answer(request)
            if "judge" in request.model
            else {"answer": f"{draw}"}
        )

    settings = {"delete_checkpoint": False}
    ended = run(
        train(
            tmp_path,
            optimizer=Redraws(),
            model=SEEDED,
            settings=settings,
            answer=answer,
        )
    )

    found = read_details(tmp_path / "backup").samples

    outputs = {one.sample_id: one.output["answer"] for one in found}
    assert outputs == {"val:0": "0", "val:1": "1", "val:2": "0", "val:3": "0"}
    optimizer = ended.task.program.optimizer
    rewards = optimizer.ledger.rewards(optimizer.seed, outputs)
    assert {one.sample_id: one.reward_before for one in found} == rewards
    drawn = [optimizer.ledger.get(optimizer.seed, "val:1", draw) for draw in range(3)]
    assert drawn[0].reward is None
    assert rewards["val:1"] == (drawn[1].reward + drawn[2].reward) / 2


def test_a_folder_that_was_written_without_draws_is_read(tmp_path, monkeypatch):
    """A run that an earlier release began goes on, and its page can be made."""
    monkeypatch.setattr(_growth, "rollout_to_json", _without_draw)
    settings = {"delete_checkpoint": False}
    one_epoch = run(train(tmp_path, settings=settings, arguments={"epochs": 1}))
    monkeypatch.undo()

    assert read_details(tmp_path / "backup").samples
    two_epochs = run(train(tmp_path, settings=settings))

    assert two_epochs.same() == run(train(tmp_path / "whole")).same()
    assert one_epoch.n_requests > 0
    ledger = two_epochs.task.program.optimizer.ledger
    assert {cell.draw for _, cell in ledger.since(0)} == {0}


def _without_draw(rollout, schemas):
    cell = synalinks.contracts.rollout_to_json(rollout, schemas)
    del cell["draw"]
    return cell


def test_simulated_worlds_draw_anew(monkeypatch):
    """A further draw of a cell is another one, the same in each process."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "optimizers")
    worlds = importlib.import_module("worlds")
    world = worlds.World(worlds.DEVELOPMENT[0], 0)

    def rewards(draw):
        found = world.measure(world.first(), world.train, draw)
        assert {one.draw for one in found} == {draw}
        return [one.reward for one in found]

    drawn = [rewards(draw) for draw in range(3)]

    assert drawn == [rewards(draw) for draw in range(3)]
    assert len({tuple(one) for one in drawn}) == 3
