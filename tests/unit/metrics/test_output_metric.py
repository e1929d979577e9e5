"""A metric of one output of several."""

import pytest

import synalinks
from synalinks.errors import ConfigurationError
from synalinks.metrics import OutputMetric, PassAtK, deserialize, serialize
from tests.builders import Answer

YES, NO = Answer(answer="yes"), Answer(answer="no")


@pytest.mark.parametrize(
    ("output", "samples", "value"),
    [
        (0, [([YES, NO], [YES, YES])], 1.0),
        (1, [([YES, NO], [YES, YES])], 0.0),
        ("b", [({"a": YES, "b": NO}, {"a": NO, "b": NO})], 1.0),
        (0, [([YES], [YES]), ([YES], None)], 0.5),
        (0, [([YES], [YES]), ([None], [None])], 1.0),
    ],
)
async def test_one_output_is_looked_at(output, samples, value):
    """A failed sample is wrong; an output that nobody expected is not counted."""
    metric = OutputMetric("accuracy", output)

    for y_true, y_pred in samples:
        await metric.update_state(y_true, y_pred)

    assert metric.result() == value


async def test_it_has_the_name_and_direction_of_both():
    """In logs it is told apart from those of other outputs."""
    assert OutputMetric("accuracy", 1).name == "output_1_accuracy"
    metric = OutputMetric("accuracy", "city", name=None)
    assert (metric.name, metric.direction) == ("city_accuracy", "up")


async def test_a_copy_shares_nothing_and_goes_on_from_a_state():
    """Training and validation count apart; a resumed run goes on."""
    metric = OutputMetric("accuracy", 0)
    await metric.update_state([YES], [YES])

    copy = metric.clone()
    assert copy.result() == 0.0
    copy.load_state_dict(metric.state_dict())
    assert copy.result() == 1.0
    copy.reset_state()
    assert (copy.result(), metric.result()) == (0.0, 1.0)
    made = deserialize(serialize(metric))
    assert (made.output, made.metric.name) == (0, "accuracy")


@pytest.mark.parametrize("outputs", [YES, [], {"a": YES}])
async def test_an_output_that_is_not_there_is_told(outputs):
    """With what there is."""
    with pytest.raises(ConfigurationError, match="is of the output 0, received"):
        await OutputMetric("accuracy", 0).update_state(outputs, outputs)


@pytest.mark.parametrize("metric", [None, PassAtK()])
def test_it_takes_a_metric_of_single_samples(metric):
    """Others are refused."""
    with pytest.raises(ConfigurationError, match="takes one sample at a time"):
        OutputMetric(metric, 0)


async def test_several_outputs_are_trained_and_measured():
    """Rewards, weights and metrics per output, from `compile` to the logs."""
    inputs = synalinks.Input(data_model=Answer)
    copied = await synalinks.Identity()(inputs)
    fixed = await synalinks.Lambda(lambda _: YES, data_model=Answer)(inputs)
    program = synalinks.Program(inputs=inputs, outputs={"copy": copied, "fixed": fixed})
    program.compile(
        reward={"copy": "exact_match", "fixed": "exact_match"},
        reward_weights={"copy": 3, "fixed": 1},
        metrics={"copy": ["accuracy"], "fixed": ["accuracy", "f1_score"]},
    )

    logs = await program.evaluate(
        x=[YES, NO],
        y=[{"copy": YES, "fixed": NO}, {"copy": NO, "fixed": YES}],
        verbose=0,
    )

    assert logs["reward"] == pytest.approx((0.75 + 1.0) / 2)
    assert logs["copy_accuracy"] == 1.0
    assert logs["fixed_accuracy"] == 0.5
    assert "fixed_f1_score" in logs
    with pytest.raises(ConfigurationError, match=r"target of sample .*:0 has one"):
        await program.evaluate(x=[YES], y=[YES], verbose=0)
    with pytest.raises(ConfigurationError, match="and the program has"):
        program.compile(reward=["exact_match"])
