"""Rewards: how good a prediction is, as a number that training makes higher."""

from synalinks._internal.public import publish
from synalinks.rewards._batch_reward import BatchReward, BatchRewardFunctionWrapper
from synalinks.rewards._composable_reward import ComposableReward
from synalinks.rewards._exact_match import ExactMatch, exact_match
from synalinks.rewards._lookup import deserialize, get, serialize
from synalinks.rewards._reduction import reduce_scores
from synalinks.rewards._reward import Reward
from synalinks.rewards._reward_function_wrapper import RewardFunctionWrapper
from synalinks.rewards._score import Score

__all__ = [
    "BatchReward",
    "BatchRewardFunctionWrapper",
    "ComposableReward",
    "ExactMatch",
    "Reward",
    "RewardFunctionWrapper",
    "Score",
    "deserialize",
    "exact_match",
    "get",
    "reduce_scores",
    "serialize",
]

publish(__name__)
