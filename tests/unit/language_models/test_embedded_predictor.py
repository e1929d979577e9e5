"""The embedded model as predictor: always valid, from the messages alone."""

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synalinks.language_models._embedded_predictor import Predictor

LABELS = ["card_arrival", "refund_status", "other_topic"]
LABEL = {
    "type": "object",
    "properties": {"label": {"enum": LABELS}},
    "required": ["label"],
}


def answer(inputs, schema, *, system="", seed=0, **params):
    content = inputs if isinstance(inputs, str) else json.dumps(inputs)
    messages = [
        {"role": "system", "content": system},
        {"role": "user", "content": content},
    ]
    return Predictor(messages, schema, params, seed).answer()


def few_shot(*pairs) -> str:
    entries = [
        "<example>\n"
        f"Input: {json.dumps(inputs)}\nOutput: {json.dumps(outputs)}\n</example>"
        for inputs, outputs in pairs
    ]
    return "<examples>\n" + "\n".join(entries) + "\n</examples>"


def of_field(schema, name="value") -> dict:
    return {"type": "object", "properties": {name: schema}, "required": [name]}


# Schemas that have at least one value.


def _range(kind: str):
    numbers = st.integers(-50, 50)
    return st.builds(
        lambda low, size, keys: {
            "type": kind,
            **({"minimum": low} if "low" in keys else {}),
            **({"maximum": low + size} if "high" in keys else {}),
            **({"exclusiveMinimum": low - 1} if "above" in keys else {}),
            **({"multipleOf": 1} if "step" in keys else {}),
        },
        numbers,
        st.integers(0, 60),
        st.sets(st.sampled_from(["low", "high", "above", "step"])),
    )


_LEAVES = st.one_of(
    st.lists(
        st.one_of(st.text(max_size=8), st.integers(), st.floats(-9, 9), st.none()),
        min_size=1,
        max_size=5,
        unique_by=str,
    ).map(lambda values: {"enum": values}),
    st.text(max_size=5).map(lambda value: {"const": value}),
    st.sampled_from([{"type": "boolean"}, {"type": "null"}, {}, True]),
    st.sampled_from(
        [
            {"type": ["string", "null"]},
            {"$ref": "#/$defs/Level"},
            {"$ref": "#/$defs/Tree"},
        ]
    ),
    _range("integer"),
    _range("number"),
    st.tuples(st.integers(0, 30), st.integers(0, 30)).map(
        lambda sizes: {
            "type": "string",
            "minLength": min(sizes),
            "maxLength": max(sizes),
        }
    ),
    st.sampled_from(
        ["date", "date-time", "time", "duration", "email", "uri", "uuid"]
    ).map(lambda name: {"type": "string", "format": name}),
)


def _containers(children):
    names = st.sampled_from(["score", "thinking", "instructions", "topic", "is_urgent"])
    return st.one_of(
        st.tuples(children, st.integers(0, 3), st.integers(0, 3)).map(
            lambda parts: {
                "type": "array",
                "items": parts[0],
                "minItems": min(parts[1:]),
                "maxItems": max(parts[1:]),
            }
        ),
        st.lists(children, min_size=1, max_size=2).map(
            lambda parts: {
                "type": "array",
                "prefixItems": parts,
                "minItems": len(parts),
                "maxItems": len(parts),
            }
        ),
        st.lists(children, min_size=1, max_size=3).map(lambda parts: {"anyOf": parts}),
        st.tuples(st.dictionaries(names, children, max_size=3), st.booleans()).map(
            lambda parts: {
                "type": "object",
                "properties": parts[0],
                "required": sorted(parts[0]) if parts[1] else [],
                "additionalProperties": False,
            }
        ),
        children.map(lambda part: {"type": "object", "additionalProperties": part}),
    )


_SCHEMAS = st.recursive(_LEAVES, _containers, max_leaves=6)
_DEFS = {
    "Level": {"type": "integer", "minimum": 1, "maximum": 5, "title": "Level"},
    "Tree": {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "left": {"anyOf": [{"$ref": "#/$defs/Tree"}, {"type": "null"}]},
            "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
        },
        "required": ["name", "children"],
    },
}
_JSON = st.recursive(
    st.one_of(st.text(max_size=20), st.integers(-99, 99), st.booleans(), st.none()),
    lambda children: st.one_of(
        st.lists(children, max_size=3),
        st.dictionaries(
            st.sampled_from(["text", "value", "gold_answer", "answer", "score"]),
            children,
            max_size=3,
        ),
    ),
    max_leaves=5,
)


@given(
    schema=_SCHEMAS,
    inputs=_JSON,
    shots=st.lists(st.tuples(_JSON, _JSON), max_size=3),
    instructions=st.text(max_size=40),
)
def test_every_answer_is_valid_under_the_schema(schema, inputs, shots, instructions):
    """Whatever is asked and shown, jsonschema accepts the answer."""
    whole = of_field(schema) | {"$defs": _DEFS}
    system = f"<instructions>{instructions}</instructions>{few_shot(*shots)}"

    found = answer(inputs, whole, system=system)

    jsonschema.Draft202012Validator(whole).validate(found)
    assert found == answer(inputs, whole, system=system)


@given(text=st.text())
def test_no_message_is_too_odd(text):
    """Any text as system or user message gets a valid answer."""
    jsonschema.validate(answer(text, LABEL, system=text), LABEL)
    assert isinstance(answer(text, {}, system=text), str)


def test_without_messages_there_is_still_an_answer():
    """Nothing at all is a prompt like any other."""
    assert Predictor([], LABEL, {}).answer()["label"] in LABELS
    assert Predictor([], {}, {}).answer() == ""


# The three kinds of evidence.


def test_the_name_of_a_value_speaks_for_it():
    """Without examples and instructions, names decide."""
    assert answer({"text": "when will my card arrive?"}, LABEL) == {"label": LABELS[0]}
    assert answer({"text": "status of the refund"}, LABEL) == {"label": LABELS[1]}


def test_an_example_speaks_for_its_value():
    """An input like an example gets that example's value."""
    system = few_shot(
        ({"text": "the weather is lovely in spring"}, {"label": "other_topic"}),
        ({"text": "give me back what I paid"}, {"label": "refund_status"}),
    )

    assert answer({"text": "lovely spring"}, LABEL, system=system)["label"] == LABELS[2]
    assert answer({"text": "what I paid"}, LABEL, system=system)["label"] == LABELS[1]


def test_examples_do_not_rule_out_the_values_without_any():
    """A value that no example shows still wins by its name."""
    system = few_shot(
        ({"text": "the weather is lovely in spring"}, {"label": "other_topic"}),
        ({"text": "give me back what I paid"}, {"label": "refund_status"}),
    )

    found = answer({"text": "is my card in the post? arrival?"}, LABEL, system=system)

    assert found == {"label": "card_arrival"}


@pytest.mark.parametrize(
    "instructions",
    [
        "Pick a label.\n- `other_topic`: gossip, weather, football",
        "Talk of weather is other_topic. Money back is refund_status.",
        "Take refund_status for money, other_topic for weather and gossip.",
        "1. refund_status: money\n2. **other_topic** -> weather and gossip",
    ],
)
def test_what_the_instructions_say_of_a_value_speaks_for_it(instructions):
    """A line that begins with a value, or names it, describes it."""
    system = f"<instructions>\n{instructions}\n</instructions>"

    assert answer({"text": "what weather"}, LABEL, system=system)["label"] == LABELS[2]


def test_descriptions_in_the_schema_speak_too():
    """What the answer schema says of a value counts like instructions."""
    schema = of_field({"enum": ["a1", "b2"], "description": "a1: cats. \nb2: dogs."})

    assert answer({"text": "two dogs"}, schema) == {"value": "b2"}
    assert answer({"text": "two cats"}, schema) == {"value": "a1"}


def test_answers_change_only_with_the_messages():
    """Relabelling the examples relabels the answers: nothing else is known."""
    pairs = [("alpha beta", "x1"), ("gamma delta", "x2"), ("epsilon zeta", "x3")]
    schema = of_field({"enum": ["x1", "x2", "x3"]})
    swap = {"x1": "x2", "x2": "x3", "x3": "x1"}
    shown = [({"text": text}, {"value": label}) for text, label in pairs]
    swapped = [({"text": text}, {"value": swap[label]}) for text, label in pairs]

    for text, label in pairs:
        inputs = {"text": text}
        assert answer(inputs, schema, system=few_shot(*shown))["value"] == label
        assert answer(inputs, schema, system=few_shot(*swapped))["value"] == swap[label]


# Kinds of fields.


@pytest.mark.parametrize(
    ("text", "expected"), [("is it urgent? yes urgent", True), ("no hurry", False)]
)
def test_booleans_go_by_examples_and_by_the_field_name(text, expected):
    """The name of the field stands for true."""
    schema = of_field({"type": "boolean"}, "is_urgent")
    system = few_shot(({"text": "no hurry at all"}, {"is_urgent": False}))

    assert answer({"text": text}, schema, system=system) == {"is_urgent": expected}


def test_small_ranges_of_integers_are_values():
    """A rating is learned from examples like a label."""
    schema = of_field({"type": "integer", "minimum": 1, "maximum": 5}, "rating")
    system = few_shot(
        ({"text": "awful, broken"}, {"rating": 1}),
        ({"text": "wonderful, superb"}, {"rating": 5}),
    )

    assert answer({"text": "superb!"}, schema, system=system) == {"rating": 5}
    assert answer({"text": "broken"}, schema, system=system) == {"rating": 1}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "number"}, 12.5),
        ({"type": "integer"}, 1200),
        ({"type": "integer", "maximum": 100}, 3),
        ({"type": "number", "minimum": 5000}, 5000),
    ],
)
def test_numbers_are_the_last_of_the_input_that_fits(schema, expected):
    """Where none of the input fits, the schema decides."""
    found = answer({"text": "3 boxes, 1,200 pieces, 12.5 kg"}, of_field(schema))

    assert found == {"value": expected}


def test_free_text_is_that_of_the_nearest_example():
    """Without one, a sentence of the input."""
    schema = of_field({"type": "string"}, "reply")
    system = few_shot(
        ({"text": "where is my parcel"}, {"reply": "It is on its way."}),
        ({"text": "the lamp is broken"}, {"reply": "Send it back."}),
    )

    assert answer({"text": "broken lamp!"}, schema, system=system) == {
        "reply": "Send it back."
    }
    assert answer({"text": "Hello. My reply is no."}, schema) == {
        "reply": "My reply is no."
    }


def test_free_text_without_a_schema_is_that_of_the_nearest_example():
    """A chat message's content is the answer."""
    system = few_shot(
        ({"text": "broken lamp"}, {"role": "assistant", "content": "Oh."})
    )

    assert answer({"text": "a broken lamp"}, {}, system=system) == "Oh."


def test_a_list_of_labels_holds_those_that_suit():
    """Several values may suit one input; the best comes first."""
    schema = of_field(
        {"type": "array", "items": {"enum": ["money", "parcel", "login"]}}
    )

    found = answer({"text": "the parcel came, the money did not"}, schema)

    assert sorted(found["value"]) == ["money", "parcel"]


def test_lists_and_objects_are_filled_recursively():
    """Entries of a list are objects with fields of their own."""
    entry = {
        "type": "object",
        "properties": {"label": {"enum": LABELS}, "amount": {"type": "integer"}},
        "required": ["label", "amount"],
    }

    found = answer(
        {"text": "refund of 20"}, of_field({"type": "array", "items": entry})
    )

    assert found == {"value": [{"label": "refund_status", "amount": 20}]}


def test_unique_entries_stay_unique():
    """A list of distinct texts is filled up with distinct texts."""
    schema = of_field(
        {
            "type": "array",
            "items": {"type": "string"},
            "uniqueItems": True,
            "minItems": 3,
        }
    )

    found = answer({"text": "One. One."}, schema)

    jsonschema.validate(found, schema)


def test_thoughts_say_what_decided_and_keep_their_place():
    """A `thinking` field comes first and names the evidence for the others."""
    properties = {"thinking": {"type": "string"}, "label": {"enum": LABELS}}
    schema = {"type": "object", "properties": properties, "required": [*properties]}
    system = few_shot(({"text": "lovely weather"}, {"label": "other_topic"}))

    found = answer({"text": "weather"}, schema, system=system)

    assert list(found) == ["thinking", "label"]
    assert found["thinking"] == (
        "Decided by the nearest example, “lovely weather” for `label` = other_topic."
    )


def test_a_score_field_is_judged():
    """The overlap of gold and answer is mapped to the values allowed."""
    schema = of_field({"enum": [0.0, 0.5, 1.0]}, "reward")
    ends = [
        {"gold_answer": "a red fox", "answer": text} for text in ("a red fox", "no")
    ]

    assert [answer(inputs, schema)["reward"] for inputs in ends] == [1.0, 0.0]


def test_an_integer_score_is_judged_between_its_bounds():
    """A perfect answer gets the highest score."""
    schema = of_field({"type": "integer", "minimum": 0, "maximum": 100}, "score")

    assert answer({"gold_a": "x y", "a": "x y"}, schema) == {"score": 100}
    assert answer({"gold_a": "x y", "a": "x z"}, schema) == {"score": 50}


# Other layouts.


@pytest.mark.parametrize(
    "content",
    [
        "when will my card arrive",
        "text: when will my card arrive\nsender: Ann",
        '{\n  "text": "when will my card arrive"\n}',
        "```json\n{'text': 'when will my card arrive'}\n```",
        [{"type": "text", "text": "when will my card arrive"}],
    ],
)
def test_other_layouts_of_the_input_are_read(content):
    """JSON on many lines, Python literals, keys and values, text, parts."""
    messages = [{"role": "user", "content": content}]

    assert Predictor(messages, LABEL, {}).answer() == {"label": "card_arrival"}


def test_a_remark_on_an_answer_is_not_taken_for_the_input():
    """After JSON, a text that asks again leaves the question as it was."""
    messages = [
        {"role": "user", "content": '{"text": "card arrival"}'},
        {"role": "assistant", "content": "I would rather not."},
        {"role": "user", "content": "Not JSON. One refund status, please."},
    ]

    assert Predictor(messages, LABEL, {}).answer() == {"label": "card_arrival"}
