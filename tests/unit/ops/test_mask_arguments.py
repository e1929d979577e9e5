"""Arguments that are written once are shown by every class."""

import inspect

import pytest

import synalinks

MASKS = ["in_mask", "out_mask", "in_mask_pattern", "out_mask_pattern"]


@pytest.mark.parametrize(
    "cls",
    [
        getattr(home, name)
        for home in (synalinks.metrics, synalinks.rewards)
        for name in home.__all__
        if isinstance(getattr(home, name), type)
        and issubclass(
            getattr(home, name), (synalinks.metrics.Metric, synalinks.rewards.Reward)
        )
        and name != "OutputMetric"  # around a metric, which has masks of its own
    ],
)
def test_every_metric_and_reward_shows_its_masks(cls):
    """By name and default, and the masks work by these names."""
    parameters = inspect.signature(cls).parameters

    assert all(parameters[name].default is None for name in MASKS)
    assert "masks" not in parameters


def test_a_subclass_has_the_signature_of_its_own_constructor():
    """That of its base is not inherited."""

    class Mine(synalinks.metrics.F1Score):
        def __init__(self, field):
            super().__init__(in_mask=[field])

    assert list(inspect.signature(Mine).parameters) == ["field"]
