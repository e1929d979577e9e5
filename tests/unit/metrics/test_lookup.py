"""Metrics by name and by configuration."""

from functools import partial

import pytest

from synalinks import metrics
from synalinks.errors import ConfigurationError, UnregisteredObjectError
from synalinks.rewards import ExactMatch
from synalinks.saving import CustomObjectScope


class Mine(metrics.Metric):
    async def update_state(self, y_true, y_pred):
        pass

    def result(self):
        return 1.0


async def closeness(y_true, y_pred, scale=1.0):
    return scale


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("accuracy", metrics.Accuracy),
        ("F1Score", metrics.F1Score),
        ("f1_score", metrics.F1Score),
        ("fbeta_score", metrics.FBetaScore),
        ("FBETA_SCORE", metrics.FBetaScore),
        ("CategoricalRecall", metrics.CategoricalRecall),
        ("mean", metrics.Mean),
    ],
)
def test_names_are_found_however_they_are_written(name, cls):
    """Camel, snake and capitals all name the same class."""
    assert type(metrics.get(name)) is cls


@pytest.mark.parametrize("name", metrics.__all__)
def test_default_names_find_their_class(name):
    """The name in logs of a built-in metric is a name it can be asked for by."""
    cls = getattr(metrics, name)
    if isinstance(cls, type) and cls not in {
        metrics.Metric,
        metrics.BatchMetric,
        metrics.MeanMetricWrapper,
        metrics.OperationalMetric,
        metrics.OutputMetric,
    }:
        assert type(metrics.get(cls().name)) is cls


def test_metrics_and_none_come_back_as_they_are():
    """An instance is not copied."""
    metric = metrics.Accuracy()

    assert metrics.get(metric) is metric
    assert metrics.get(None) is None


@pytest.mark.parametrize(
    ("fn", "name"),
    [
        pytest.param(closeness, "closeness", id="function"),
        pytest.param(partial(closeness, scale=2.0), "closeness", id="partial"),
        pytest.param(lambda y_true, y_pred: 1.0, "lambda", id="lambda"),
        pytest.param(ExactMatch(), "ExactMatch", id="reward"),
    ],
)
def test_a_function_is_averaged_under_its_name(fn, name):
    """A plain function becomes a mean that logs show under the function's name."""
    metric = metrics.get(fn)

    assert isinstance(metric, metrics.MeanMetricWrapper)
    assert metric.name == name


@pytest.mark.parametrize(
    "metric",
    [
        metrics.Accuracy("micro", in_mask=["answer"]),
        metrics.CategoricalF1Score(labels=["a", "b"]),
        metrics.FBetaScore(beta=2.0, name="f2"),
    ],
    ids=lambda metric: metric.name,
)
def test_serialize_and_deserialize_are_inverse(metric):
    """A metric comes back with the same configuration."""
    form = metrics.serialize(metric)

    assert metrics.serialize(metrics.deserialize(form)) == form
    assert type(metrics.get(form)) is type(metric)


def test_own_classes_are_found_in_a_scope():
    """A class in scope can be named like a built-in one."""
    with CustomObjectScope({"Mine": Mine}):
        assert isinstance(metrics.get("mine"), Mine)

    form = metrics.serialize(Mine())
    assert isinstance(metrics.deserialize(form, {"Mine": Mine}), Mine)
    with pytest.raises(UnregisteredObjectError, match="`Mine` is not registered"):
        metrics.deserialize(form)


def test_an_unknown_name_shows_the_known_ones():
    """The message suggests the nearest name, lists some, and says where all are."""
    with pytest.raises(
        ConfigurationError,
        match=r"^There is no metric named 'acuracy'\. Did you mean `accuracy`\? Known "
        r"names: `accuracy`, .*`binary_accuracy`.*, and \d+ more in "
        r"`synalinks\.metrics`\. A class of your own",
    ):
        metrics.get("acuracy")


def test_a_name_that_needs_arguments_says_which():
    """A class that cannot be made from nothing is not made."""
    with pytest.raises(
        ConfigurationError, match=r"it needs `fn`\. .*`MeanMetricWrapper\(fn=\.\.\.\)`"
    ):
        metrics.get("mean_metric_wrapper")


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        pytest.param(3, r"^3 is not a metric\. Expected a `Metric`", id="number"),
        pytest.param(metrics.Mean, r"pass an instance: `Mean\(\)`", id="class"),
        pytest.param(["mean"], "It takes one metric", id="list"),
    ],
)
def test_what_is_no_metric_is_refused(identifier, message):
    """The message says what was received and what is expected."""
    with pytest.raises(ConfigurationError, match=message):
        metrics.get(identifier)


def test_the_configuration_of_something_else_is_refused():
    """A reward's configuration makes no metric."""
    from synalinks import rewards

    with pytest.raises(ConfigurationError, match=r"describes <.*ExactMatch"):
        metrics.deserialize(rewards.serialize(ExactMatch()))


def test_private_classes_have_no_name():
    """What shares code between metrics is no metric to choose."""
    with pytest.raises(ConfigurationError) as caught:
        metrics.get("of_numbers")

    assert "`mean`" in str(caught.value)
    assert "`of_numbers`" not in str(caught.value).partition("Known names")[2]
