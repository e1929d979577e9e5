"""An answer is valid as a whole, or refused with place and reason."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synalinks.errors import InvalidOutputError, SchemaError
from synalinks.language_models._validation import parse_answer, validator_of

SCHEMA = {
    "type": "object",
    "properties": {
        "label": {"type": "string", "enum": ["good", "bad"]},
        "score": {"type": "integer", "minimum": 0},
        "parts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"n": {"type": "integer", "default": 1}},
                "additionalProperties": False,
            },
        },
    },
    "required": ["label"],
    "additionalProperties": False,
}


# Lists in lists, for ever; and what is asked for cannot be there.
LISTS = {
    "type": "object",
    "properties": {"a": {"$ref": "#/$defs/list"}},
    "required": ["b"],
    "$defs": {"list": {"type": "array", "items": {"$ref": "#/$defs/list"}}},
}


def always():
    return True


def read(text, **options):
    return parse_answer(text, SCHEMA, model="openai/x", **options)


@pytest.mark.parametrize(
    "text",
    [
        '{"label": "good"}',
        ' \n{"label": "good"}\n',
        '```json\n{"label": "good"}\n```',
        '```JSON\n{"label": "good"}```\n',
        'Here you are:\n```json\n{"label": "good"}\n```\nAnything else?',
        'The answer is {"label": "good"}.',
        '\ufeff{"label": "good"}',
        '<think>{"label": "bad"}, [1]?</think>\n{"label": "good"}',
        '\n<thinking>{"label": "bad"}?</thinking>\n{"label": "good"}',
    ],
    ids=[
        "plain",
        "space",
        "fence",
        "other fence",
        "words, fence",
        "words",
        "mark",
        "thoughts",
        "other thoughts",
    ],
)
def test_valid_answers(text):
    """Space, words, and a fence around the one object are no part of it."""
    assert read(text) == {"label": "good"}


@pytest.mark.parametrize(
    "text",
    [
        'First {"label": "good"}, then {"label": "bad"}.',
        '```json\n[{"label": "good"}]\n```',
        'It is {"label": "good"',
        "A {label} of no JSON",
        "} {",
        '<think>Is it {"label": "good"}?',
        '<think>Is it {"label": "good"}?</think> I cannot say.',
        '\n<thinking>Is it {"label": "good"}?</thinking>',
        '<budget:think>Is it {"label": "good"}?',
    ],
)
def test_what_is_not_one_whole_object_is_no_answer(text):
    """Nothing is picked out of several objects, of a list, or of half an object."""
    with pytest.raises(InvalidOutputError, match="answered no JSON"):
        read(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"label": "ugly"}',
            "The answer of `openai/x` does not fit its schema at `$.label`: received "
            "'ugly'; expected one of ['good', 'bad'].",
        ),
        (
            '{"label": "good", "score": "3"}',
            "The answer of `openai/x` does not fit its schema at `$.score`: received "
            "'3'; expected a value of type 'integer'.",
        ),
        (
            '{"label": "good", "score": -1}',
            "The answer of `openai/x` does not fit its schema at `$.score`: received "
            "-1; expected `minimum`: 0.",
        ),
        (
            "{}",
            "The answer of `openai/x` does not fit its schema at `$`: received {}; "
            "expected the keys ['label'] as well.",
        ),
        (
            '{"label": "good", "x": 1}',
            "The answer of `openai/x` does not fit its schema at `$`: received "
            "{'label': 'good', 'x': 1}; expected no keys but ['label', 'score', "
            "'parts'].",
        ),
        (
            "[1, 2]",
            "The answer of `openai/x` does not fit its schema at `$`: received [1, 2]; "
            "expected a value of type 'object'.",
        ),
        (
            "good",
            "`openai/x` answered no JSON (Expecting value: line 1 column 1 (char 0)). "
            "Received: 'good'; expected a JSON object.",
        ),
        ("", "`openai/x` answered nothing. Received: ''; expected a JSON object."),
        (
            '{"label": NaN}',
            "`openai/x` answered no JSON (NaN is not a JSON value). Received: "
            "'{\"label\": NaN}'; expected a JSON object.",
        ),
        (
            '{"label": 1e999}',
            "`openai/x` answered no JSON (1e999 is not a JSON value). Received: "
            "'{\"label\": 1e999}'; expected a JSON object.",
        ),
    ],
)
def test_invalid_answers(text, message):
    """The message says where, what was received and what was expected."""
    with pytest.raises(InvalidOutputError) as caught:
        read(text)

    assert str(caught.value) == message
    assert (caught.value.answer, caught.value.model) == (text, "openai/x")


def test_a_text_that_has_not_the_format_of_its_field_is_invalid():
    """A data model with dates could not take it."""
    schema = {"properties": {"x": {"type": "string", "format": "date"}}}

    with pytest.raises(InvalidOutputError, match="expected `format`: 'date'"):
        parse_answer('{"x": "next tuesday"}', schema, model="m")
    assert parse_answer('{"x": "2024-01-01"}', schema, model="m")


def test_only_keys_that_are_missing_are_asked_for():
    """The model has written the others already."""
    schema = {"properties": {"a": {}, "b": {}}, "required": ["a", "b"]}

    with pytest.raises(InvalidOutputError, match=r"expected the keys \['b'\] as well"):
        parse_answer('{"a": 1}', schema, model="m")


def test_deep_nesting_is_invalid_not_fatal():
    """A hostile answer cannot exhaust the stack."""
    with pytest.raises(InvalidOutputError):
        read("[" * 200_000)
    with pytest.raises(InvalidOutputError):
        read('It is {"a": ' + "[" * 200_000 + "}.")
    with pytest.raises(InvalidOutputError, match="nested too deeply"):
        deep = "[" * 900 + "]" * 900
        parse_answer(f'{{"a": {deep}}}', LISTS, model="m")


def test_nulls_of_optional_fields_are_dropped_where_asked():
    """Strict endpoints answer every key; null says that there is none."""
    text = '{"label": "good", "score": null, "parts": [{"n": null}, {"n": 2}]}'

    assert read(text, may_drop_nulls=always) == {
        "label": "good",
        "parts": [{}, {"n": 2}],
    }
    with pytest.raises(InvalidOutputError, match=r"received None"):
        read(text)


def test_a_value_that_fits_is_left_as_it_is():
    """Whether nulls may be dropped is not even asked."""
    schema = {"properties": {"a": {"type": "string"}, "b": {}}}

    value = parse_answer('{"b": null}', schema, model="m", may_drop_nulls=pytest.fail)

    assert value == {"b": None}


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf", "allOf"])
def test_nulls_below_every_combination_are_dropped(keyword):
    """Where a schema is made of others, they say what is optional."""
    part = {"type": "object", "properties": {"n": {keyword: [{"type": "integer"}]}}}
    schema = {"type": "object", "properties": {"a": {keyword: [part]}}}

    value = parse_answer('{"a": {"n": null}}', schema, model="m", may_drop_nulls=always)

    assert value == {"a": {}}


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf", "allOf"])
def test_nulls_that_a_combination_takes_are_kept(keyword):
    """One that is asked for is no sign of absence."""
    part = {keyword: [{"type": ["integer", "null"]}]}
    schema = {"properties": {"a": part, "b": {"type": "string"}}}

    value = parse_answer(
        '{"a": null, "b": null}', schema, model="m", may_drop_nulls=always
    )

    assert value == {"a": None}


@pytest.mark.parametrize("text", ["[1]", "3", "null"])
def test_what_is_no_object_is_refused_whatever_the_schema_says(text):
    """A schema without a type takes anything; a program does not."""
    with pytest.raises(InvalidOutputError, match="answered no JSON object, but"):
        parse_answer(text, {"properties": {"a": {}}}, model="m")


def test_parts_may_refer_to_each_other():
    """Each is looked at once."""
    schema = {
        "properties": {"a": {"$ref": "#/x/One"}},
        "x": {
            "One": {"properties": {"b": {"$ref": "#/x/Other"}}},
            "Other": {"type": "object", "properties": {"a": {"$ref": "#/x/One"}}},
        },
    }

    assert validator_of(schema).is_valid({"a": {"b": {"a": {}}}})
    assert not validator_of(schema).is_valid({"a": {"b": {"a": {"b": 1}}}})


def test_nulls_that_the_schema_takes_are_kept():
    """A field that may be null stays null."""
    schema = {
        "type": "object",
        "properties": {
            "a": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "b": {"type": ["string", "null"]},
            "c": {"enum": ["x", None]},
            "d": {"type": "string"},
        },
    }
    text = '{"a": null, "b": null, "c": null, "d": null}'

    value = parse_answer(text, schema, model="m", may_drop_nulls=always)

    assert value == {"a": None, "b": None, "c": None}


def test_nulls_inside_unions_and_references_are_dropped():
    """The branch whose keys fit the value decides."""
    schema = {
        "$defs": {
            "Cat": {"type": "object", "properties": {"lives": {"type": "integer"}}},
            "Dog": {
                "type": "object",
                "properties": {"bark": {"type": ["string", "null"]}},
            },
        },
        "type": "object",
        "properties": {
            "pet": {"anyOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}]},
            "n": {"type": "integer"},
        },
    }

    cat = parse_answer(
        '{"pet": {"lives": null}}', schema, model="m", may_drop_nulls=always
    )
    dog = parse_answer(
        '{"pet": {"bark": null}, "n": null}',
        schema,
        model="m",
        may_drop_nulls=always,
    )

    assert cat == {"pet": {"lives": None}}  # a dog, as far as the schema tells
    assert dog == {"pet": {"bark": None}}


def test_a_required_null_is_an_error():
    """Only what may be absent can be said by null."""
    with pytest.raises(InvalidOutputError, match=r"at `\$.label`: received None"):
        read('{"label": null}', may_drop_nulls=always)


def test_validators_are_made_once():
    """Building one takes a millisecond, using it a hundredth."""
    assert validator_of(dict(SCHEMA)) is validator_of(dict(SCHEMA))


@pytest.mark.parametrize("reference", ["http://example.org/s", "#/$defs/Missing"])
def test_references_stay_inside_the_schema(reference):
    """A reference to the network, or to nothing, is an error, not a download."""
    schema = {"type": "object", "properties": {"a": {"$ref": reference}}}

    with pytest.raises(SchemaError, match="refers to nothing in its schema"):
        validator_of(schema)


def test_a_pattern_that_is_none_is_told_before_it_is_used():
    """The schema is at fault, not an answer that was paid for."""
    schema = {"type": "object", "properties": {"a": {"pattern": "("}}}

    with pytest.raises(SchemaError, match=r"`pattern: '\('` is no regular expression"):
        validator_of(schema)


def test_a_schema_may_refer_to_itself():
    """Recursion through the root or the definitions is fine."""
    schema = {"type": "object", "properties": {"child": {"$ref": "#"}}}

    assert parse_answer('{"child": {}}', schema, model="m") == {"child": {}}


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
))  # fmt: skip
def test_nothing_half_valid_passes(value):
    """Whatever JSON comes: it is valid against the user's schema, or refused."""
    import json

    try:
        accepted = read(json.dumps(value), may_drop_nulls=always)
    except InvalidOutputError:
        return
    assert validator_of(SCHEMA).is_valid(accepted)


ABOUT_SCHEMAS = {
    "type": "object",
    "properties": {
        "kind": {"const": {"$ref": "#/$defs/Missing"}},
        "default": {"type": "object", "default": {"pattern": "(", "$ref": "nowhere"}},
        "either": {"enum": [{"$ref": "http://example.org/s"}, 1]},
    },
    "examples": [{"$dynamicRef": "#nothing", "pattern": "("}],
}


def test_data_may_look_like_a_reference():
    """Values of programs that answer with schemas are values, not mistakes."""
    answer = {"kind": {"$ref": "#/$defs/Missing"}, "either": 1}
    text = json.dumps(answer)

    assert parse_answer(text, ABOUT_SCHEMAS, model="m") == answer
    with pytest.raises(InvalidOutputError, match="kind"):
        parse_answer('{"kind": {"$ref": "#"}}', ABOUT_SCHEMAS, model="m")


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ({"items": {"$ref": "#/$defs/Missing"}}, "refers to nothing"),
        ({"properties": []}, "Malformed JSON schema"),
        ({"type": "string", "x": {"$ref": "#"}}, None),
    ],
    ids=["goes on to nothing", "malformed", "fine"],
)
def test_references_are_followed_wherever_they_lead(target, message):
    """What stands under a keyword of nobody is a schema once it is referred to."""
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "#/components/One"}},
        "components": {"One": target},
    }

    if message is None:
        assert validator_of(schema).is_valid({"a": "x"})
    else:
        with pytest.raises(SchemaError, match=message):
            validator_of(schema)
