"""What language models take to answer."""

from __future__ import annotations

from synalinks.metrics._operational import WALL_S, OperationalMetric


class TotalTokens(OperationalMetric):
    """Tokens sent and answered."""

    direction = "down"
    counter = "tokens"


class InputTokens(OperationalMetric):
    """Tokens sent: those of prompts."""

    direction = "down"
    counter = "prompt_tokens"


class OutputTokens(OperationalMetric):
    """Tokens answered, reasoning included."""

    direction = "down"
    counter = "completion_tokens"


class ReasoningTokens(OperationalMetric):
    """Tokens answered that were spent on reasoning."""

    direction = "down"
    counter = "reasoning_tokens"


class CachedTokens(OperationalMetric):
    """Tokens sent that the provider had in its cache, and bills for less."""

    direction = "up"
    counter = "cached_tokens"


class CacheCreationTokens(OperationalMetric):
    """Tokens sent that the provider has put into its cache."""

    direction = "down"
    counter = "cache_creation_tokens"


class Cost(OperationalMetric):
    """US dollars; NaN where a model that was called has no known price."""

    direction = "down"
    counter = "cost"


class Throughput(OperationalMetric):
    """Answers per second of wall clock: more with more calls at a time."""

    direction = "up"
    counter = "calls"
    per = (WALL_S,)


class TokensPerSecond(OperationalMetric):
    """Tokens answered per second of waiting for them: how fast models write."""

    direction = "up"
    counter = "completion_tokens"
    per = ("elapsed_s",)


class AvgLatency(OperationalMetric):
    """Seconds of waiting for an answer, on average."""

    direction = "down"
    counter = "elapsed_s"
    per = ("calls",)


class AvgTotalTokensPerCall(OperationalMetric):
    """Tokens sent and answered, per answer."""

    direction = "down"
    counter = "tokens"
    per = ("calls",)


class AvgInputTokensPerCall(OperationalMetric):
    """Tokens sent, per answer."""

    direction = "down"
    counter = "prompt_tokens"
    per = ("calls",)


class AvgOutputTokensPerCall(OperationalMetric):
    """Tokens answered, per answer."""

    direction = "down"
    counter = "completion_tokens"
    per = ("calls",)


class AvgReasoningTokensPerCall(OperationalMetric):
    """Tokens spent on reasoning, per answer."""

    direction = "down"
    counter = "reasoning_tokens"
    per = ("calls",)


class AvgCachedTokensPerCall(OperationalMetric):
    """Tokens sent that the provider had in its cache, per answer."""

    direction = "up"
    counter = "cached_tokens"
    per = ("calls",)


class AvgCacheCreationTokensPerCall(OperationalMetric):
    """Tokens sent that the provider has put into its cache, per answer."""

    direction = "down"
    counter = "cache_creation_tokens"
    per = ("calls",)


class AvgCostPerCall(OperationalMetric):
    """US dollars per answer."""

    direction = "down"
    counter = "cost"
    per = ("calls",)


class CacheHitRate(OperationalMetric):
    """The share of answers that came from our own cache."""

    direction = "up"
    counter = "cache_hits"
    per = ("cache_hits", "calls")


class ReasoningTokenShare(OperationalMetric):
    """The share of the tokens answered that was spent on reasoning."""

    direction = "down"
    counter = "reasoning_tokens"
    per = ("completion_tokens",)


class FailedCalls(OperationalMetric):
    """Calls that ended in an error, all attempts included."""

    direction = "down"
    counter = "failed_calls"


class FallbackActivations(OperationalMetric):
    """Calls that a fallback model had to answer."""

    direction = "down"
    counter = "fallback_activations"


class ErrorRate(OperationalMetric):
    """The share of failures among answers from providers and failed calls."""

    direction = "down"
    counter = "failed_calls"
    per = ("failed_calls", "calls")


class AvgTimeToFirstToken(OperationalMetric):
    """Seconds to the first token of a stream, on average."""

    direction = "down"
    counter = "streaming_ttft_s"
    per = ("streaming_calls",)


class AvgTimeToLastToken(OperationalMetric):
    """Seconds to the last token of a stream, on average."""

    direction = "down"
    counter = "streaming_ttlt_s"
    per = ("streaming_calls",)


class AvgTrajectoryTimeToFirstToken(OperationalMetric):
    """Seconds from the start of an agent to the first token of its final answer."""

    direction = "down"
    counter = "trajectory_ttft_s"
    per = ("trajectory_calls",)
