"""What language models take to score: the judges among rewards."""

from __future__ import annotations

from synalinks.metrics._lm_usage import (
    AvgCacheCreationTokensPerCall,
    AvgCachedTokensPerCall,
    AvgCostPerCall,
    AvgInputTokensPerCall,
    AvgLatency,
    AvgOutputTokensPerCall,
    AvgReasoningTokensPerCall,
    AvgTimeToFirstToken,
    AvgTimeToLastToken,
    AvgTotalTokensPerCall,
    AvgTrajectoryTimeToFirstToken,
    CacheCreationTokens,
    CachedTokens,
    CacheHitRate,
    Cost,
    ErrorRate,
    FailedCalls,
    FallbackActivations,
    InputTokens,
    OutputTokens,
    ReasoningTokens,
    ReasoningTokenShare,
    Throughput,
    TokensPerSecond,
    TotalTokens,
)


class RewardTotalTokens(TotalTokens):
    """`TotalTokens` of the calls made to score."""

    phase = "reward"


class RewardInputTokens(InputTokens):
    """`InputTokens` of the calls made to score."""

    phase = "reward"


class RewardOutputTokens(OutputTokens):
    """`OutputTokens` of the calls made to score."""

    phase = "reward"


class RewardReasoningTokens(ReasoningTokens):
    """`ReasoningTokens` of the calls made to score."""

    phase = "reward"


class RewardCachedTokens(CachedTokens):
    """`CachedTokens` of the calls made to score."""

    phase = "reward"


class RewardCacheCreationTokens(CacheCreationTokens):
    """`CacheCreationTokens` of the calls made to score."""

    phase = "reward"


class RewardCost(Cost):
    """`Cost` of the calls made to score."""

    phase = "reward"


class RewardThroughput(Throughput):
    """`Throughput` of the calls made to score."""

    phase = "reward"


class RewardTokensPerSecond(TokensPerSecond):
    """`TokensPerSecond` of the calls made to score."""

    phase = "reward"


class RewardAvgLatency(AvgLatency):
    """`AvgLatency` of the calls made to score."""

    phase = "reward"


class RewardAvgTotalTokensPerCall(AvgTotalTokensPerCall):
    """`AvgTotalTokensPerCall` of the calls made to score."""

    phase = "reward"


class RewardAvgInputTokensPerCall(AvgInputTokensPerCall):
    """`AvgInputTokensPerCall` of the calls made to score."""

    phase = "reward"


class RewardAvgOutputTokensPerCall(AvgOutputTokensPerCall):
    """`AvgOutputTokensPerCall` of the calls made to score."""

    phase = "reward"


class RewardAvgReasoningTokensPerCall(AvgReasoningTokensPerCall):
    """`AvgReasoningTokensPerCall` of the calls made to score."""

    phase = "reward"


class RewardAvgCachedTokensPerCall(AvgCachedTokensPerCall):
    """`AvgCachedTokensPerCall` of the calls made to score."""

    phase = "reward"


class RewardAvgCacheCreationTokensPerCall(AvgCacheCreationTokensPerCall):
    """`AvgCacheCreationTokensPerCall` of the calls made to score."""

    phase = "reward"


class RewardAvgCostPerCall(AvgCostPerCall):
    """`AvgCostPerCall` of the calls made to score."""

    phase = "reward"


class RewardCacheHitRate(CacheHitRate):
    """`CacheHitRate` of the calls made to score."""

    phase = "reward"


class RewardReasoningTokenShare(ReasoningTokenShare):
    """`ReasoningTokenShare` of the calls made to score."""

    phase = "reward"


class RewardFailedCalls(FailedCalls):
    """`FailedCalls` of the calls made to score."""

    phase = "reward"


class RewardFallbackActivations(FallbackActivations):
    """`FallbackActivations` of the calls made to score."""

    phase = "reward"


class RewardErrorRate(ErrorRate):
    """`ErrorRate` of the calls made to score."""

    phase = "reward"


class RewardAvgTimeToFirstToken(AvgTimeToFirstToken):
    """`AvgTimeToFirstToken` of the calls made to score."""

    phase = "reward"


class RewardAvgTimeToLastToken(AvgTimeToLastToken):
    """`AvgTimeToLastToken` of the calls made to score."""

    phase = "reward"


class RewardAvgTrajectoryTimeToFirstToken(AvgTrajectoryTimeToFirstToken):
    """`AvgTrajectoryTimeToFirstToken` of the calls made to score."""

    phase = "reward"
