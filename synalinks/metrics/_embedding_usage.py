"""What embedding models take, in each phase."""

from __future__ import annotations

from synalinks.embedding_models import EmbeddingModel
from synalinks.metrics._operational import WALL_S, OperationalMetric


class _OfEmbeddings(OperationalMetric):
    model_kinds = (EmbeddingModel,)


class EmbeddingTotalTokens(_OfEmbeddings):
    """Tokens of the texts that embedding models were sent."""

    direction = "down"
    counter = "tokens"


class EmbeddingVectors(_OfEmbeddings):
    """Vectors received."""

    direction = "down"
    counter = "vectors"


class EmbeddingCost(_OfEmbeddings):
    """US dollars; NaN where a model that was called has no known price."""

    direction = "down"
    counter = "cost"


class EmbeddingThroughput(_OfEmbeddings):
    """Requests answered per second of wall clock; each brings many vectors."""

    direction = "up"
    counter = "calls"
    per = (WALL_S,)


class EmbeddingTokensPerSecond(_OfEmbeddings):
    """Tokens sent per second of waiting for their vectors."""

    direction = "up"
    counter = "tokens"
    per = ("elapsed_s",)


class EmbeddingAvgLatency(_OfEmbeddings):
    """Seconds of waiting for the answer to a request, on average."""

    direction = "down"
    counter = "elapsed_s"
    per = ("calls",)


class EmbeddingAvgTotalTokensPerCall(_OfEmbeddings):
    """Tokens sent, per request answered."""

    direction = "down"
    counter = "tokens"
    per = ("calls",)


class EmbeddingAvgCostPerCall(_OfEmbeddings):
    """US dollars per request answered."""

    direction = "down"
    counter = "cost"
    per = ("calls",)


class EmbeddingCacheHitRate(_OfEmbeddings):
    """The share of vectors that came from our own cache."""

    direction = "up"
    counter = "cache_hits"
    per = ("cache_hits", "vectors")


class EmbeddingFailedCalls(_OfEmbeddings):
    """Calls that ended in an error, all attempts included."""

    direction = "down"
    counter = "failed_calls"


class EmbeddingFallbackActivations(_OfEmbeddings):
    """Calls that a fallback model had to answer."""

    direction = "down"
    counter = "fallback_activations"


class EmbeddingErrorRate(_OfEmbeddings):
    """The share of failures among answered requests and failed calls."""

    direction = "down"
    counter = "failed_calls"
    per = ("failed_calls", "calls")


class RewardEmbeddingTotalTokens(EmbeddingTotalTokens):
    """`EmbeddingTotalTokens` of the calls made to score."""

    phase = "reward"


class RewardEmbeddingVectors(EmbeddingVectors):
    """`EmbeddingVectors` of the calls made to score."""

    phase = "reward"


class RewardEmbeddingCost(EmbeddingCost):
    """`EmbeddingCost` of the calls made to score."""

    phase = "reward"


class RewardEmbeddingThroughput(EmbeddingThroughput):
    """`EmbeddingThroughput` of the calls made to score."""

    phase = "reward"


class RewardEmbeddingTokensPerSecond(EmbeddingTokensPerSecond):
    """`EmbeddingTokensPerSecond` of the calls made to score."""

    phase = "reward"


class RewardEmbeddingAvgLatency(EmbeddingAvgLatency):
    """`EmbeddingAvgLatency` of the calls made to score."""

    phase = "reward"


class RewardEmbeddingAvgTotalTokensPerCall(EmbeddingAvgTotalTokensPerCall):
    """`EmbeddingAvgTotalTokensPerCall` of the calls made to score."""

    phase = "reward"


class RewardEmbeddingAvgCostPerCall(EmbeddingAvgCostPerCall):
    """`EmbeddingAvgCostPerCall` of the calls made to score."""

    phase = "reward"


class RewardEmbeddingCacheHitRate(EmbeddingCacheHitRate):
    """`EmbeddingCacheHitRate` of the calls made to score."""

    phase = "reward"


class RewardEmbeddingFailedCalls(EmbeddingFailedCalls):
    """`EmbeddingFailedCalls` of the calls made to score."""

    phase = "reward"


class RewardEmbeddingFallbackActivations(EmbeddingFallbackActivations):
    """`EmbeddingFallbackActivations` of the calls made to score."""

    phase = "reward"


class RewardEmbeddingErrorRate(EmbeddingErrorRate):
    """`EmbeddingErrorRate` of the calls made to score."""

    phase = "reward"


class OptimizerEmbeddingTotalTokens(EmbeddingTotalTokens):
    """`EmbeddingTotalTokens` of the calls made to propose."""

    phase = "optimizer"


class OptimizerEmbeddingVectors(EmbeddingVectors):
    """`EmbeddingVectors` of the calls made to propose."""

    phase = "optimizer"


class OptimizerEmbeddingCost(EmbeddingCost):
    """`EmbeddingCost` of the calls made to propose."""

    phase = "optimizer"


class OptimizerEmbeddingThroughput(EmbeddingThroughput):
    """`EmbeddingThroughput` of the calls made to propose."""

    phase = "optimizer"


class OptimizerEmbeddingTokensPerSecond(EmbeddingTokensPerSecond):
    """`EmbeddingTokensPerSecond` of the calls made to propose."""

    phase = "optimizer"


class OptimizerEmbeddingAvgLatency(EmbeddingAvgLatency):
    """`EmbeddingAvgLatency` of the calls made to propose."""

    phase = "optimizer"


class OptimizerEmbeddingAvgTotalTokensPerCall(EmbeddingAvgTotalTokensPerCall):
    """`EmbeddingAvgTotalTokensPerCall` of the calls made to propose."""

    phase = "optimizer"


class OptimizerEmbeddingAvgCostPerCall(EmbeddingAvgCostPerCall):
    """`EmbeddingAvgCostPerCall` of the calls made to propose."""

    phase = "optimizer"


class OptimizerEmbeddingCacheHitRate(EmbeddingCacheHitRate):
    """`EmbeddingCacheHitRate` of the calls made to propose."""

    phase = "optimizer"


class OptimizerEmbeddingFailedCalls(EmbeddingFailedCalls):
    """`EmbeddingFailedCalls` of the calls made to propose."""

    phase = "optimizer"


class OptimizerEmbeddingFallbackActivations(EmbeddingFallbackActivations):
    """`EmbeddingFallbackActivations` of the calls made to propose."""

    phase = "optimizer"


class OptimizerEmbeddingErrorRate(EmbeddingErrorRate):
    """`EmbeddingErrorRate` of the calls made to propose."""

    phase = "optimizer"
