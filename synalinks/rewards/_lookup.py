"""Rewards by name, by configuration, or made of functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_row
from synalinks.errors import ConfigurationError, show
from synalinks.rewards._reward import Reward
from synalinks.rewards._reward_function_wrapper import RewardFunctionWrapper
from synalinks.saving import load_as, look_up, serialize_synalinks_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject


def get(identifier: object) -> Reward | None:
    """Return the reward that an identifier stands for.

    Args:
        identifier: A reward; its name, in Camel or snake case, whatever the capitals;
            its configuration; a function of target and prediction; or None.

    Returns:
        The reward; None for None.

    Raises:
        ConfigurationError: The identifier stands for no reward.
    """
    if is_row(identifier):
        msg = (
            f"{show(identifier)} is not a reward. It takes one reward: weigh several "
            "with `ComposableReward(rewards=[...], weights=[...])`."
        )
        raise ConfigurationError(msg)
    return look_up(identifier, kind=Reward, from_function=RewardFunctionWrapper)


def serialize(reward: Reward) -> JsonObject:
    """Return a reward as JSON.

    Args:
        reward: The reward.
    """
    return serialize_synalinks_object(reward)


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Reward:
    """Return the reward that `serialize` described.

    Args:
        config: What `serialize` returned; `class_name` alone is enough to name a
            built-in class.
        custom_objects: Further classes and functions by name.

    Raises:
        ConfigurationError: It describes something that is not a reward.
    """
    return load_as(config, kind=Reward, custom_objects=custom_objects)
