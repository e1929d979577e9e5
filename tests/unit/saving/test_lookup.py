"""An object is found by what a user calls it, among those of its kind."""

import pytest

from synalinks.errors import ConfigurationError
from synalinks.metrics import Metric
from synalinks.rewards import ExactMatch, Reward
from synalinks.saving import look_up, register_synalinks_serializable


class Parent(Reward):
    """A reward in between."""

    async def call(self, y_true, y_pred):
        return 1.0


@register_synalinks_serializable(package="lookup")
class GrandchildOfReward(Parent):
    """A reward whose parent has no name."""


@pytest.mark.parametrize(
    ("name", "kind", "cls"),
    [
        ("exact_match", Reward, ExactMatch),
        ("exact_match", ExactMatch, ExactMatch),
        ("GrandchildOfReward", Reward, GrandchildOfReward),
        ("grandchild_of_reward", Parent, GrandchildOfReward),
    ],
)
def test_a_kind_is_a_class_and_all_below_it(name, kind, cls):
    """However far below, and the class itself."""
    assert type(look_up(name, kind=kind)) is cls


@pytest.mark.parametrize(
    ("name", "kind"),
    [("exact_match", Metric), ("exact_match", Parent), ("reward", Reward)],
)
def test_what_is_of_another_kind_is_not_found(name, kind):
    """Nor is a class of which there are no objects."""
    with pytest.raises(ConfigurationError, match=f"named '{name}'") as caught:
        look_up(name, kind=kind)

    assert f"`{name}`" not in str(caught.value).partition("Known names")[2]
