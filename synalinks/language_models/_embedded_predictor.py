"""The embedded model's answers: a value for every field of the answer schema."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from synalinks._internal.json import canonical
from synalinks._internal.rng import stream
from synalinks.language_models._embedded_evidence import (
    Document,
    evidence_of,
    evidence_of_examples,
)
from synalinks.language_models._embedded_judge import judge
from synalinks.language_models._embedded_prompt import (
    label_of,
    read_messages,
    sentences_of,
    value_at,
)
from synalinks.language_models._embedded_proposer import (
    asks_for_instructions,
    propose,
)
from synalinks.language_models._embedded_records import read_records
from synalinks.language_models._embedded_schema import (
    alternatives_of,
    choices_of,
    fits,
    item_schemas,
    resolve,
    type_of,
)
from synalinks.language_models._embedded_text import words_of
from synalinks.language_models._embedded_values import (
    another_value,
    default_numbers,
    fit_length,
    has_format,
    judged_numbers,
    numbers_in,
    texts_in,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.language_models._embedded_prompt import Prompt, Question
    from synalinks.language_models._embedded_schema import Schema

_THOUGHT = re.compile(
    r"think|thought|reason|rationale|explanation|justification|analysis|critique", re.I
)
_MAX_DEPTH = 6
# Stands in a path for an entry of a list.
_ENTRY = "[]"
_MAX_SENTENCES = 3
# A list of labels holds those that score at least this share of the best one.
_LIST_SHARE = 0.6
_TIE = 1e-9
_QUOTED_CHARS = 60

Path = tuple[str, ...]


@dataclass(slots=True)
class Predictor:
    """Answers one request; see `EmbeddedTransport` for what it goes by."""

    messages: Sequence[JsonObject]
    """The messages of the request."""
    root: JsonObject
    """The answer schema; empty where free text is asked for."""
    params: JsonObject
    """Parameters of the request; a proposer heeds `temperature` and `seed`."""
    seed: int = 0
    """Seed of the transport."""
    reasons: list[str] = field(default_factory=list[str])
    """What decided the fields so far."""
    prompt: Prompt = field(init=False)
    """What the messages say, apart from the input."""
    question: Question = field(init=False)
    """The input."""

    def __post_init__(self) -> None:
        self.prompt, self.question = read_messages(self.messages)

    def answer(self) -> Any:
        """Return the answer: a JSON value under the schema, or a text without one."""
        if self.root:
            return self._value(self.root, ())
        shown = [self._nearest_output(path) for path in (("content",), ())]
        found = [output for output in shown if output is not None]
        return label_of(found[0]) if found else self._extract(())

    def _value(self, schema: Schema, path: Path) -> Any:
        resolved = resolve(schema, self.root)
        choices = choices_of(resolved, self.root)
        if choices:
            return self._choose(choices, resolved, path)
        options = alternatives_of(resolved, self.root)
        if len(path) > _MAX_DEPTH:
            options.reverse()
        shown = self._nearest_output(path) if len(options) > 1 else None
        if shown is not None:
            options.sort(key=lambda option: not fits(shown, option, self.root))
        if options[0] is resolved:
            return self._value_of_type(resolved, path)
        values = [self._value(options[0], path)]
        if not fits(values[0], resolved, self.root):
            values += [self._value(option, path) for option in options[1:]]
        fitting = (value for value in values if fits(value, resolved, self.root))
        return next(fitting, values[0])

    def _value_of_type(self, schema: JsonObject, path: Path) -> Any:
        kind = type_of(schema)
        if kind == "object":
            return self._object(schema, path)
        if kind == "array":
            return self._list(schema, path)
        if kind in {"number", "integer"}:
            return self._number(schema, path)
        return self._text(schema, path)

    # Values that can be listed.

    def _choose(self, choices: list[Any], schema: JsonObject, path: Path) -> Any:
        if len(choices) == 1:
            return choices[0]
        judged = self._judge(path)
        if judged is not None and not any(map(_is_no_number, choices)):
            low, high = min(choices), max(choices)
            wanted = low + judged * (high - low)
            return min(choices, key=lambda value: abs(value - wanted))
        scores = self._scores(choices, schema, path)
        best = max(scores)
        tied = [
            value
            for value, score in zip(choices, scores, strict=True)
            if score >= best - _TIE
        ]
        tied = [value for value in tied if value is not None] or tied
        if len(tied) == 1:
            return tied[0]
        purpose = "choice", "/".join(path), self.question.text
        return stream(self.seed, *purpose).choice(tied)

    def _scores(
        self, choices: list[Any], schema: JsonObject, path: Path
    ) -> list[float]:
        labels = tuple(map(label_of, choices))
        hints = _hints(self.root, schema)
        evidence = evidence_of(self.prompt, path, labels, hints)
        verdicts = evidence.verdicts(self.question.text)
        index = max(range(len(labels)), key=lambda index: verdicts[index].score)
        document = verdicts[index].document
        found = None if document is None else evidence.documents[document]
        self.reasons.append(_reason(path, labels[index], found))
        return [verdict.score for verdict in verdicts]

    def _judge(self, path: Path) -> float | None:
        examples = self.prompt.examples
        is_shown = bool(examples) and value_at(examples[0].output, path) is not None
        name = path[-1] if path else ""
        score = judge(name, self.question.value, is_shown=is_shown)
        if score is not None:
            self.reasons.append(f"the words that the texts share for {_title(path)}")
        return score

    # Objects and lists.

    def _object(self, schema: JsonObject, path: Path) -> JsonObject:
        properties: JsonObject = schema.get("properties", {})
        required: list[str] = schema.get("required", [])
        shown: Any = None if properties else self._nearest_output(path)
        if shown is not None and fits(shown, schema, self.root):
            return shown
        names = [
            name
            for name in dict.fromkeys([*properties, *required])
            if name in required or len(path) < _MAX_DEPTH
        ]
        values: JsonObject = {}
        for name in sorted(names, key=lambda name: bool(_THOUGHT.search(name))):
            values[name] = self._value(properties.get(name, True), (*path, name))
        other: Schema = schema.get("additionalProperties", True)
        for index in range(schema.get("minProperties", 0) - len(values)):
            values[f"key_{index}"] = self._value(other, (*path, f"key_{index}"))
        ordered = [*names, *(name for name in values if name not in names)]
        optional = {name for name in names if name not in required}
        return {
            name: values[name]
            for name in ordered
            if name not in optional
            or fits(values[name], properties.get(name, True), self.root)
        }

    def _list(self, schema: JsonObject, path: Path) -> list[Any]:
        shown = self._nearest_output(path)
        entry = resolve(item_schemas(schema, 1, self.root)[0], self.root)
        choices = choices_of(entry, self.root)
        if choices and len(choices) > 1 and "prefixItems" not in schema:
            values = self._choose_several(choices, entry, path)
        elif shown is not None and fits(shown, schema, self.root):
            return shown
        else:
            values = self._entries(schema, path)
        values = [
            value
            for value, part in zip(
                values, item_schemas(schema, len(values), self.root), strict=True
            )
            if fits(value, part, self.root)
        ]
        if schema.get("uniqueItems"):
            values = list({canonical(value): value for value in values}.values())
        return self._lengthen(values, schema, path)[: schema.get("maxItems")]

    def _choose_several(
        self, choices: list[Any], schema: JsonObject, path: Path
    ) -> list[Any]:
        scores = self._scores(choices, schema, path)
        ranked = sorted(zip(scores, range(len(choices)), strict=True), reverse=True)
        kept = [
            index
            for score, index in ranked
            if score and score > ranked[0][0] * _LIST_SHARE
        ]
        return [choices[index] for index in kept]

    def _entries(self, schema: JsonObject, path: Path) -> list[Any]:
        kind = type_of(resolve(item_schemas(schema, 1, self.root)[0], self.root))
        if "prefixItems" in schema or self._proposes or len(path) >= _MAX_DEPTH:
            return []
        if kind == "string":
            return list(sentences_of(self.question.text)[:_MAX_SENTENCES])
        if kind in {"number", "integer"}:
            return numbers_in(self.question.text)
        return [self._value(item_schemas(schema, 1, self.root)[0], (*path, _ENTRY))]

    def _lengthen(self, values: list[Any], schema: JsonObject, path: Path) -> list[Any]:
        least = max(schema.get("minItems", 0), len(schema.get("prefixItems", [])))
        parts = item_schemas(schema, max(least, len(values)), self.root)
        for part in parts[len(values) :]:
            value = self._value(part, (*path, _ENTRY))
            if schema.get("uniqueItems") and value in values:
                value = another_value(value, values, part, self.root)
            values = [*values, value]
        return values

    # Numbers and texts.

    def _number(self, schema: JsonObject, path: Path) -> float:
        share = self._judge(path)
        judged = [] if share is None else judged_numbers(share, schema)
        found = numbers_in(self.question.text)[::-1]
        shown = self._nearest_output(path)
        candidates = [*judged, *found, shown, *default_numbers(schema)]
        for number in candidates:
            if fits(number, schema, self.root):
                self.reasons.append(f"the number {number:g} for {_title(path)}")
                return int(number) if schema.get("type") == "integer" else number
        return 0

    def _text(self, schema: JsonObject, path: Path) -> str:
        if path and asks_for_instructions(path[-1]) and self._proposes:
            text = propose(self.messages, self.params, schema, self.seed)
        elif path and _THOUGHT.search(path[-1]):
            text = f"Decided by {'; '.join(self.reasons) or 'the input alone'}."
        else:
            text = self._found_text(schema, path)
        return fit_length(text, schema)

    @property
    def _proposes(self) -> bool:
        return bool(read_records(self.messages))

    def _found_text(self, schema: JsonObject, path: Path) -> str:
        shown = self._nearest_output(path)
        candidates = [shown, *texts_in(self.question.text, schema)]
        if "pattern" not in schema and "format" not in schema:
            candidates.insert(1, self._extract(path))
        fitting = (
            text
            for text in candidates
            if isinstance(text, str)
            and has_format(text, schema)
            and fits(text, schema, self.root)
        )
        return next(fitting, self._extract(path))

    def _extract(self, path: Path) -> str:
        given = value_at(self.question.value, path) if path else None
        if isinstance(given, str) and isinstance(self.question.value, dict):
            return given
        wanted = set(words_of(" ".join(path)))
        sentences = sentences_of(self.question.text) or [self.question.text]
        return max(sentences, key=lambda text: len(wanted & set(words_of(text))))

    def _nearest_output(self, path: Path) -> Any:
        examples = self.prompt.examples
        if not examples:
            return None
        evidence = evidence_of_examples(self.prompt)
        verdicts = evidence.verdicts(self.question.text)
        nearest = max(range(len(examples)), key=lambda i: verdicts[i].score)
        if not verdicts[nearest].score:
            return None
        return value_at(examples[nearest].output, path)


def _hints(root: JsonObject, schema: JsonObject) -> str:
    return f"{root.get('description', '')}\n{schema.get('description', '')}"


def _title(path: Path) -> str:
    return f"`{path[-1]}`" if path else "the answer"


def _reason(path: Path, label: str, document: Document | None) -> str:
    if document is None:
        return f"nothing that speaks for any value of {_title(path)}"
    text = " ".join(document.text.split())[:_QUOTED_CHARS]
    source = {
        "name": "the name of the value",
        "description": f"what the instructions say of it, “{text}”",
        "example": f"the nearest example, “{text}”",
    }[document.kind]
    return f"{source} for {_title(path)} = {label}"


def _is_no_number(value: object) -> bool:
    return isinstance(value, bool) or not isinstance(value, (int, float))
