"""What language models take to propose candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

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

if TYPE_CHECKING:
    from synalinks._internal.context import Phase


class OptimizerTotalTokens(TotalTokens):
    """`TotalTokens` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerInputTokens(InputTokens):
    """`InputTokens` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerOutputTokens(OutputTokens):
    """`OutputTokens` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerReasoningTokens(ReasoningTokens):
    """`ReasoningTokens` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerCachedTokens(CachedTokens):
    """`CachedTokens` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerCacheCreationTokens(CacheCreationTokens):
    """`CacheCreationTokens` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerCost(Cost):
    """`Cost` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerThroughput(Throughput):
    """`Throughput` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerTokensPerSecond(TokensPerSecond):
    """`TokensPerSecond` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerAvgLatency(AvgLatency):
    """`AvgLatency` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerAvgTotalTokensPerCall(AvgTotalTokensPerCall):
    """`AvgTotalTokensPerCall` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerAvgInputTokensPerCall(AvgInputTokensPerCall):
    """`AvgInputTokensPerCall` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerAvgOutputTokensPerCall(AvgOutputTokensPerCall):
    """`AvgOutputTokensPerCall` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerAvgReasoningTokensPerCall(AvgReasoningTokensPerCall):
    """`AvgReasoningTokensPerCall` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerAvgCachedTokensPerCall(AvgCachedTokensPerCall):
    """`AvgCachedTokensPerCall` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerAvgCacheCreationTokensPerCall(AvgCacheCreationTokensPerCall):
    """`AvgCacheCreationTokensPerCall` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerAvgCostPerCall(AvgCostPerCall):
    """`AvgCostPerCall` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerCacheHitRate(CacheHitRate):
    """`CacheHitRate` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerReasoningTokenShare(ReasoningTokenShare):
    """`ReasoningTokenShare` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerFailedCalls(FailedCalls):
    """`FailedCalls` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerFallbackActivations(FallbackActivations):
    """`FallbackActivations` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerErrorRate(ErrorRate):
    """`ErrorRate` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerAvgTimeToFirstToken(AvgTimeToFirstToken):
    """`AvgTimeToFirstToken` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerAvgTimeToLastToken(AvgTimeToLastToken):
    """`AvgTimeToLastToken` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"


class OptimizerAvgTrajectoryTimeToFirstToken(AvgTrajectoryTimeToFirstToken):
    """`AvgTrajectoryTimeToFirstToken` of the calls made to propose."""

    phase: ClassVar[Phase] = "optimizer"
