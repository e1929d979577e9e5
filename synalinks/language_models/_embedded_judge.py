"""The embedded model as judge: the share of words that two texts have in common."""

from __future__ import annotations

import re

from synalinks.language_models._embedded_prompt import leaves_of
from synalinks.language_models._embedded_text import overlap

_SCORE = re.compile(
    r"(?:^|_)(?:reward|score|rating|grade|similarity)s?$", re.IGNORECASE
)
_GOLD = re.compile(
    r"^(?:gold|expected|target|reference|y_true|correct)(?:_|$)", re.IGNORECASE
)
_ANSWERED = re.compile(
    r"^(?:pred|output|answer|y_pred|candidate|response)", re.IGNORECASE
)


def judge(name: str, value: object, *, is_shown: bool) -> float | None:
    """Return how well an answer given in the input matches what it should be.

    Args:
        name: Name of the answer field.
        value: The input. `gold_x` is compared with `x`, or with what else looks like
            an answer; without such a key, the last text with the first.
        is_shown: Whether few-shot examples show the field: then only an input with
            a gold text is judged, any other resembles some example.

    Returns:
        The mean F1 of the words, 0.0 to 1.0; None where there is nothing to judge.
    """
    if not _SCORE.search(name):
        return None
    texts = [(key, str(leaf)) for key, leaf in leaves_of(value)]
    gold = [pair for pair in texts if _GOLD.match(pair[0])]
    others = [pair for pair in texts if not _GOLD.match(pair[0])]
    if gold:
        scores = [overlap(text, _counterpart(key, others)) for key, text in gold]
        return sum(scores) / len(scores)
    if is_shown or len(others) <= 1:
        return None
    return overlap(others[-1][1], others[0][1])


def _counterpart(key: str, others: list[tuple[str, str]]) -> str:
    bare = _GOLD.sub("", key)
    for name, text in others:
        if name == bare:
            return text
    answers = [text for name, text in others if _ANSWERED.match(name)]
    return (answers or [text for _, text in others] or [""])[-1]
