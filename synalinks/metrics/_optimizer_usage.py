"""What language models take to propose candidates."""

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


class OptimizerTotalTokens(TotalTokens):
    """`TotalTokens` of the calls made to propose."""

    phase = "optimizer"


class OptimizerInputTokens(InputTokens):
    """`InputTokens` of the calls made to propose."""

    phase = "optimizer"


class OptimizerOutputTokens(OutputTokens):
    """`OutputTokens` of the calls made to propose."""

    phase = "optimizer"


class OptimizerReasoningTokens(ReasoningTokens):
    """`ReasoningTokens` of the calls made to propose."""

    phase = "optimizer"


class OptimizerCachedTokens(CachedTokens):
    """`CachedTokens` of the calls made to propose."""

    phase = "optimizer"


class OptimizerCacheCreationTokens(CacheCreationTokens):
    """`CacheCreationTokens` of the calls made to propose."""

    phase = "optimizer"


class OptimizerCost(Cost):
    """`Cost` of the calls made to propose."""

    phase = "optimizer"


class OptimizerThroughput(Throughput):
    """`Throughput` of the calls made to propose."""

    phase = "optimizer"


class OptimizerTokensPerSecond(TokensPerSecond):
    """`TokensPerSecond` of the calls made to propose."""

    phase = "optimizer"


class OptimizerAvgLatency(AvgLatency):
    """`AvgLatency` of the calls made to propose."""

    phase = "optimizer"


class OptimizerAvgTotalTokensPerCall(AvgTotalTokensPerCall):
    """`AvgTotalTokensPerCall` of the calls made to propose."""

    phase = "optimizer"


class OptimizerAvgInputTokensPerCall(AvgInputTokensPerCall):
    """`AvgInputTokensPerCall` of the calls made to propose."""

    phase = "optimizer"


class OptimizerAvgOutputTokensPerCall(AvgOutputTokensPerCall):
    """`AvgOutputTokensPerCall` of the calls made to propose."""

    phase = "optimizer"


class OptimizerAvgReasoningTokensPerCall(AvgReasoningTokensPerCall):
    """`AvgReasoningTokensPerCall` of the calls made to propose."""

    phase = "optimizer"


class OptimizerAvgCachedTokensPerCall(AvgCachedTokensPerCall):
    """`AvgCachedTokensPerCall` of the calls made to propose."""

    phase = "optimizer"


class OptimizerAvgCacheCreationTokensPerCall(AvgCacheCreationTokensPerCall):
    """`AvgCacheCreationTokensPerCall` of the calls made to propose."""

    phase = "optimizer"


class OptimizerAvgCostPerCall(AvgCostPerCall):
    """`AvgCostPerCall` of the calls made to propose."""

    phase = "optimizer"


class OptimizerCacheHitRate(CacheHitRate):
    """`CacheHitRate` of the calls made to propose."""

    phase = "optimizer"


class OptimizerReasoningTokenShare(ReasoningTokenShare):
    """`ReasoningTokenShare` of the calls made to propose."""

    phase = "optimizer"


class OptimizerFailedCalls(FailedCalls):
    """`FailedCalls` of the calls made to propose."""

    phase = "optimizer"


class OptimizerFallbackActivations(FallbackActivations):
    """`FallbackActivations` of the calls made to propose."""

    phase = "optimizer"


class OptimizerErrorRate(ErrorRate):
    """`ErrorRate` of the calls made to propose."""

    phase = "optimizer"


class OptimizerAvgTimeToFirstToken(AvgTimeToFirstToken):
    """`AvgTimeToFirstToken` of the calls made to propose."""

    phase = "optimizer"


class OptimizerAvgTimeToLastToken(AvgTimeToLastToken):
    """`AvgTimeToLastToken` of the calls made to propose."""

    phase = "optimizer"


class OptimizerAvgTrajectoryTimeToFirstToken(AvgTrajectoryTimeToFirstToken):
    """`AvgTrajectoryTimeToFirstToken` of the calls made to propose."""

    phase = "optimizer"
