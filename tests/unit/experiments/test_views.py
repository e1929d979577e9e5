"""Tables and the picture of an experiment."""

import json
from dataclasses import replace

import pytest

from synalinks.contracts import ArmResult, EvalResult
from synalinks.experiments import ExperimentResult


def run(folder, arm, rewards, benchmark="test"):
    """Return a run that was scored on a benchmark, with its rows on disk."""
    rows = [
        {"task_id": f"{benchmark}:{i}", "reward": one} for i, one in enumerate(rewards)
    ]
    path = folder / arm / "predictions" / f"{benchmark}.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text("".join(f"{json.dumps(one)}\n" for one in rows))
    known = [one for one in rewards if one is not None]
    score = EvalResult(
        name=benchmark, benchmark_id="0", metrics={"reward": sum(known) / len(rewards)}
    )
    return ArmResult(
        name=arm, arm=arm, seed=0, status="completed", evals=[score],
        run_dir=folder / arm,
    )  # fmt: skip


def result_of(runs, success_metric="test.reward"):
    """Return the result of an experiment with these runs."""
    return ExperimentResult(
        name="small", arms=runs, status="completed", success_metric=success_metric
    )


def summary_of(result):
    """Return the text of a summary."""
    lines = []
    result.summary(lines.append)
    return "".join(lines)


@pytest.mark.parametrize(
    "rewards", [[1.0], [1.0] * 20, [1.0] * 19 + [None], [0.1, 0.1, 0.1]]
)
def test_any_rewards_can_be_shown(tmp_path, rewards):
    """One sample, equal rewards and failed samples have a table and a picture."""
    result = result_of([run(tmp_path, arm, rewards) for arm in ("a", "b")])

    text = summary_of(result)

    assert "no difference shown" in text
    assert "nan" not in text
    assert "no difference shown" in result._repr_html_()  # what notebooks show
    result.plot("scores.png", tmp_path)
    assert (tmp_path / "scores.png").stat().st_size > 1000


def test_a_benchmark_that_no_run_came_to_is_no_error(tmp_path):
    """The table of arms is shown where a budget ended all runs before it."""
    result = result_of([run(tmp_path, "a", [1.0, 0.0])], "late.reward")

    assert "late.reward" in summary_of(result)


def test_the_last_stage_counts(tmp_path):
    """Scores of an arm are those of its last stage."""
    stages = [
        replace(run(tmp_path / stage, "a", rewards), stage=stage)
        for stage, rewards in (("first", [0.0, 0.0]), ("last", [1.0, 1.0]))
    ]

    assert result_of(stages).scores() == {"a": [1.0]}


def test_the_numbers_are_in_the_table(tmp_path):
    """Score, interval, difference and verdict of arms that differ."""
    runs = [run(tmp_path, "good", [1.0, 0.9] * 20), run(tmp_path, "bad", [0.1] * 40)]

    text = summary_of(result_of(runs))

    for part in ("good (best)", "0.9500", "+0.8500", "(97.5 %)", "good is better"):
        assert part in text
