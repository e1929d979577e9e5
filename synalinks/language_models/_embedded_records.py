"""Scored predictions and feedback, found in messages of whatever layout."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from synalinks.language_models._embedded_prompt import (
    content_text,
    label_of,
    leaves_of,
    read_value,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from synalinks._internal.json import JsonObject

_KEYS = {
    "inputs": re.compile(r"^(?:inputs?|x|question|query)$", re.I),
    "expected": re.compile(
        r"^(?:expected|targets?|gold|y_true|reference|correct_(?:answer|outputs?)|label)"
        r"(?:_?(?:outputs?|answer|value))?$",
        re.I,
    ),
    "outputs": re.compile(
        r"^(?:(?:generated_|actual_)?outputs?|predict(?:ed|ions?)(?:_outputs?)?|y_pred|"
        r"answer|got)$",
        re.I,
    ),
    "reward": re.compile(r"^(?:reward|score|passed|correct|success)$", re.I),
    "feedback": re.compile(r"^(?:feedback|comments?|critique|error)$", re.I),
}
_LINE = re.compile(r"^\W*(\w[\w ]{0,30}?)\W*:\s*(.*)$")
_EXPECTED_IN_FEEDBACK = re.compile(
    r"\b(?:expected|correct(?: answer| value)?(?: is| was)?|should (?:be|have been)|"
    r"target|gold)\b(.*)",
    re.IGNORECASE | re.DOTALL,
)
_QUOTED = re.compile(r"[`\"'“]([^`\"'“”]+)[`\"'”]")
_GOT_IN_FEEDBACK = re.compile(r"\b(?:but|got|received|answered|not)\b", re.IGNORECASE)
_PASS = 0.5


@dataclass(frozen=True, slots=True)
class Record:
    """One prediction with what is known of how good it was."""

    text: str
    """The texts of its input."""
    outputs: Any = None
    """What was answered; None where that is not told."""
    expected: Any = None
    """What would have been right; None where that is not told."""
    reward: float | None = None
    """The score; None where there is none."""
    feedback: str = ""
    """What was said of the answer."""


def read_json_values(messages: Sequence[JsonObject]) -> Iterator[Any]:
    """Yield every JSON value that stands in the user messages, outermost only.

    Args:
        messages: OpenAI-style messages.
    """
    for message in messages:
        if message.get("role") == "user":
            yield from _values_in(content_text(message))


def _values_in(text: str) -> Iterator[Any]:
    decoder, start = json.JSONDecoder(), 0
    while found := re.compile(r"[{\[]").search(text, start):
        try:
            value, start = decoder.raw_decode(text, found.start())
        except ValueError:
            start = found.end()
        else:
            yield value
    if text.lstrip().startswith(("{'", "[{'")):  # Python literals
        yield read_value(text)


def read_records(messages: Sequence[JsonObject]) -> list[Record]:
    """Return the distinct scored predictions in the user messages, in order.

    Args:
        messages: OpenAI-style messages; a record is an object, or a run of lines
            `key: value`, with an input and an output, target, score or feedback.
    """
    found = [
        record for value in read_json_values(messages) for record in _records_in(value)
    ]
    if not found:
        texts = [
            content_text(message) for message in messages if message["role"] == "user"
        ]
        found = [
            record
            for text in texts
            for lines in _runs_of_lines(text)
            for record in _records_in(lines)
        ]
    return list({repr(record): record for record in found}.values())


def _records_in(value: object) -> Iterator[Record]:
    if isinstance(value, list):
        entries = cast("list[Any]", value)
        for entry in entries:
            yield from _records_in(entry)
    elif isinstance(value, dict):
        fields = cast("JsonObject", value)
        facts = _facts_of(fields)
        if "inputs" in facts and len(facts) > 1:
            yield _record_of(facts)
            return
        for child in fields.values():
            yield from _records_in(child)


def _facts_of(fields: JsonObject) -> JsonObject:
    facts: JsonObject = {}
    for key, value in fields.items():
        for fact, pattern in _KEYS.items():
            if value is not None and fact not in facts and pattern.match(key):
                facts[fact] = value
                break
    return facts


def _record_of(facts: JsonObject) -> Record:
    reward = facts.get("reward")
    if isinstance(reward, str):
        reward = float(reward) if re.fullmatch(r"-?\d+(?:\.\d+)?", reward) else None
    return Record(
        text=text_of(facts["inputs"]),
        outputs=facts.get("outputs"),
        expected=facts.get("expected"),
        reward=None if not isinstance(reward, (int, float)) else float(reward),
        feedback=text_of(facts.get("feedback")),
    )


def _runs_of_lines(text: str) -> Iterator[JsonObject]:
    run: JsonObject = {}
    for line in text.splitlines():
        found = _LINE.match(line)
        key = found[1].strip().replace(" ", "_") if found else ""
        if found and _KEYS["inputs"].match(key) and run:
            yield run
            run = {}
        if found:
            run[key] = read_value(found[2])
    yield run


def labels_of(value: object) -> dict[str, str]:
    """Return the scalar leaves of an output, as texts by key.

    Args:
        value: An output; a scalar stands under "".
    """
    return {key: label_of(leaf) for key, leaf in leaves_of(value) if leaf is not None}


def wanted_labels(record: Record, known: Iterable[str]) -> dict[str, str]:
    """Return what a record says the answer should have been, by field.

    Args:
        record: The record.
        known: Values that may be named in its feedback.

    Returns:
        The target; else what the feedback says was expected; else the answer itself
        where it scored well; else nothing.
    """
    if record.expected is not None:
        return labels_of(record.expected)
    answered = labels_of(record.outputs)
    named = _EXPECTED_IN_FEEDBACK.search(record.feedback)
    if named:
        told = next(_values_in(named[1]), None)
        if told is not None:
            return labels_of(told)
        label = _first_label(named[1], known)
        if label:
            return {next(iter(answered), ""): label}
    return answered if (record.reward or 0.0) > _PASS else {}


def _first_label(text: str, known: Iterable[str]) -> str:
    text = _GOT_IN_FEEDBACK.split(text)[0]
    places = [(text.find(label), -len(label), label) for label in known if label]
    found = sorted(place for place in places if place[0] >= 0)
    if found:
        return found[0][2]
    quoted = _QUOTED.search(text)
    return quoted[1] if quoted else ""
