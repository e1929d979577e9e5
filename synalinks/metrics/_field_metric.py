"""What accuracy, precision, recall and F-score have in common."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any, cast

from synalinks.data_models import JsonDataModel, schema_of
from synalinks.errors import ConfigurationError, StateMismatchError, show
from synalinks.metrics._counts import Counts, averaged, checked_average
from synalinks.metrics._label_counting import LabelCounting
from synalinks.metrics._metric import Metric, mismatch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Unpack

    from synalinks._internal.json import JsonObject
    from synalinks.metrics._counting import Counting
    from synalinks.metrics._counts import Average, Measure
    from synalinks.metrics._metric import Direction
    from synalinks.ops import MaskArguments, Outputs

# The key of counts of samples where neither target nor prediction has a value.
_UNUSED = "(no value)"
_MAX_STEPS = 20


class FieldMetric(Metric):
    """Compares target and prediction field by field, and keeps counts per field.

    The fields are those of the target; what else the prediction has is not looked at.

    Args:
        counting: How the values of a field become counts.
        measure: How counts become a number.
        average: How several numbers become one.
        name: Name in logs.
        **masks: As for `Metric`.
    """

    direction: Direction | None = "up"

    def __init__(
        self,
        counting: Counting,
        measure: Measure,
        average: str | None,
        name: str | None,
        **masks: Unpack[MaskArguments],
    ) -> None:
        super().__init__(name=name, **masks)
        self.average: Average = checked_average(average)
        self._counting = counting
        self._measure = measure
        self._counts: dict[str, dict[str, Counts]] = {}

    async def update_state(self, y_true: Outputs, y_pred: Outputs) -> None:
        """Compare one prediction with its target.

        Args:
            y_true: The target, a data model.
            y_pred: The prediction, a data model; None if the sample failed, which
                counts as a wrong answer.

        Raises:
            ConfigurationError: There is no target, or there are several outputs.
        """
        y_true, y_pred = self.masked(y_true, y_pred)
        for model in (y_true, y_pred):
            if isinstance(model, (list, dict)) or y_true is None:
                raise ConfigurationError(self._refusal(y_true))
        target = cast("JsonDataModel", y_true)
        schema = schema_of(target)
        for field in schema.get("properties", {}).keys() or target.keys():
            is_label = _allows_certain_texts(field, schema)
            value = target.get(field)
            predicted = None if y_pred is None else y_pred.get(field)
            if y_pred is None:
                counts = self._counting.count_failed(value, is_label=is_label)
            else:
                counts = self._counting.count(value, predicted, is_label=is_label)
            is_unused = value is None and predicted is None
            self._add(field, counts, is_unused=is_unused)

    def _add(
        self, field: str, counts: Mapping[str, Counts], *, is_unused: bool
    ) -> None:
        labels = self._counts.setdefault(field, {})
        for label, one in counts.items():
            key = _UNUSED if is_unused else label
            labels[key] = labels.get(key, Counts()) + one

    def _used(self) -> dict[str, dict[str, Counts]]:
        """Return the counts of fields that had a value in any sample.

        Optional fields that nobody fills in would all be "right" (a chat message has
        half a dozen of them); where some samples have a value, absence is an answer.
        """
        used = {
            field: labels
            for field, labels in self._counts.items()
            if labels.keys() - {_UNUSED}
        }
        return used or self._counts

    def _refusal(self, y_true: Outputs) -> str:
        if y_true is None:
            return (
                f"Metric `{self.name}` compares predictions with targets, and `y_true` "
                "is None. Pass targets (`y`), or use a metric that needs none."
            )
        return (
            f"Metric `{self.name}` compares one output with one target, received "
            f"{show(y_true)}. Give each output of the program a metric of its own."
        )

    def result(self) -> float:
        """Return one number for all fields; 0.0 before the first sample."""
        if self._counting.by_label:
            by_field = self.result_by_field()
            return statistics.fmean(by_field.values()) if by_field else 0.0
        fields = (sum(labels.values(), Counts()) for labels in self._used().values())
        return averaged(fields, self._measure, self.average)

    def result_by_field(self) -> dict[str, float]:
        """Return the number of each field of the target."""
        return {
            field: averaged(self._classes(labels), self._measure, self.average)
            for field, labels in self._used().items()
        }

    def _classes(self, labels: dict[str, Counts]) -> list[Counts]:
        counting = self._counting
        known = counting.labels if isinstance(counting, LabelCounting) else ()
        if known and self.average != "micro":
            return [labels.get(label, Counts()) for label in known]
        return list(labels.values())

    def reset_state(self) -> None:
        """Forget all samples."""
        self._counts = {}

    def state_dict(self) -> JsonObject:
        """Return the counts: field, label, `[hits, extra, missed]`."""
        return {
            field: {
                label: [one.hits, one.extra, one.missed]
                for label, one in labels.items()
            }
            for field, labels in self._counts.items()
        }

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from counts.

        Args:
            state: What `state_dict` returned.

        Raises:
            StateMismatchError: It is the state of a metric of another kind.
        """
        try:
            self._counts = {
                field: {label: Counts(*map(int, one)) for label, one in labels.items()}
                for field, labels in state.items()
            }
        except (AttributeError, TypeError, ValueError):
            form = {"<field>": {"<label>": ["hits", "extra", "missed"]}}
            raise StateMismatchError(mismatch(self.name, state, form)) from None


def _allows_certain_texts(field: str, schema: JsonObject) -> bool:
    """Return whether the schema of a field, or of its items, lists its values."""
    waiting: list[Any] = [schema.get("properties", {}).get(field, {})]
    seen = 0
    # A definition may contain itself; more steps than this no field of labels needs.
    while waiting and seen < _MAX_STEPS:
        node, seen = waiting.pop(), seen + 1
        if "enum" in node or "const" in node:
            return True
        reference = str(node.get("$ref", "")).rpartition("/")[2]
        waiting += [schema.get("$defs", {}).get(reference, {})] if reference else []
        waiting += [*node.get("anyOf", ()), *node.get("allOf", ())]
        waiting += [node["items"]] if isinstance(node.get("items"), dict) else []
    return False
