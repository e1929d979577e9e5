"""Random few-shot search."""

import pytest

from synalinks._internal.rng import stream
from synalinks.contracts import CallRecord, Candidate, Failure, Rollout, Usage
from synalinks.errors import ConfigurationError
from synalinks.optimizers import Optimizer, RandomFewShot, StepView

PATH = "gen/state_gen"


def rollout(index, reward, **options):
    call = CallRecord(
        sample_id=f"train:{index}",
        module_path="gen",
        variable_path=PATH,
        index=0,
        inputs={"query": index},
        outputs={"answer": index},
        usage=Usage(calls=1),
    )
    return Rollout(
        sample_id=f"train:{index}",
        inputs=None,
        calls=(call,),
        reward=reward,
        **options,
    )


def step(rollouts, index=0):
    return StepView(
        index=index, rollouts=rollouts, scoring_ids=["val:0"], minibatch_size=1, seed=0
    )


def started(**options):
    optimizer = RandomFewShot(**options)
    seed = Candidate(values={PATH: {"instructions": "Do it.", "examples": []}})
    optimizer.start(seed, "data")
    return optimizer


def queries(candidate):
    examples = candidate.values[PATH]["examples"]
    return [example["inputs"]["query"] for example in examples]


async def test_only_good_predictions_become_examples():
    """Wrong, failed and unscored predictions are never drawn; rewards stay outside."""
    failure = Failure(boundary="module", error="E", message="m", is_answer=True)
    optimizer = started(nb_min_examples=5, nb_max_examples=5)

    (candidate,) = await optimizer.propose(
        step(
            [
                rollout(0, 1.0),
                rollout(1, 0.0),
                rollout(2, 1.0),
                rollout(3, None),
                rollout(4, 0.0, failure=failure),
            ]
        )
    )

    assert sorted(queries(candidate)) == [0, 2]
    assert candidate.values[PATH]["examples"][0].keys() == {"inputs", "outputs"}
    assert candidate.values[PATH]["instructions"] == "Do it."
    assert candidate.origin == "few_shot"


async def test_nothing_good_means_no_proposal():
    """Without a right prediction there is nothing to try."""
    assert await started().propose(step([rollout(0, 0.0), rollout(1, 0.0)])) == []
    assert await started().propose(step([])) == []


async def test_examples_of_earlier_steps_stay():
    """Predictions add up over steps, each sample once, at its best."""
    optimizer = started(nb_min_examples=9, nb_max_examples=9)
    await optimizer.propose(step([rollout(0, 1.0)]))
    await optimizer.propose(step([rollout(0, 0.5), rollout(1, 1.0)], 1))

    (candidate,) = await optimizer.propose(step([rollout(2, 1.0)], 2))

    assert sorted(queries(candidate)) == [0, 1, 2]


async def test_each_step_draws_another_set_and_repeats_with_the_seed():
    """The position decides the draw."""
    rollouts = [rollout(i, 1.0) for i in range(20)]
    draws = []
    for index in (0, 1, 0):
        optimizer = started(nb_min_examples=3, nb_max_examples=3)
        (candidate,) = await optimizer.propose(step(rollouts, index))
        draws.append(queries(candidate))

    assert draws[0] == draws[2] != draws[1]
    assert all(len(set(draw)) == 3 for draw in draws)


@pytest.mark.parametrize("sampling", ["softmax", "best", "random"])
def test_sampling(sampling):
    """Softmax and best favour higher rewards; random does not."""
    optimizer = started(sampling=sampling, nb_min_examples=1, nb_max_examples=1)
    optimizer.collect([rollout(i, 1.0 if i < 5 else 0.6) for i in range(10)])
    optimizer.collect([rollout(i, 0.0) for i in range(10, 20)])

    drawn = [
        optimizer.sample_best_predictions(PATH, stream(0, index))[0]["inputs"]["query"]
        for index in range(400)
    ]

    share_of_best = sum(query < 5 for query in drawn) / len(drawn)
    low, high = {"softmax": (0.7, 0.9), "best": (1, 1), "random": (0.4, 0.6)}[sampling]
    assert low <= share_of_best <= high
    assert max(drawn) < 10


async def test_state_goes_on_where_it_stopped():
    """A restored optimizer proposes what the first one would have."""
    first = started()
    await anext(first.search(step([rollout(i, 1.0) for i in range(9)])))
    first.decide()
    second = started()

    second.load_state_dict(first.state_dict())

    next_step = step([rollout(9, 1.0)], 1)
    assert second.iterations == 1
    assert second.incumbent.digest == first.incumbent.digest
    assert [queries(one) for one in await second.propose(next_step)] == [
        queries(one) for one in await first.propose(next_step)
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"nb_min_examples": 0}, "`nb_min_examples` is a number at least 1"),
        ({"nb_min_examples": 5, "nb_max_examples": 3}, "`nb_max_examples`"),
        ({"sampling": "worst"}, "`sampling` is one of"),
        ({"sampling_temperature": 0}, "`sampling_temperature` is a number above 0"),
        ({"population_size": "ten"}, "`population_size`"),
        ({"reward_uncertainty": -1}, "`reward_uncertainty`"),
    ],
)
def test_bad_settings_are_refused(options, message):
    """Numbers out of range are named."""
    with pytest.raises(ConfigurationError, match=message):
        RandomFewShot(**options)


def test_settings_survive_a_round_trip():
    """Configuration gives the same optimizer again."""
    first = RandomFewShot(nb_max_examples=7, sampling="best", name="mine")

    again = RandomFewShot.from_config(first.get_config())

    assert again.get_config() == first.get_config()
    assert again.nb_max_examples == 7


def test_the_old_way_to_write_an_optimizer_is_refused_with_the_new_one():
    """A subclass in another library's form learns what to write instead."""
    with pytest.raises(ConfigurationError, match=r"async def propose\(self, step\)"):

        class Mine(Optimizer):
            async def propose_new_candidates(self, *args):
                pass
