"""How a field of a target and of a prediction become counts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol, cast

from synalinks.errors import ConfigurationError, show
from synalinks.metrics._counts import Counts
from synalinks.metrics._words import fold, json_text, words

if TYPE_CHECKING:
    from collections.abc import Mapping

# The key of counts that are not divided into labels.
WHOLE = ""


class Counting(Protocol):
    """A way to compare the values of one field."""

    @property
    def by_label(self) -> bool:
        """Whether the counts of a field are divided into labels."""
        ...

    def count(
        self, target: object, predicted: object, *, is_label: bool
    ) -> Mapping[str, Counts]:
        """Return the counts of a field by label.

        Args:
            target: The JSON value in the target; None if absent.
            predicted: The JSON value in the prediction; None if absent.
            is_label: Whether the schema allows certain texts only.
        """
        ...

    def count_failed(self, target: object, *, is_label: bool) -> Mapping[str, Counts]:
        """Return the counts of a field of a sample without a prediction.

        It counts as a wrong answer of the same size: what is right is missed, and as
        much that is wrong is predicted. So it is wrong in precision, recall and F1
        alike.

        Args:
            target: The JSON value in the target; None if absent.
            is_label: Whether the schema allows certain texts only.
        """
        ...


class MatchCounting:
    """Right or wrong as a whole: texts by their words, other values as JSON."""

    by_label = False

    def count(
        self, target: object, predicted: object, *, is_label: bool
    ) -> Mapping[str, Counts]:
        """Return one hit or one miss.

        Args:
            target: The JSON value in the target.
            predicted: The JSON value in the prediction.
            is_label: Whether texts are labels, compared whole.
        """
        wanted = _comparable(target, is_label=is_label)
        is_right = wanted == _comparable(predicted, is_label=is_label)
        return {WHOLE: Counts(hits=1) if is_right else Counts(missed=1)}

    def count_failed(
        self,
        target: object,
        *,
        is_label: bool,
    ) -> Mapping[str, Counts]:
        """Return one miss.

        Args:
            target: The JSON value in the target.
            is_label: Whether texts are labels.
        """
        return {WHOLE: Counts(missed=1)}


class WordCounting:
    """Words that target and prediction share, as often as both have them."""

    by_label = False

    def count(
        self, target: object, predicted: object, *, is_label: bool
    ) -> Mapping[str, Counts]:
        """Return the words shared, added and missed.

        Args:
            target: The JSON value in the target.
            predicted: The JSON value in the prediction.
            is_label: Whether texts are labels, each one word.
        """
        wanted = Counter(_words_of(target, is_label=is_label))
        given = Counter(_words_of(predicted, is_label=is_label))
        hits = (wanted & given).total()
        return {WHOLE: Counts(hits, given.total() - hits, wanted.total() - hits)}

    def count_failed(self, target: object, *, is_label: bool) -> Mapping[str, Counts]:
        """Return all words as missed, and as many wrong ones.

        Args:
            target: The JSON value in the target.
            is_label: Whether texts are labels, each one word.
        """
        size = len(_words_of(target, is_label=is_label))
        return {WHOLE: Counts(extra=size, missed=size)}


class BinaryCounting:
    """Yes or no: booleans, and numbers above a threshold.

    Args:
        threshold: A number is a yes if it is greater.
        counts_no: Whether a right no is a hit (accuracy) or not counted (F1).

    Raises:
        ConfigurationError: The threshold is not a number.
    """

    by_label = False

    def __init__(self, threshold: float, *, counts_no: bool) -> None:
        if isinstance(threshold, bool) or not isinstance(threshold, (int, float)):  # pyright: ignore[reportUnnecessaryIsInstance] - users
            msg = f"`threshold` is {show(threshold)}. Expected a number, such as 0.5."
            raise ConfigurationError(msg)
        self._threshold = threshold
        self._counts_no = counts_no

    def count(
        self, target: object, predicted: object, *, is_label: bool
    ) -> Mapping[str, Counts]:
        """Return a hit, an extra (no is right) or a miss (yes is right).

        Args:
            target: A boolean or number.
            predicted: A boolean or number; anything else is a wrong answer.
            is_label: Has no effect.

        Raises:
            ConfigurationError: The target is neither.
        """
        wanted, given = self._is_yes(target), self._is_yes(predicted)
        if wanted is None:
            msg = (
                f"A target of a binary metric is {show(target)}. Expected true, false "
                "or a number; use `in_mask` to choose the fields to look at."
            )
            raise ConfigurationError(msg)
        if given is None:
            return self.count_failed(target, is_label=is_label)
        if wanted == given:
            return {WHOLE: Counts(hits=int(wanted or self._counts_no))}
        if self._counts_no:
            return {WHOLE: Counts(missed=1)}
        return {WHOLE: Counts(missed=1) if wanted else Counts(extra=1)}

    def count_failed(
        self,
        target: object,
        *,
        is_label: bool,
    ) -> Mapping[str, Counts]:
        """Return an extra and a miss.

        Args:
            target: A boolean or number.
            is_label: Has no effect.
        """
        return {WHOLE: Counts(extra=1, missed=1)}

    def _is_yes(self, value: object) -> bool | None:
        if isinstance(value, bool):
            return value
        return value > self._threshold if isinstance(value, (int, float)) else None


def _comparable(value: object, *, is_label: bool) -> object:
    if not isinstance(value, str):
        return json_text(value)
    return fold(value) if is_label else words(value)


def _words_of(value: object, *, is_label: bool) -> list[str]:
    match value:
        case None | "" | [] | {}:
            # Nothing is an answer too, right where nothing was wanted.
            return [WHOLE]
        case str():
            return [fold(value)] if is_label else words(value)
        case list():
            parts = cast("list[object]", value)
            return [
                word for part in parts for word in _words_of(part, is_label=is_label)
            ]
        case _:
            return [json_text(value)]
