"""Rewards by name and by configuration."""

import pytest

from synalinks import rewards
from synalinks.errors import ConfigurationError, UnregisteredObjectError
from synalinks.metrics import Accuracy
from synalinks.saving import CustomObjectScope


class Mine(rewards.Reward):
    def __init__(self, weight=1.0, name=None):
        super().__init__(name=name)
        self.weight = weight

    async def call(self, y_true, y_pred):
        return self.weight


@pytest.mark.parametrize(
    "name", ["exact_match", "ExactMatch", "EXACT_MATCH", "exactMatch"]
)
def test_names_are_found_however_they_are_written(name):
    """Camel, snake and capitals all name the same class."""
    assert isinstance(rewards.get(name), rewards.ExactMatch)


def test_rewards_and_none_come_back_as_they_are():
    """An instance is not copied."""
    reward = rewards.ExactMatch()

    assert rewards.get(reward) is reward
    assert rewards.get(None) is None


def test_a_function_is_wrapped():
    """A plain function becomes a reward of its name."""

    async def closeness(y_true, y_pred):
        return 0.5

    reward = rewards.get(closeness)

    assert isinstance(reward, rewards.RewardFunctionWrapper)
    assert reward.name == "closeness"


@pytest.mark.parametrize(
    "reward",
    [
        pytest.param(rewards.ExactMatch(in_mask=["answer"]), id="built-in"),
        pytest.param(
            rewards.ComposableReward([rewards.ExactMatch(), "exact_match"], [1, 2]),
            id="nested",
        ),
    ],
)
def test_serialize_and_deserialize_are_inverse(reward):
    """A reward comes back with the same configuration."""
    form = rewards.serialize(reward)

    assert rewards.serialize(rewards.deserialize(form)) == form
    assert type(rewards.get(form)) is type(reward)


def test_the_class_name_alone_names_a_built_in():
    """Configurations written by hand need not know registered names."""
    reward = rewards.get({"class_name": "ExactMatch", "config": {"name": "same"}})

    assert reward.name == "same"
    assert rewards.get({"class_name": "ExactMatch"}).name == "exact_match"


def test_own_classes_are_found_in_a_scope():
    """A class in scope can be named like a built-in one."""
    with CustomObjectScope({"Mine": Mine}):
        assert isinstance(rewards.get("mine"), Mine)

    form = rewards.serialize(Mine(weight=2.0))
    assert rewards.deserialize(form, {"Mine": Mine}).weight == 2.0
    with pytest.raises(UnregisteredObjectError, match="`Mine` is not registered"):
        rewards.deserialize(form)


def test_an_unknown_name_shows_the_known_ones():
    """The message suggests the nearest name and lists all."""
    with pytest.raises(
        ConfigurationError,
        match=r"^There is no reward named 'exact_macth'\. Did you mean `exact_match`\? "
        r"Known names: .*`exact_match`.*register_synalinks_serializable",
    ):
        rewards.get("exact_macth")


def test_a_name_that_needs_arguments_says_which():
    """A class that cannot be made from nothing is not made."""
    with pytest.raises(
        ConfigurationError,
        match=r"'composable_reward' cannot be made from its name alone: it needs "
        r"`rewards`\. Pass an instance: `ComposableReward\(rewards=\.\.\.\)`\.",
    ):
        rewards.get("composable_reward")


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        pytest.param(3, r"^3 is not a reward\. Expected a `Reward`", id="number"),
        pytest.param(
            rewards.ExactMatch, r"pass an instance: `ExactMatch\(\)`", id="class"
        ),
        pytest.param(["exact_match"], "It takes one reward", id="list"),
        pytest.param({"out": "exact_match"}, "It takes one reward", id="dict"),
        pytest.param(
            {"class_name": "Accuracy", "config": {}}, "not registered", id="metric"
        ),
    ],
)
def test_what_is_no_reward_is_refused(identifier, message):
    """The message says what was received and what is expected."""
    with pytest.raises((ConfigurationError, UnregisteredObjectError), match=message):
        rewards.get(identifier)


def test_the_configuration_of_something_else_is_refused():
    """A metric's configuration makes no reward."""
    from synalinks import metrics

    with pytest.raises(ConfigurationError, match=r"describes <.*Accuracy"):
        rewards.deserialize(metrics.serialize(Accuracy()))
