"""What language models take to score: the judges among rewards."""

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


class RewardTotalTokens(TotalTokens):
    """`TotalTokens` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardInputTokens(InputTokens):
    """`InputTokens` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardOutputTokens(OutputTokens):
    """`OutputTokens` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardReasoningTokens(ReasoningTokens):
    """`ReasoningTokens` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardCachedTokens(CachedTokens):
    """`CachedTokens` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardCacheCreationTokens(CacheCreationTokens):
    """`CacheCreationTokens` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardCost(Cost):
    """`Cost` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardThroughput(Throughput):
    """`Throughput` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardTokensPerSecond(TokensPerSecond):
    """`TokensPerSecond` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardAvgLatency(AvgLatency):
    """`AvgLatency` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardAvgTotalTokensPerCall(AvgTotalTokensPerCall):
    """`AvgTotalTokensPerCall` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardAvgInputTokensPerCall(AvgInputTokensPerCall):
    """`AvgInputTokensPerCall` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardAvgOutputTokensPerCall(AvgOutputTokensPerCall):
    """`AvgOutputTokensPerCall` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardAvgReasoningTokensPerCall(AvgReasoningTokensPerCall):
    """`AvgReasoningTokensPerCall` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardAvgCachedTokensPerCall(AvgCachedTokensPerCall):
    """`AvgCachedTokensPerCall` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardAvgCacheCreationTokensPerCall(AvgCacheCreationTokensPerCall):
    """`AvgCacheCreationTokensPerCall` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardAvgCostPerCall(AvgCostPerCall):
    """`AvgCostPerCall` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardCacheHitRate(CacheHitRate):
    """`CacheHitRate` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardReasoningTokenShare(ReasoningTokenShare):
    """`ReasoningTokenShare` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardFailedCalls(FailedCalls):
    """`FailedCalls` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardFallbackActivations(FallbackActivations):
    """`FallbackActivations` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardErrorRate(ErrorRate):
    """`ErrorRate` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardAvgTimeToFirstToken(AvgTimeToFirstToken):
    """`AvgTimeToFirstToken` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardAvgTimeToLastToken(AvgTimeToLastToken):
    """`AvgTimeToLastToken` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"


class RewardAvgTrajectoryTimeToFirstToken(AvgTrajectoryTimeToFirstToken):
    """`AvgTrajectoryTimeToFirstToken` of the calls made to score."""

    phase: ClassVar[Phase] = "reward"
