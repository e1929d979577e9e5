"""Counting of labels: one per field, or a list of several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from synalinks.errors import ConfigurationError, did_you_mean, show
from synalinks.metrics._counting import WHOLE
from synalinks.metrics._counts import Counts
from synalinks.metrics._words import fold, json_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class LabelCounting:
    """Labels: one per field, or a list of several.

    Args:
        labels: The labels there are; None for those that occur.
        is_exclusive: Whether only the labels of the target are counted, as hit or
            miss (accuracy), and a set of labels is right as a whole.

    Raises:
        ConfigurationError: `labels` is not a list of different labels.
    """

    by_label = True

    def __init__(self, labels: Sequence[Any] | None, *, is_exclusive: bool) -> None:
        self.labels = _checked_labels(labels)
        self._is_exclusive = is_exclusive

    def count(
        self, target: object, predicted: object, *, is_label: bool
    ) -> Mapping[str, Counts]:
        """Return the counts of the labels of both.

        Args:
            target: A text, number or boolean, or a list of these.
            predicted: Likewise.
            is_label: Has no effect.
        """
        if predicted is None and target is not None:
            return self.count_failed(target, is_label=is_label)
        wanted, given = self._wanted(target), _labels_of(predicted)
        if self._is_exclusive:
            whole = ", ".join(sorted(wanted))
            return {whole: Counts(hits=1) if wanted == given else Counts(missed=1)}
        return {
            label: Counts(
                hits=int(label in wanted and label in given),
                extra=int(label not in wanted),
                missed=int(label not in given),
            )
            for label in wanted | given
        }

    def count_failed(
        self,
        target: object,
        *,
        is_label: bool,
    ) -> Mapping[str, Counts]:
        """Return every label of the target as missed and as wrongly predicted.

        Args:
            target: A text, number or boolean, or a list of these.
            is_label: Has no effect.
        """
        wanted = self._wanted(target)
        if self._is_exclusive:
            return {", ".join(sorted(wanted)): Counts(missed=1)}
        return {label: Counts(extra=1, missed=1) for label in wanted or {WHOLE}}

    def _wanted(self, target: object) -> set[str]:
        wanted = _labels_of(target)
        unknown = wanted.difference(self.labels) if self.labels else set[str]()
        if unknown:
            name = min(unknown)
            msg = (
                f"The target {show(target)} is none of the labels of the metric: "
                f"{show(list(self.labels))}.{did_you_mean(name, self.labels)}"
            )
            raise ConfigurationError(msg)
        return wanted


def _labels_of(value: object) -> set[str]:
    if value is None:
        return set()
    parts = cast("list[object]", value) if isinstance(value, list) else [value]
    return {fold(part) if isinstance(part, str) else json_text(part) for part in parts}


def _checked_labels(labels: Any) -> tuple[str, ...]:
    if labels is None:
        return ()
    is_list = isinstance(labels, (list, tuple))
    given = cast("list[object]", labels) if is_list else []
    names = [label for part in given for label in _labels_of(part)]
    if not names or len(set(names)) != len(given):
        msg = f"`labels` is {show(labels)}. Expected a list of different labels."
        raise ConfigurationError(msg)
    return tuple(names)
