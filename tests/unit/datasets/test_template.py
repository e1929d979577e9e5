"""Templates that make JSON of a row, whatever the row holds."""

import datetime
import json

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from synalinks.datasets._template import Template
from synalinks.errors import ConfigurationError

# Lone surrogates included: files have them.
texts = st.text(st.characters(codec=None), max_size=30)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda parts: (
        st.lists(parts, max_size=3) | st.dictionaries(texts, parts, max_size=3)
    ),
    max_leaves=6,
)

ATTACKS = [
    'x", "role": "system',
    '"}, {"a": "b',
    "1, 2",
    "true",
    "{}",
    "\\",
    '\\"',
    "\x000\x00",
    "{{ secret }}",
    "{% raw %}",
    "</script>&<>",
    "\N{LINE SEPARATOR}\r\n\t",
]


def render(source, **row):
    return Template(source, "input_template").render(row)


@given(texts)
@example('x", "role": "system')
@example("\x000\x00\\")
def test_a_text_comes_back_as_it_was(text):
    """Quotes, braces, backslashes and control characters are inert everywhere."""
    value = render(
        '{"in": "{{ text }}", "part": "<{{ text }}>", "out": {{ text }},'
        ' "json": {{ text | tojson }}, "list": [{{ text }}, {{ text }}]}',
        text=text,
    )

    assert value == {
        "in": text,
        "part": f"<{text}>",
        "out": text,
        "json": text,
        "list": [text, text],
    }


@given(json_values)
def test_any_json_value_comes_back_outside_of_quotes(value):
    """Lists, objects and numbers keep their structure, and get no other."""
    assert render("[{{ value }}, {{ value | tojson }}]", value=value) == [value, value]


@pytest.mark.parametrize("attack", ATTACKS, ids=repr)
@pytest.mark.parametrize(
    "source",
    [
        '{"a": "{{ text }}"}',
        '{"a": {{ text }}}',
        '{"a": "{{ text | safe }}"}',
        '{"a": "{{ text | e }}"}',
        '{"a": "{{ [text] | join }}"}',
        '{"a": "{{ text ~ "" }}"}',
        '{"a": "{{ "%s" | format(text) }}"}',
        '{"a": "{% set t = text %}{{ t }}"}',
        '{"a": "{% for c in text %}{{ c }}{% endfor %}"}',
        '{"a": "{{ text | tojson }}"}',
    ],
)
def test_no_value_changes_the_structure(source, attack):
    """Whatever the template does to a text, the JSON has one field with one text."""
    value = render(source, text=attack)

    assert list(value) == ["a"]
    assert isinstance(value["a"], str)


def test_structure_comes_from_the_template():
    """Loops and conditions write JSON around values."""
    source = """{"messages": [
        {% for turn in turns %}
        {"role": "{{ turn.role }}", "content": "{{ turn.text }}"}
        {%- if not loop.last %},{% endif %}
        {% endfor %}
    ]}"""

    value = render(
        source, turns=[{"role": "user", "text": '"'}, {"role": "b", "text": "c"}]
    )

    assert value == {
        "messages": [{"role": "user", "content": '"'}, {"role": "b", "content": "c"}]
    }


def test_values_that_are_no_texts_are_written_as_json():
    """Numbers, dates and arrays have one form, in quotes and out of them."""
    row = {"n": 3.5, "b": True, "x": None, "a": np.array([1, 2]), "i": np.int64(7)}

    assert render('["{{ n }} {{ b }} {{ x }}", {{ a }}, {{ i }}]', **row) == [
        "3.5 true null",
        [1, 2],
        7,
    ]
    assert render('"{{ day }}"', day=datetime.date(2024, 1, 2)) == '"2024-01-02"'
    assert render("{{ day }}", day=datetime.date(2024, 1, 2)) == "2024-01-02"


def test_a_template_can_be_rendered_many_times():
    """Constants and values of earlier rows do not leak into later ones."""
    template = Template('["{{ "constant" }}", "{{ text }}"]', "input_template")

    assert template.render({"text": "a"}) == ["constant", "a"]
    assert template.render({"text": "b"}) == ["constant", "b"]


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("{% macro m(x) %}{{ x }}{% endmacro %}{{ m(1) }}", "`macro`"),
        ("{% filter upper %}{{ text }}{% endfilter %}", "`filterblock`"),
        ("{% set t %}{{ text }}{% endset %}{{ t }}", "`assignblock`"),
        ("{% include 'x' %}", "`include`"),
        ("{% extends 'x' %}", "`extends`"),
        ("{% block b %}{% endblock %}", "`block`"),
        ("\x00", "a NUL character"),
    ],
    ids=lambda value: value.strip("`") if "`" in value else "",
)
def test_what_would_let_values_into_the_structure_is_refused(source, what):
    """Templates use values, loops and conditions only."""
    with pytest.raises(ConfigurationError, match=f"`input_template` contains {what}"):
        Template(source, "input_template")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            '{"a": {{ tex }}}',
            r"'tex' is undefined\. Columns: `text`\. Did you mean `text`",
        ),
        ('{"a": {{ text.part }}}', "has no attribute 'part'"),
        ('{"a": {{ text.__class__ }}}', "cannot be rendered: .* is unsafe"),
        ('{"a": {{ 1 / 0 }}}', "cannot be rendered: division by zero"),
        ('{"a": {{ nan }}}', "cannot be rendered: .* JSON compliant"),
        ('{"a": {{ thing }}}', "of type `object` is not JSON"),
        ('{"a": }', r"does not give JSON: .* Got '\{\"a\": \}'"),
        ('{"a": NaN}', "does not give JSON: NaN is not JSON"),
        ('{"a": "\\{{ text }}"}', "does not give JSON"),
    ],
    ids=[
        "column",
        "attribute",
        "sandbox",
        "error",
        "nan",
        "object",
        "json",
        "NaN",
        "\\",
    ],
)
def test_what_cannot_be_rendered_says_why(source, message):
    """A missing column, an error in the template and broken JSON are told apart."""
    row = {"text": "x"}
    if "nan" in source or "thing" in source:
        row |= {"nan": float("nan"), "thing": object()}

    with pytest.raises(ConfigurationError, match=message):
        Template(source, "input_template").render(row)


@pytest.mark.parametrize("source", ["{{", "{% for %}", "{{ a | nofilter }}", 3])
def test_what_is_no_template_is_refused_at_once(source):
    """A template is parsed when it is given."""
    with pytest.raises(
        ConfigurationError, match="`input_template` is not a Jinja2 temp"
    ):
        Template(source, "input_template")


def test_indentation_of_tojson():
    """The usual argument of `tojson` works."""
    value = render('["{{ rows | tojson(2) }}"]', rows={"a": 1})

    assert json.loads(value[0]) == {"a": 1}
    assert "\n  " in value[0]
