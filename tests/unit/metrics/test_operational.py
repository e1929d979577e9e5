"""What models take, read from their counters."""

import json
import math

import pytest
from builders import scripted

import synalinks
from synalinks import metrics
from synalinks._internal import context
from synalinks.contracts import Invocations, Usage
from synalinks.embedding_models import EmbeddingModel
from synalinks.errors import ConfigurationError, ServerError, StateMismatchError
from synalinks.language_models import EMResponse, LMResponse
from synalinks.metrics import OperationalMetric
from synalinks.saving import register_synalinks_serializable

MESSAGES = [{"role": "user", "content": "Was it good?"}]
USAGE = Usage(
    calls=1,
    prompt_tokens=100,
    completion_tokens=20,
    cached_tokens=40,
    cache_creation_tokens=10,
    reasoning_tokens=5,
    cost_usd=0.25,
)
OF_LANGUAGE_MODELS = {
    "TotalTokens": (240, "down"),
    "InputTokens": (200, "down"),
    "OutputTokens": (40, "down"),
    "ReasoningTokens": (10, "down"),
    "CachedTokens": (80, "up"),
    "CacheCreationTokens": (20, "down"),
    "Cost": (0.5, "down"),
    "Throughput": (2 / 8, "up"),
    "TokensPerSecond": (40 / 4, "up"),
    "AvgLatency": (4 / 2, "down"),
    "AvgTotalTokensPerCall": (120, "down"),
    "AvgInputTokensPerCall": (100, "down"),
    "AvgOutputTokensPerCall": (20, "down"),
    "AvgReasoningTokensPerCall": (5, "down"),
    "AvgCachedTokensPerCall": (40, "up"),
    "AvgCacheCreationTokensPerCall": (10, "down"),
    "AvgCostPerCall": (0.25, "down"),
    "CacheHitRate": (2 / 4, "up"),
    "ReasoningTokenShare": (10 / 40, "down"),
    "FailedCalls": (1, "down"),
    "FallbackActivations": (1, "down"),
    "ErrorRate": (1 / 3, "down"),
    "AvgTimeToFirstToken": (0.5, "down"),
    "AvgTimeToLastToken": (1.5, "down"),
    "AvgTrajectoryTimeToFirstToken": (3.0, "down"),
}
OF_EMBEDDING_MODELS = {
    "EmbeddingTotalTokens": (240, "down"),
    "EmbeddingVectors": (6, "down"),
    "EmbeddingCost": (0.5, "down"),
    "EmbeddingThroughput": (2 / 8, "up"),
    "EmbeddingTokensPerSecond": (240 / 4, "up"),
    "EmbeddingAvgLatency": (4 / 2, "down"),
    "EmbeddingAvgTotalTokensPerCall": (120, "down"),
    "EmbeddingAvgCostPerCall": (0.25, "down"),
    "EmbeddingCacheHitRate": (2 / 8, "up"),
    "EmbeddingFailedCalls": (1, "down"),
    "EmbeddingFallbackActivations": (1, "down"),
    "EmbeddingErrorRate": (1 / 3, "down"),
}
PREFIXES = {"": "inference", "Reward": "reward", "Optimizer": "optimizer"}
CASES = [
    pytest.param(prefix, name, *expected, id=f"{prefix}{name}")
    for prefix in PREFIXES
    for name, expected in {**OF_LANGUAGE_MODELS, **OF_EMBEDDING_MODELS}.items()
]


@pytest.fixture
def clock(monkeypatch):
    """Return a clock that stands still until it is set."""
    now = [100.0]
    monkeypatch.setattr("synalinks.metrics._operational.perf_counter", lambda: now[0])
    return now


def take(model, phase):
    """Count in a model what every measure has a use for."""
    with context.bound(context.phase, phase):
        for _ in range(2):
            model.ledger.record(USAGE, "stop")
            model.ledger.record(Usage(cache_hits=1), "stop")
        here = model.ledger.here
        here.elapsed_s += 4.0
        here.failed_calls += 1
        here.fallback_activations += 1
        here.vectors += 6
        here.streaming_calls += 2
        here.streaming_ttft_s += 1.0
        here.streaming_ttlt_s += 3.0
        here.trajectory_calls += 1
        here.trajectory_ttft_s += 3.0


def models():
    """Return a language model and an embedding model that were used before."""
    pair = [scripted()[0], EmbeddingModel("embedded/hash")]
    for model in pair:
        for phase in PREFIXES.values():
            take(model, phase)
    return pair


def watching(metric, *watched):
    metric.watch(watched)
    return metric


def answer(**usage):
    return LMResponse(content="yes", usage=Usage(calls=1, **usage))


# -- all measures ----------------------------------------------------------------------


@pytest.mark.parametrize(("prefix", "name", "expected", "direction"), CASES)
def test_each_measure_counts_its_models_in_its_phase(
    prefix, name, expected, direction, clock
):
    """A measure shows what its kind of models took in its phase, and nothing else."""
    metric = getattr(metrics, f"{prefix}{name}")()
    own, other = models()
    if name.startswith("Embedding"):
        own, other = other, own
    metric.watch([own, other])

    for phase in PREFIXES.values():
        take(other, phase)
        if phase != PREFIXES[prefix]:
            take(own, phase)
    take(own, PREFIXES[prefix])
    clock[0] += 8.0

    assert metric.result() == pytest.approx(expected)
    assert metric.direction == direction


def test_measures_of_the_program_count_its_runs_and_all_models(clock):
    """Runs, their seconds, and the dollars of models of both kinds."""
    runs = Invocations(calls=3, elapsed_s=1.0)
    names = ["Calls", "ElapsedTime", "CallsPerSecond", "Cost", "AvgCostPerInvocation"]
    watchers = [getattr(metrics, f"Program{name}")() for name in names]
    pair = models()
    for metric in watchers:
        metric.watch(pair, runs)

    for model in pair:
        for phase in PREFIXES.values():
            take(model, phase)
    runs.note(2.5)
    runs.note(1.5)
    clock[0] += 8.0

    assert [one.result() for one in watchers] == [2.0, 4.0, 0.25, 1.0, 0.5]
    assert [one.direction for one in watchers] == [None, "down", "up", "down", "down"]


def test_no_measure_is_missing_in_this_file():
    """Every class of the namespace is among the cases."""
    exported = {
        name
        for name in metrics.__all__
        if isinstance(one := getattr(metrics, name), type)
        and issubclass(one, OperationalMetric)
        and not name.startswith("Program")
    }

    assert exported - {"OperationalMetric"} == {
        f"{prefix}{name}"
        for prefix in PREFIXES
        for name in (*OF_LANGUAGE_MODELS, *OF_EMBEDDING_MODELS)
    }


@pytest.mark.parametrize(
    ("cls", "name"),
    [
        (metrics.Cost, "cost"),
        (metrics.RewardTotalTokens, "reward_total_tokens"),
        (metrics.OptimizerAvgLatency, "optimizer_avg_latency"),
        (metrics.RewardEmbeddingCost, "reward_embedding_cost"),
        (metrics.AvgTimeToFirstToken, "avg_time_to_first_token"),
        (metrics.ProgramAvgCostPerInvocation, "program_avg_cost_per_invocation"),
    ],
)
def test_default_names(cls, name):
    """Names in logs are those of the API; another can be given."""
    assert cls().name == name
    assert type(metrics.get(name)) is cls
    assert cls(name="mine", in_mask=["answer"]).name == "mine"
    assert metrics.deserialize(metrics.serialize(cls(name="mine"))).name == "mine"


# -- what is not known -----------------------------------------------------------------


async def test_the_cost_of_a_model_without_a_price_is_not_known():
    """One call of an unpriced model makes the sum unknown, which is NaN and never 0."""
    priced, _ = scripted([answer(prompt_tokens=9, cost_usd=0.5)])
    unpriced, _ = scripted([answer(prompt_tokens=9, cost_usd=None)])
    cost, per_call, tokens = metrics.Cost(), metrics.AvgCostPerCall(), "input_tokens"
    tokens = metrics.get(tokens)
    for metric in (cost, per_call, tokens):
        metric.watch([priced, unpriced])
    assert cost.result() == 0.0

    await priced(MESSAGES)
    assert cost.result() == per_call.result() == 0.5
    await unpriced(MESSAGES)

    assert math.isnan(cost.result())
    assert math.isnan(per_call.result())
    assert tokens.result() == 18.0


async def test_no_calls_cost_nothing_whatever_the_price():
    """A model without a price costs 0 as long as it is not called again."""
    unpriced, _ = scripted([answer(prompt_tokens=9, cost_usd=None)] * 2)
    cost = watching(metrics.Cost(), unpriced)
    await unpriced(MESSAGES)
    assert math.isnan(cost.result())

    cost.reset_state()
    assert cost.result() == 0.0
    await unpriced(MESSAGES)

    assert math.isnan(cost.result())


@pytest.mark.parametrize(
    "name",
    [name for name in OF_LANGUAGE_MODELS if getattr(metrics, name).per],
)
def test_a_rate_over_nothing_is_not_known(name, clock):
    """Without calls there is no average and no share."""
    metric = watching(getattr(metrics, name)(), scripted()[0])

    assert math.isnan(metric.result())


def test_a_metric_that_watches_nothing_knows_nothing():
    """Outside of a program the result is not known."""
    assert math.isnan(metrics.TotalTokens().result())
    assert watching(metrics.TotalTokens()).result() == 0.0


# -- real calls ------------------------------------------------------------------------


async def test_cached_answers_and_failures_are_told_apart_from_calls():
    """A hit takes no tokens and no money; a failed call is counted as one."""
    answers = [answer(prompt_tokens=9, cost_usd=0.5), ServerError("down")]
    model, transport = scripted(answers)
    model = synalinks.LanguageModel(
        "openai/scripted", transport=transport, caching=True, retry=1
    )
    names = ["cost", "total_tokens", "cache_hit_rate", "failed_calls", "error_rate"]
    watchers = [watching(metrics.get(name), model) for name in names]

    for _ in range(3):
        await model(MESSAGES)
    with pytest.raises(ServerError):
        await model([{"role": "user", "content": "Another one."}])

    assert [one.result() for one in watchers] == [0.5, 9.0, 2 / 3, 1.0, 0.5]
    assert len(transport.requests) == 2


async def test_a_fallback_is_counted_with_its_model():
    """The model that failed and the one that answered are watched alike."""
    spare, _ = scripted([answer(prompt_tokens=9, cost_usd=0.5)])
    _, transport = scripted([ServerError("down")])
    model = synalinks.LanguageModel(
        "openai/scripted", transport=transport, fallback=spare, retry=1
    )
    names = ["fallback_activations", "failed_calls", "cost", "error_rate"]
    watchers = [watching(metrics.get(name), model, spare) for name in names]

    await model(MESSAGES)

    assert [one.result() for one in watchers] == [1.0, 1.0, 0.5, 0.5]


async def test_vectors_from_the_cache_take_nothing():
    """Texts that were embedded before are hits, and no tokens."""

    class Vectors:
        async def embed(self, request):
            usage = Usage(calls=1, prompt_tokens=7, cost_usd=0.25)
            return EMResponse(vectors=[[1.0] for _ in request.texts], usage=usage)

        async def aclose(self):
            pass

    model = EmbeddingModel("openai/vectors", transport=Vectors())
    names = ["vectors", "total_tokens", "cost", "cache_hit_rate"]
    watchers = [watching(metrics.get(f"embedding_{name}"), model) for name in names]

    await model(synalinks.EmbeddingRequest(texts=["a", "b"]))
    await model(synalinks.EmbeddingRequest(texts=["b", "a"]))

    assert [one.result() for one in watchers] == [2.0, 7.0, 0.25, 0.5]


# -- state -----------------------------------------------------------------------------


def test_state_goes_through_json_and_is_reset():
    """What was taken is carried over; what was taken meanwhile does not count."""
    model = scripted()[0]
    first = watching(metrics.AvgCostPerCall(), model)
    take(model, "inference")
    state = json.loads(json.dumps(first.state_dict()))
    model.ledger.record(Usage(calls=6, cost_usd=100.0), "stop")

    second = watching(metrics.AvgCostPerCall(), model)
    second.load_state_dict(state)

    assert state == {"taken": {"cost": 0.5, "calls": 2}}
    assert second.result() == 0.25
    model.ledger.record(Usage(calls=1, cost_usd=1.0), "stop")
    assert second.result() == 0.5
    second.reset_state()
    assert math.isnan(second.result())


def test_an_unknown_cost_stays_unknown_in_the_state():
    """None stands for what is not known, and stays until the metric is reset."""
    model = scripted()[0]
    first = watching(metrics.Cost(), model)
    model.ledger.record(Usage(calls=1, cost_usd=None), "stop")
    state = first.state_dict()
    second = watching(metrics.Cost(), scripted()[0])

    second.load_state_dict(state)

    assert state == {"taken": {"cost": None}}
    assert math.isnan(second.result())


@pytest.mark.parametrize("state", [{}, {"taken": {"calls": 1}}, {"taken": 3}])
def test_the_state_of_another_metric_is_refused(state):
    """The message shows what was given and what is expected."""
    metric = watching(metrics.Cost(), scripted()[0])

    with pytest.raises(StateMismatchError, match=r"`cost` cannot go on.*'cost': 0\.0"):
        metric.load_state_dict(state)


def test_a_clone_counts_for_itself():
    """A metric that is copied for another program watches nothing yet."""
    model = scripted()[0]
    metric = watching(metrics.TotalTokens(name="mine"), model)
    take(model, "inference")

    clone = metric.clone()

    assert (clone.name, metric.result()) == ("mine", 240.0)
    assert math.isnan(clone.result())


# -- metrics of one's own --------------------------------------------------------------


@register_synalinks_serializable(package="tests")
class RewardAttempts(OperationalMetric):
    counter = "attempts"
    phase = "reward"


class Misspelled(OperationalMetric):
    counter = "elapsed"


async def test_a_metric_of_ones_own_names_a_counter():
    """Any counter of the models can be shown, in any phase."""
    model, _ = scripted(["yes", "no"])
    metric = watching(metrics.get("reward_attempts"), model)

    await model(MESSAGES)
    with context.bound(context.phase, "reward"):
        await model(MESSAGES)

    assert metric.result() == 1.0


def test_a_counter_that_is_not_there_is_refused():
    """It is found when the metric is made, before any call."""
    expected = (
        "`Misspelled` reads the counter 'elapsed', which is none. "
        "Did you mean `elapsed_s`? Set `counter` and `per` to some of calls, attempts,"
    )
    with pytest.raises(ConfigurationError, match=expected.replace("?", r"\?")):
        Misspelled()
