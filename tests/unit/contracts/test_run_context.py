"""What an experiment and its runs share."""

import json

import pytest
from traces import In, recorded_fit

from synalinks.contracts import RunContext, Usage

pytestmark = pytest.mark.row("EV-17")


async def test_callbacks_leave_values_for_each_other():
    """What one puts into `extras` a later one reads."""
    seen = []

    def leave(callback, *args):
        callback.trainer.ctx.extras["threshold"] = 0.5

    def find(callback, *args):
        seen.append(callback.trainer.ctx.extras["threshold"])

    await recorded_fit(
        In("on_epoch_end", leave), In("on_epoch_end", find), epochs=1, ctx=RunContext()
    )

    assert seen == [0.5]


async def test_a_run_on_its_own_has_none():
    """Without an experiment there is no context."""
    seen = []

    await recorded_fit(
        In("on_epoch_end", lambda callback, *_: seen.append(callback.trainer.ctx)),
        epochs=1,
    )

    assert seen == [None]


def test_a_run_reads_the_ids_of_its_experiment_and_writes_its_own():
    """Two runs share what the experiment knows, and nothing else."""
    experiment = RunContext(config={"n": 1}, seed=3)
    experiment.ids["experiment"] = "e1"
    first, second = experiment.child("a"), experiment.child("b", replicate=1, seed=4)

    first.ids["run"] = "r1"

    assert first.ids["experiment"] == second.ids["experiment"] == "e1"
    assert "run" not in second.ids
    assert "run" not in experiment.ids
    assert first.parent is experiment
    assert (first.run_key, first.seed, second.seed, second.replicate) == ("a", 3, 4, 1)
    assert first.config == {"n": 1}


def test_it_can_be_written_as_json(tmp_path):
    """Folder, ids of the parent and usage included."""
    experiment = RunContext(output_dir=tmp_path)
    experiment.ids["experiment"] = "e1"
    context = experiment.child("a", usage=Usage(calls=2))

    content = json.loads(json.dumps(context.as_json()))

    assert content["output_dir"] == str(tmp_path)
    assert content["ids"] == {"experiment": "e1"}
    assert content["usage"]["calls"] == 2
