"""Means and sums of numbers."""

import json
from functools import partial

import pytest

from synalinks.data_models import DataModel
from synalinks.errors import ConfigurationError, StateMismatchError
from synalinks.metrics import Mean, MeanMetricWrapper, Sum
from synalinks.rewards import exact_match


class Answer(DataModel):
    answer: str


async def length(y_true, y_pred, scale=1.0):
    return scale * len(y_pred.get("answer"))


async def test_mean_and_sum_of_numbers():
    """Numbers come one by one or as a list; None is left out."""
    mean, total = Mean(), Sum()

    for metric in (mean, total):
        await metric.update_state(1.0)
        await metric.update_state([2, None, 6])
        await metric.update_state(None)

    assert mean.result() == 3.0
    assert total.result() == 9.0
    assert await mean(7) == 4.0


@pytest.mark.parametrize("metric", [Mean(), Sum()], ids=["mean", "sum"])
def test_no_numbers_give_zero(metric):
    """A metric without data is 0.0."""
    assert metric.result() == 0.0
    assert metric.direction is None


def test_default_names():
    """Names in logs are those of the API."""
    assert (Mean().name, Sum().name) == ("mean", "sum")
    assert MeanMetricWrapper(length).name == "mean_metric_wrapper"


async def test_state_goes_through_json_and_is_reset():
    """Sum and count are saved, restored and forgotten."""
    first, second = Mean(), Mean()
    await first.update_state([1, 2])

    second.load_state_dict(json.loads(json.dumps(first.state_dict())))
    await second.update_state(6)

    assert second.result() == 3.0
    second.reset_state()
    assert second.result() == 0.0
    with pytest.raises(StateMismatchError, match="`mean` cannot go on from the state"):
        second.load_state_dict({"sum": 1})


async def test_what_is_no_number_is_refused():
    """A text or NaN is an error, never a NaN in the logs."""
    with pytest.raises(ConfigurationError, match="`mean` received 'a'"):
        await Mean().update_state("a")
    with pytest.raises(ConfigurationError, match="`sum` received nan"):
        await Sum().update_state([1.0, float("nan")])


@pytest.mark.parametrize(
    ("fn", "kwargs", "value"),
    [
        pytest.param(length, {}, 3.0, id="async def"),
        pytest.param(length, {"scale": 2.0}, 6.0, id="with arguments"),
        pytest.param(lambda y_true, y_pred: 0.5, {}, 0.5, id="def"),
    ],
)
async def test_a_function_is_averaged(fn, kwargs, value):
    """Functions of both kinds are asked about each sample."""
    metric = MeanMetricWrapper(fn, **kwargs)

    await metric(None, Answer(answer="ab"))

    assert await metric(None, Answer(answer="abcd")) == value


async def test_failed_samples_count_as_zero():
    """A failed sample lowers the mean, and the function is not asked about it."""
    metric = MeanMetricWrapper(length)

    await metric(None, Answer(answer="ab"))

    assert await metric(None, None) == 1.0


async def test_none_of_a_function_is_not_counted():
    """A function may leave a sample out."""
    metric = MeanMetricWrapper(lambda y_true, y_pred: None)

    assert await metric(None, Answer(answer="ab")) == 0.0
    assert metric.state_dict() == {"total": 0.0, "count": 0}


def test_the_mean_of_a_reward_has_a_direction():
    """Rewards are made higher; of other functions nothing is known."""
    assert MeanMetricWrapper(exact_match).direction == "up"
    assert MeanMetricWrapper(length).direction is None


def test_configuration_makes_an_equal_metric():
    """A wrapper around a registered function can be saved."""
    metric = MeanMetricWrapper(exact_match, name="same", in_mask=["answer"])

    again = MeanMetricWrapper.from_config(metric.get_config())

    assert again.fn is exact_match
    assert (again.name, again.masks) == ("same", metric.masks)


@pytest.mark.parametrize(
    ("fn", "kwargs", "message"),
    [
        pytest.param("length", {}, "`MeanMetricWrapper` received 'length'", id="text"),
        pytest.param(Answer, {}, "`MeanMetricWrapper` received <class", id="class"),
        pytest.param(
            length, {"scal": 1}, r"cannot be called with .* \['scal'\]", id="typo"
        ),
        pytest.param(
            partial(length, None, None), {}, "no further arguments", id="no place"
        ),
    ],
)
def test_what_cannot_be_called_is_refused_at_once(fn, kwargs, message):
    """A function of the wrong shape is an error before anything is paid for."""
    with pytest.raises(ConfigurationError, match=message):
        MeanMetricWrapper(fn, **kwargs)


def test_functions_without_a_signature_are_accepted():
    """Some functions of C do not say what they take; they are given a chance."""
    assert MeanMetricWrapper(max).fn is max
