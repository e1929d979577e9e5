"""What embedding models take, in each phase."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from synalinks.embedding_models import EmbeddingModel
from synalinks.metrics._operational import WALL_S, OperationalMetric

if TYPE_CHECKING:
    from synalinks._internal.context import Phase
    from synalinks.language_models import ProviderModel
    from synalinks.metrics._metric import Direction


class _OfEmbeddings(OperationalMetric):
    """Counts embedding models only."""

    model_kinds: ClassVar[tuple[type[ProviderModel], ...]] = (EmbeddingModel,)


class EmbeddingTotalTokens(_OfEmbeddings):
    """Tokens of the texts that embedding models were sent."""

    direction: Direction | None = "down"
    counter = "tokens"


class EmbeddingVectors(_OfEmbeddings):
    """Vectors received."""

    direction: Direction | None = "down"
    counter = "vectors"


class EmbeddingCost(_OfEmbeddings):
    """US dollars; NaN where a model that was called has no known price."""

    direction: Direction | None = "down"
    counter = "cost"


class EmbeddingThroughput(_OfEmbeddings):
    """Requests answered per second of wall clock; each brings many vectors."""

    direction: Direction | None = "up"
    counter = "calls"
    per: ClassVar[tuple[str, ...]] = (WALL_S,)


class EmbeddingTokensPerSecond(_OfEmbeddings):
    """Tokens sent per second of waiting for their vectors."""

    direction: Direction | None = "up"
    counter = "tokens"
    per: ClassVar[tuple[str, ...]] = ("elapsed_s",)


class EmbeddingAvgLatency(_OfEmbeddings):
    """Seconds of waiting for the answer to a request, on average."""

    direction: Direction | None = "down"
    counter = "elapsed_s"
    per: ClassVar[tuple[str, ...]] = ("calls",)


class EmbeddingAvgTotalTokensPerCall(_OfEmbeddings):
    """Tokens sent, per request answered."""

    direction: Direction | None = "down"
    counter = "tokens"
    per: ClassVar[tuple[str, ...]] = ("calls",)


class EmbeddingAvgCostPerCall(_OfEmbeddings):
    """US dollars per request answered."""

    direction: Direction | None = "down"
    counter = "cost"
    per: ClassVar[tuple[str, ...]] = ("calls",)


class EmbeddingCacheHitRate(_OfEmbeddings):
    """The share of vectors that came from our own cache."""

    direction: Direction | None = "up"
    counter = "cache_hits"
    per: ClassVar[tuple[str, ...]] = ("cache_hits", "vectors")


class EmbeddingFailedCalls(_OfEmbeddings):
    """Calls that ended in an error, all attempts included."""

    direction: Direction | None = "down"
    counter = "failed_calls"


class EmbeddingFallbackActivations(_OfEmbeddings):
    """Calls that a fallback model had to answer."""

    direction: Direction | None = "down"
    counter = "fallback_activations"


class EmbeddingErrorRate(_OfEmbeddings):
    """The share of failures among answered requests and failed calls."""

    direction: Direction | None = "down"
    counter = "failed_calls"
    per: ClassVar[tuple[str, ...]] = ("failed_calls", "calls")


class RewardEmbeddingTotalTokens(EmbeddingTotalTokens):
    """`EmbeddingTotalTokens` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardEmbeddingVectors(EmbeddingVectors):
    """`EmbeddingVectors` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardEmbeddingCost(EmbeddingCost):
    """`EmbeddingCost` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardEmbeddingThroughput(EmbeddingThroughput):
    """`EmbeddingThroughput` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardEmbeddingTokensPerSecond(EmbeddingTokensPerSecond):
    """`EmbeddingTokensPerSecond` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardEmbeddingAvgLatency(EmbeddingAvgLatency):
    """`EmbeddingAvgLatency` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardEmbeddingAvgTotalTokensPerCall(EmbeddingAvgTotalTokensPerCall):
    """`EmbeddingAvgTotalTokensPerCall` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardEmbeddingAvgCostPerCall(EmbeddingAvgCostPerCall):
    """`EmbeddingAvgCostPerCall` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardEmbeddingCacheHitRate(EmbeddingCacheHitRate):
    """`EmbeddingCacheHitRate` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardEmbeddingFailedCalls(EmbeddingFailedCalls):
    """`EmbeddingFailedCalls` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardEmbeddingFallbackActivations(EmbeddingFallbackActivations):
    """`EmbeddingFallbackActivations` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardEmbeddingErrorRate(EmbeddingErrorRate):
    """`EmbeddingErrorRate` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class OptimizerEmbeddingTotalTokens(EmbeddingTotalTokens):
    """`EmbeddingTotalTokens` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerEmbeddingVectors(EmbeddingVectors):
    """`EmbeddingVectors` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerEmbeddingCost(EmbeddingCost):
    """`EmbeddingCost` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerEmbeddingThroughput(EmbeddingThroughput):
    """`EmbeddingThroughput` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerEmbeddingTokensPerSecond(EmbeddingTokensPerSecond):
    """`EmbeddingTokensPerSecond` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerEmbeddingAvgLatency(EmbeddingAvgLatency):
    """`EmbeddingAvgLatency` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerEmbeddingAvgTotalTokensPerCall(EmbeddingAvgTotalTokensPerCall):
    """`EmbeddingAvgTotalTokensPerCall` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerEmbeddingAvgCostPerCall(EmbeddingAvgCostPerCall):
    """`EmbeddingAvgCostPerCall` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerEmbeddingCacheHitRate(EmbeddingCacheHitRate):
    """`EmbeddingCacheHitRate` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerEmbeddingFailedCalls(EmbeddingFailedCalls):
    """`EmbeddingFailedCalls` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerEmbeddingFallbackActivations(EmbeddingFallbackActivations):
    """`EmbeddingFallbackActivations` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerEmbeddingErrorRate(EmbeddingErrorRate):
    """`EmbeddingErrorRate` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"
