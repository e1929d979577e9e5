"""What `Monitor` writes of an experiment, read back from a real MLflow server."""

import pytest
from builders import run
from parity import data, make_task

from synalinks.callbacks import Monitor
from synalinks.experiments import Arm, Benchmark, Experiment

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(300),
    # MLflow's own, when it is imported.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:mlflow.*"),
]


async def broken():
    msg = "this arm is broken"
    raise RuntimeError(msg)


async def train(mlflow_server, tmp_path):
    """Run the experiment, and wait until MLflow has it."""
    task = await make_task()
    x, y = data(0, 8)
    monitor = Monitor(tracking_uri=mlflow_server.url, log_program_model=False)
    one = Experiment(
        "arms_in_mlflow",
        [Arm("few", task.program), Arm("bad", broken)],
        [monitor],
        n_repeats=2,
        output_dir=tmp_path / "out",
        benchmarks=[Benchmark("test", *data(100, 106), every="1ep")],
        fit={"x": x, "y": y, "epochs": 2, "batch_size": 4},
    )
    result = await one.run()
    assert await monitor.flush()
    return result


@pytest.mark.row("EV-25")
def test_an_experiment_has_a_run_for_each_arm_below_its_own(mlflow_server, tmp_path):
    """One parent, a child for each run, closed as it ended, with tags and scores.

    Running it again adds no run.
    """
    import mlflow

    result = run(train(mlflow_server, tmp_path))
    run(train(mlflow_server, tmp_path))

    client = mlflow.MlflowClient(mlflow_server.url)
    experiment = client.get_experiment_by_name("arms_in_mlflow")
    found = client.search_runs([experiment.experiment_id])
    parents = [one for one in found if "mlflow.parentRunId" not in one.data.tags]
    children = {
        one.info.run_name: one for one in found if "mlflow.parentRunId" in one.data.tags
    }
    (parent,) = parents
    assert parent.info.status == "FINISHED"
    assert parent.data.tags["synalinks.best_arm"] == "few"
    assert parent.data.metrics["best_score"] == result.best_score
    assert set(children) == {"few__s0", "few__s1", "bad__s0", "bad__s1"}
    assert {one.data.tags["mlflow.parentRunId"] for one in children.values()} == {
        parent.info.run_id
    }
    few, bad = children["few__s1"], children["bad__s0"]
    assert (few.info.status, bad.info.status) == ("FINISHED", "FAILED")
    assert bad.data.tags["synalinks.error"] == "RuntimeError: this arm is broken"
    assert few.data.tags["synalinks.group"] == "few"
    assert few.data.tags["synalinks.replicate"] == "1"
    score = result.arms[1].score("test.reward")
    assert few.data.metrics["test_final.reward"] == score
    steps = client.get_metric_history(few.info.run_id, "test.reward")
    assert [one.step for one in steps] == [2, 4]
    assert len(client.get_metric_history(few.info.run_id, "val_reward")) == 2
