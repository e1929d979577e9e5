"""`Experiment.search`: arms that optuna chooses."""

import asyncio

import optuna
import pytest
from parity import data, make_task

from synalinks.errors import ConfigurationError
from synalinks.experiments import Arm, Benchmark, Experiment

SPACE = {
    "optimizer": ["random_few_shot", "bootstrap_few_shot"],
    "batch_size": optuna.distributions.IntDistribution(1, 4),
}


class KilledError(BaseException):
    """What ends a search in the middle."""


def experiment(folder, task, callbacks=(), **options):
    x, y = data(0, 8)
    return Experiment(
        "search",
        [Arm("arm", task.program)],
        list(callbacks),
        **{
            "output_dir": folder,
            "benchmarks": [Benchmark("test", *data(100, 106))],
            "fit": {"x": x, "y": y, "epochs": 3, "validation_data": data(40, 44)},
            **options,
        },
    )


def chosen(result):
    return [(arm.name, arm.config, arm.score("test.reward")) for arm in result.arms]


async def test_a_search_goes_on_where_it_was(tmp_path):
    """Interrupted in its second trial, it chooses and scores as one that was not.

    What has ended is not run again, and more trials may be asked for.
    """
    whole_task, task = await make_task(), await make_task()
    whole = await experiment(tmp_path / "whole", whole_task).search(SPACE, 4)

    class Kills:
        scope = "experiment"

        def on_epoch_end(self, epoch, logs=None):
            if task.program.optimizer and epoch == 1 and len(seen) == 1:
                raise KilledError

        def on_run_end(self, ctx, run_result, arm):
            seen.append(arm.name)

    seen = []
    with pytest.raises(KilledError):
        await experiment(tmp_path / "cut", task, [Kills()]).search(SPACE, 4)
    first = await experiment(tmp_path / "cut", task).search(SPACE, 3)
    rest = await experiment(tmp_path / "cut", task).search(SPACE, 4)

    assert len(first.arms) == 3
    assert chosen(rest) == chosen(whole)
    assert [arm.name for arm in rest.arms] == [f"trial00{i}__s0" for i in range(4)]
    assert task.n_calls == whole_task.n_calls
    assert rest.best_score == max(arm.score("test.reward") for arm in rest.arms)
    assert whole.arms[0].config.keys() == SPACE.keys()


async def test_a_pruner_ends_trials_that_look_bad(tmp_path):
    """It sees the validation after each epoch; what it ends is stopped, and told so."""

    class AfterTheFirst(optuna.pruners.BasePruner):
        def prune(self, study, trial):
            return trial.number > 0 and trial.last_step == 1

    task = await make_task()
    one = experiment(tmp_path, task)

    result = await one.search({"batch_size": [1, 2]}, 2, pruner=AfterTheFirst())

    assert [arm.status for arm in result.arms] == ["completed", "stopped"]
    assert result.arms[1].stop_reason.startswith("pruned: val_reward")
    assert len(result.arms[1].history["reward"]) == 2
    study = await asyncio.to_thread(
        optuna.load_study,
        study_name="search",
        storage=f"sqlite:///{tmp_path}/search.db",
    )
    states = [trial.state.name for trial in study.get_trials()]
    assert states == ["COMPLETE", "PRUNED"]
    assert list(study.trials[0].intermediate_values) == [0, 1, 2]
    study._storage.remove_session()
    study._storage._backend.engine.dispose()


@pytest.mark.parametrize(
    ("space", "options", "message"),
    [
        ({"batch_size": 3}, {}, "a list of values or a distribution"),
        ({"batch_size": [3]}, {"n_trials": 0}, "n_trials"),
    ],
)
async def test_mistakes_are_found_at_once(tmp_path, space, options, message):
    """What cannot work is refused before anything is paid for."""
    task = await make_task()

    with pytest.raises(ConfigurationError, match=message):
        await experiment(tmp_path, task).search(space, **{"n_trials": 1, **options})

    assert task.n_calls == 0
