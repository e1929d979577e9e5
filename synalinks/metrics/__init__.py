"""Metrics: numbers that are gathered over samples and shown in logs."""

from synalinks._internal.public import publish
from synalinks.metrics._accuracy import Accuracy, BinaryAccuracy, CategoricalAccuracy
from synalinks.metrics._f_score import (
    BinaryF1Score,
    BinaryFBetaScore,
    CategoricalF1Score,
    CategoricalFBetaScore,
    F1Score,
    FBetaScore,
    ListF1Score,
    ListFBetaScore,
)
from synalinks.metrics._lookup import deserialize, get, serialize
from synalinks.metrics._mean import Mean, MeanMetricWrapper, Sum
from synalinks.metrics._metric import BatchMetric, Metric
from synalinks.metrics._precision import (
    BinaryPrecision,
    CategoricalPrecision,
    Precision,
)
from synalinks.metrics._recall import BinaryRecall, CategoricalRecall, Recall

__all__ = [
    "Accuracy",
    "BatchMetric",
    "BinaryAccuracy",
    "BinaryF1Score",
    "BinaryFBetaScore",
    "BinaryPrecision",
    "BinaryRecall",
    "CategoricalAccuracy",
    "CategoricalF1Score",
    "CategoricalFBetaScore",
    "CategoricalPrecision",
    "CategoricalRecall",
    "F1Score",
    "FBetaScore",
    "ListF1Score",
    "ListFBetaScore",
    "Mean",
    "MeanMetricWrapper",
    "Metric",
    "Precision",
    "Recall",
    "Sum",
    "deserialize",
    "get",
    "serialize",
]

publish(__name__)
