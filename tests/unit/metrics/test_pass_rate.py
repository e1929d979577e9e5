"""Several runs of one problem: does one of them pass, do all?"""

from itertools import combinations
from statistics import fmean

import pytest

import synalinks
from synalinks.errors import ConfigurationError, StateMismatchError, SynalinksWarning
from synalinks.metrics import GapK, PassAtK, PassHatK, deserialize, serialize
from tests.builders import Answer, Query

YES, NO = Answer(answer="yes"), Answer(answer="no")


def runs(n_passed, n_failed):
    return [YES] * n_passed + [NO] * n_failed


async def result(metric, *batches):
    for y_pred in batches:
        await metric.update_state([YES] * len(y_pred), y_pred)
    return metric.result()


@pytest.mark.parametrize("k", [1, 2, 4])
@pytest.mark.parametrize(("n_passed", "n_failed"), [(0, 4), (1, 3), (3, 1), (4, 0)])
async def test_the_numbers_are_means_over_all_draws(k, n_passed, n_failed):
    """As counted one by one."""
    draws = list(combinations([True] * n_passed + [False] * n_failed, k))

    at_least_one = fmean(any(draw) for draw in draws)
    every_one = fmean(all(draw) for draw in draws)

    batch = runs(n_passed, n_failed)
    assert await result(PassAtK(k), batch) == pytest.approx(at_least_one)
    assert await result(PassHatK(k), batch) == pytest.approx(every_one)
    assert await result(GapK(k), batch) == pytest.approx(at_least_one - every_one)


async def test_problems_are_averaged_whichever_batch_they_are_in():
    """Those of one batch are told apart by their targets."""
    metric = PassAtK(k=2)
    await metric.update_state([YES, YES, NO, NO], [NO, NO, NO, NO])

    assert metric.result() == 0.5
    assert await result(metric, [YES, NO]) == pytest.approx(2 / 3)


async def test_a_failed_run_does_not_pass():
    """It is a run all the same."""
    assert await result(PassHatK(k=1), [YES, None]) == 0.5


async def test_any_reward_says_what_passes():
    """From a threshold on; a run that is not scored is none."""

    async def judged(y_true, y_pred):
        return {"yes": 0.8, "no": None}[y_pred.get("answer")]

    metric = PassAtK(reward=judged, pass_threshold=0.8)
    assert await result(metric, [YES, NO]) == 1.0
    assert await result(PassAtK(reward=judged), [YES]) == 0.0


async def test_fewer_runs_than_k_are_left_out_and_told():
    """Once, with what to do."""
    metric = PassAtK(k=3)

    with pytest.warns(
        SynalinksWarning, match="found 2 runs .* fewer than `k=3`"
    ) as all_:
        assert await result(metric, [YES, NO], [YES, NO]) == 0.0
    assert len(all_) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"k": 0}, "`k` of `pass_at_k` is a whole number of at least 1, received: 0"),
        ({"k": True}, "received: True"),
        ({"reward": "exactmach"}, "Did you mean `exact_match`"),
        ({"reward": synalinks.BatchReward}, "is not a reward"),
    ],
)
def test_a_wrong_argument_is_refused(options, message):
    """Before any call."""
    with pytest.raises(ConfigurationError, match=message):
        PassAtK(**options)


async def test_a_state_is_saved_and_gone_on_with():
    """By a metric of the same kind."""
    metric = PassAtK(k=2)
    await result(metric, [YES, NO])

    other = deserialize(serialize(metric))
    other.load_state_dict(metric.state_dict())

    assert (other.k, other.result()) == (2, 1.0)
    with pytest.raises(StateMismatchError):
        other.load_state_dict({"total": 1.0})
    other.reset_state()
    assert other.result() == 0.0
    assert (metric.direction, GapK().direction) == ("up", "down")


async def test_a_program_is_measured():
    """With `batch_size` runs of each problem, one after the other in the data."""
    answers = iter(runs(1, 1) + runs(2, 0) + runs(0, 2))
    program = synalinks.Sequential(
        [
            synalinks.Input(data_model=Query),
            synalinks.Lambda(lambda _: next(answers), data_model=Answer),
        ],
        description="Answer.",
    )
    program.compile(
        reward="exact_match", metrics=[PassAtK(k=2), PassHatK(k=2), GapK(k=2)]
    )
    questions = [Query(query=str(n // 2)) for n in range(6)]

    logs = await program.evaluate(x=questions, y=[YES] * 6, batch_size=2, verbose=0)

    assert logs["pass_at_k"] == pytest.approx(2 / 3)
    assert logs["pass_hat_k"] == pytest.approx(1 / 3)
    assert logs["gap_k"] == pytest.approx(1 / 3)
    assert logs["reward"] == 0.5
