"""The embedded model as proposer: instructions written from scored predictions."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from synalinks._internal.json import digest
from synalinks._internal.rng import stream
from synalinks.language_models._embedded_records import (
    Record,
    labels_of,
    read_json_values,
    read_records,
    wanted_labels,
)
from synalinks.language_models._embedded_text import telling_words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks._internal.rng import Stream

_INSTRUCTIONS = re.compile(r"(?:^|_)instructions?$", re.IGNORECASE)
_BLOCK = re.compile(r"<(?:current_)?instructions>(.*?)</", re.DOTALL)
_VALUE_LINE = re.compile(r"^- `(.+?)`: (.*)$")
_THOUGHT = re.compile(r"think|reason|rationale|explanation|critique", re.IGNORECASE)
_MAX_LABEL_CHARS = 60
_MAX_CHARS = 8_000
_MAX_RULES = 5
_MAX_RULE_CHARS = 200
_DEFAULT_TASK = "Answer with the value that suits the input best."

# Words per value: 10 without temperature, else drawn from 6 to 14. Kept words of the
# old instructions count as seen twice, a word of a failure counts twice.
_N_WORDS = 10
_WORD_RANGE = (6, 14)
_MAX_WORDS = 24
_KEPT_COUNT = 2.0
_FAILURE_COUNT = 2.0
_DEFAULT_TEMPERATURE = 1.0
_NOISE = 0.4
_SKIPPED_SHARE = 0.25


def asks_for_instructions(name: str) -> bool:
    """Return whether an answer field of this name wants instructions.

    Args:
        name: Name of the field.
    """
    return _INSTRUCTIONS.search(name) is not None


def propose(
    messages: Sequence[JsonObject], params: JsonObject, schema: JsonObject, seed: int
) -> str:
    """Write new instructions from the scored predictions in the messages.

    The sentences of the old instructions stay. Below them, every value gets one line
    of words that set its inputs apart from those of the other values; words of
    failures count double, and words that already stood there are kept while the
    records do not speak against them.

    Args:
        messages: OpenAI-style messages with records of predictions.
        params: `temperature` (default 1.0; 0.0 takes the best words only) and `seed`
            vary which words and how many values.
        schema: Schema of the field; its `maxLength` is heeded.
        seed: Seed of the transport.

    Returns:
        The instructions; they hold the old task even where there is nothing to add.
    """
    records = read_records(messages)
    old = _old_instructions(messages)
    kept = {
        found[1]: found[2].split(", ")
        for line in old.splitlines()
        if (found := _VALUE_LINE.match(line))
    }
    task = "\n".join(line for line in old.splitlines() if not _VALUE_LINE.match(line))
    temperature = float(params.get("temperature", _DEFAULT_TEMPERATURE) or 0.0)
    draws = stream(seed, "proposal", digest([*messages]), str(params.get("seed", 0)))
    writer = _Writer(draws, max(0.0, temperature))
    evidence = _evidence_in(records, _values_in_schemas(messages), kept)
    lines = writer.value_lines(evidence, kept) if evidence else writer.rules(records)
    longest = min(_MAX_CHARS, schema.get("maxLength", _MAX_CHARS))
    return _join([task.strip() or _DEFAULT_TASK, *lines], longest)


def _join(lines: list[str], longest: int) -> str:
    text = "\n".join(lines)
    while len(text) > longest and len(lines) > 1:
        lines = lines[:-1]
        text = "\n".join(lines)
    return text


def _old_instructions(messages: Sequence[JsonObject]) -> str:
    found = [
        (key, text)
        for value in read_json_values(messages)
        for key, text in _instructions_in(value)
    ]
    if found:
        return max(found, key=lambda pair: pair[0].startswith(("current", "parent")))[1]
    texts = [str(message.get("content")) for message in messages]
    blocks = [text for text in map(_BLOCK.search, texts[::-1]) if text]
    return blocks[0][1].strip() if blocks else ""


def _instructions_in(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for entry in cast("list[Any]", value):
            yield from _instructions_in(entry)
    elif isinstance(value, dict):
        for key, child in cast("JsonObject", value).items():
            if isinstance(child, str) and asks_for_instructions(key):
                yield key, child
            elif isinstance(child, (dict, list)):
                yield from _instructions_in(cast("Any", child))


def _values_in_schemas(messages: Sequence[JsonObject]) -> set[str]:
    """Return the values of all enumerations in schemas that the messages show."""
    found: set[str] = set()
    remaining: list[Any] = list(read_json_values(messages))
    while remaining:
        value = remaining.pop()
        if isinstance(value, dict):
            fields = cast("JsonObject", value)
            if isinstance(fields.get("enum"), list):
                found.update(map(str, fields["enum"]))
            remaining.extend(fields.values())
        elif isinstance(value, list):
            remaining.extend(cast("list[Any]", value))
    return found


@dataclass(frozen=True, slots=True)
class _Evidence:
    """How often each word stood in inputs of each value."""

    counts: dict[str, Counter[str]]
    failed: set[str]
    """Values that were missed."""


def _evidence_in(
    records: list[Record], values: set[str], kept: dict[str, list[str]]
) -> _Evidence | None:
    known = {*values, *kept}
    known.update(*(labels_of(record.expected).values() for record in records))
    wanted = [wanted_labels(record, known) for record in records]
    names = _label_fields(wanted, {*values, *kept})
    if not names:
        return None
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    failed: set[str] = set()
    for record, labels in zip(records, wanted, strict=True):
        answered = labels_of(record.outputs)
        for name in names & set(labels):
            missed = answered.get(name) != labels[name]
            failed.update({labels[name]} if missed else ())
            for word in telling_words_of(record.text):
                counts[labels[name]][word] += _FAILURE_COUNT if missed else 1  # type: ignore[assignment] # counts may be fractions
    for label, words in kept.items():
        for word in words:
            counts[label][word] += _KEPT_COUNT  # type: ignore[assignment] # counts may be fractions
    return _Evidence(counts, failed)


def _label_fields(wanted: list[dict[str, str]], values: set[str]) -> set[str]:
    """Return the answer fields whose values are labels rather than free text."""
    seen: dict[str, list[str]] = defaultdict(list)
    for labels in wanted:
        for name, label in labels.items():
            if not _THOUGHT.search(name):
                seen[name].append(label)
    return {
        name
        for name, labels in seen.items()
        if (values and set(labels) <= values) or _are_labels(labels)
    }


def _are_labels(labels: list[str]) -> bool:
    if any(len(label) > _MAX_LABEL_CHARS or "\n" in label for label in labels):
        return False
    has_repeats = len(set(labels)) < len(labels)
    return has_repeats or all(re.fullmatch(r"[^\W\d]\w*", label) for label in labels)


class _Writer:
    """Chooses words and lines; the temperature says how freely."""

    def __init__(self, draws: Stream, temperature: float) -> None:
        self._draws = draws
        self._temperature = temperature

    def value_lines(self, evidence: _Evidence, kept: dict[str, list[str]]) -> list[str]:
        totals: Counter[str] = Counter()
        for counts in evidence.counts.values():
            totals.update(counts)
        lines: list[str] = []
        for label in dict.fromkeys([*kept, *sorted(evidence.counts)]):
            words = kept.get(label, [])
            is_open = label in evidence.failed or label not in kept
            if is_open and not self._skips():
                counts = evidence.counts[label]
                words = self._words(counts, totals, n_kept=len(words))
            if words:
                lines.append(f"- `{label}`: {', '.join(words)}")
        return lines

    def _skips(self) -> bool:
        share = _SKIPPED_SHARE * min(1.0, self._temperature)
        return self._draws.random() < share

    def _words(
        self, counts: Counter[str], totals: Counter[str], *, n_kept: int
    ) -> list[str]:
        n_words = self._draws.randint(*_WORD_RANGE) if self._temperature else _N_WORDS
        scores = {
            word: self._vary(count / (totals[word] + 1.0) * math.log1p(count))
            for word, count in sorted(counts.items())
            if count * 2 > totals[word]
        }
        ranked = sorted(scores, key=lambda word: -scores[word])
        return ranked[: min(_MAX_WORDS, n_kept + n_words)]

    def _vary(self, score: float) -> float:
        if not self._temperature:
            return score
        return score * math.exp(_NOISE * self._temperature * self._draws.gauss(0, 1))

    def rules(self, records: list[Record]) -> list[str]:
        """Return what the feedback says, for answers that are no labels."""
        said = Counter(
            " ".join(record.feedback.split())[:_MAX_RULE_CHARS]
            for record in records
            if record.feedback
        )
        ranked = [text for text, _ in said.most_common() if not self._skips()]
        return [f"- {text}" for text in ranked[:_MAX_RULES]]
