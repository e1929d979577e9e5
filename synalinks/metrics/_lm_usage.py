"""What language models take to answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from synalinks.metrics._operational import WALL_S, OperationalMetric

if TYPE_CHECKING:
    from synalinks.metrics._metric import Direction


class TotalTokens(OperationalMetric):
    """Tokens sent and answered."""

    direction: Direction | None = "down"
    counter = "tokens"


class InputTokens(OperationalMetric):
    """Tokens sent: those of prompts."""

    direction: Direction | None = "down"
    counter = "prompt_tokens"


class OutputTokens(OperationalMetric):
    """Tokens answered, reasoning included."""

    direction: Direction | None = "down"
    counter = "completion_tokens"


class ReasoningTokens(OperationalMetric):
    """Tokens answered that were spent on reasoning."""

    direction: Direction | None = "down"
    counter = "reasoning_tokens"


class CachedTokens(OperationalMetric):
    """Tokens sent that the provider had in its cache, and bills for less."""

    direction: Direction | None = "up"
    counter = "cached_tokens"


class CacheCreationTokens(OperationalMetric):
    """Tokens sent that the provider has put into its cache."""

    direction: Direction | None = "down"
    counter = "cache_creation_tokens"


class Cost(OperationalMetric):
    """US dollars; NaN where a model that was called has no known price."""

    direction: Direction | None = "down"
    counter = "cost"


class Throughput(OperationalMetric):
    """Answers per second of wall clock: more with more calls at a time."""

    direction: Direction | None = "up"
    counter = "calls"
    per: ClassVar[tuple[str, ...]] = (WALL_S,)


class TokensPerSecond(OperationalMetric):
    """Tokens answered per second of waiting for them: how fast models write."""

    direction: Direction | None = "up"
    counter = "completion_tokens"
    per: ClassVar[tuple[str, ...]] = ("elapsed_s",)


class AvgLatency(OperationalMetric):
    """Seconds of waiting for an answer, on average."""

    direction: Direction | None = "down"
    counter = "elapsed_s"
    per: ClassVar[tuple[str, ...]] = ("calls",)


class AvgTotalTokensPerCall(OperationalMetric):
    """Tokens sent and answered, per answer."""

    direction: Direction | None = "down"
    counter = "tokens"
    per: ClassVar[tuple[str, ...]] = ("calls",)


class AvgInputTokensPerCall(OperationalMetric):
    """Tokens sent, per answer."""

    direction: Direction | None = "down"
    counter = "prompt_tokens"
    per: ClassVar[tuple[str, ...]] = ("calls",)


class AvgOutputTokensPerCall(OperationalMetric):
    """Tokens answered, per answer."""

    direction: Direction | None = "down"
    counter = "completion_tokens"
    per: ClassVar[tuple[str, ...]] = ("calls",)


class AvgReasoningTokensPerCall(OperationalMetric):
    """Tokens spent on reasoning, per answer."""

    direction: Direction | None = "down"
    counter = "reasoning_tokens"
    per: ClassVar[tuple[str, ...]] = ("calls",)


class AvgCachedTokensPerCall(OperationalMetric):
    """Tokens sent that the provider had in its cache, per answer."""

    direction: Direction | None = "up"
    counter = "cached_tokens"
    per: ClassVar[tuple[str, ...]] = ("calls",)


class AvgCacheCreationTokensPerCall(OperationalMetric):
    """Tokens sent that the provider has put into its cache, per answer."""

    direction: Direction | None = "down"
    counter = "cache_creation_tokens"
    per: ClassVar[tuple[str, ...]] = ("calls",)


class AvgCostPerCall(OperationalMetric):
    """US dollars per answer."""

    direction: Direction | None = "down"
    counter = "cost"
    per: ClassVar[tuple[str, ...]] = ("calls",)


class CacheHitRate(OperationalMetric):
    """The share of answers that came from our own cache."""

    direction: Direction | None = "up"
    counter = "cache_hits"
    per: ClassVar[tuple[str, ...]] = ("cache_hits", "calls")


class ReasoningTokenShare(OperationalMetric):
    """The share of the tokens answered that was spent on reasoning."""

    direction: Direction | None = "down"
    counter = "reasoning_tokens"
    per: ClassVar[tuple[str, ...]] = ("completion_tokens",)


class FailedCalls(OperationalMetric):
    """Calls that ended in an error, all attempts included."""

    direction: Direction | None = "down"
    counter = "failed_calls"


class FallbackActivations(OperationalMetric):
    """Calls that a fallback model had to answer."""

    direction: Direction | None = "down"
    counter = "fallback_activations"


class ErrorRate(OperationalMetric):
    """The share of failures among answers from providers and failed calls."""

    direction: Direction | None = "down"
    counter = "failed_calls"
    per: ClassVar[tuple[str, ...]] = ("failed_calls", "calls")


class AvgTimeToFirstToken(OperationalMetric):
    """Seconds to the first token of a stream, on average."""

    direction: Direction | None = "down"
    counter = "streaming_ttft_s"
    per: ClassVar[tuple[str, ...]] = ("streaming_calls",)


class AvgTimeToLastToken(OperationalMetric):
    """Seconds to the last token of a stream, on average."""

    direction: Direction | None = "down"
    counter = "streaming_ttlt_s"
    per: ClassVar[tuple[str, ...]] = ("streaming_calls",)


class AvgTrajectoryTimeToFirstToken(OperationalMetric):
    """Seconds from the start of an agent to the first token of its final answer."""

    direction: Direction | None = "down"
    counter = "trajectory_ttft_s"
    per: ClassVar[tuple[str, ...]] = ("trajectory_calls",)
