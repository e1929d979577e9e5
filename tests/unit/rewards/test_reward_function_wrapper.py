"""Rewards made of functions."""

from functools import partial

import pytest

from synalinks.data_models import DataModel
from synalinks.errors import ConfigurationError
from synalinks.rewards import RewardFunctionWrapper, exact_match


class Answer(DataModel):
    thinking: str = ""
    answer: str


async def length(y_true, y_pred, scale=1.0):
    return scale * len(y_pred.get("answer"))


def plain(y_true, y_pred):
    return 0.25


class Judge:
    async def __call__(self, y_true, y_pred):
        return 0.75


@pytest.mark.parametrize(
    ("fn", "kwargs", "value", "name"),
    [
        pytest.param(length, {}, 2.0, "length", id="async def"),
        pytest.param(length, {"scale": 3.0}, 6.0, "length", id="with arguments"),
        pytest.param(plain, {}, 0.25, "plain", id="def"),
        pytest.param(lambda y_true, y_pred: 1, {}, 1.0, "lambda", id="lambda"),
        pytest.param(partial(length, scale=2.0), {}, 4.0, "length", id="partial"),
        pytest.param(Judge(), {}, 0.75, "Judge", id="object"),
    ],
)
async def test_anything_callable_is_a_reward(fn, kwargs, value, name):
    """Functions of both kinds and callable objects work, and give the name."""
    reward = RewardFunctionWrapper(fn, **kwargs)

    assert await reward(None, Answer(answer="ab")) == value
    assert reward.name == name


async def test_masks_apply_to_both_sides():
    """A mask leaves the reasoning out of the comparison."""
    reward = RewardFunctionWrapper(exact_match, in_mask=["answer"])

    assert await reward(
        Answer(thinking="a", answer="x"), Answer(thinking="b", answer="x")
    )


def test_configuration_of_a_registered_function_makes_an_equal_reward():
    """A wrapper around a registered function can be saved."""
    reward = RewardFunctionWrapper(exact_match, name="same", reduction="min")

    again = RewardFunctionWrapper.from_config(reward.get_config())

    assert again.fn is exact_match
    assert (again.name, again.reduction) == ("same", "min")


@pytest.mark.parametrize(
    ("fn", "kwargs", "message"),
    [
        pytest.param(3, {}, r"`RewardFunctionWrapper` received 3\.", id="number"),
        pytest.param(Judge, {}, "`RewardFunctionWrapper` received <class", id="class"),
        pytest.param(
            lambda y_pred: 1, {}, "`lambda` cannot be called with", id="one argument"
        ),
        pytest.param(
            length, {"scal": 1}, r"`length` .* \['scal'\]: got an unexpected", id="typo"
        ),
    ],
)
def test_what_cannot_be_called_is_refused_at_once(fn, kwargs, message):
    """A function of the wrong shape is an error before anything is paid for."""
    with pytest.raises(ConfigurationError, match=message):
        RewardFunctionWrapper(fn, **kwargs)


def test_functions_without_a_signature_are_accepted():
    """Some functions of C do not say what they take; they are given a chance."""
    assert RewardFunctionWrapper(max).name == "max"
