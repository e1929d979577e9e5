"""Reading messages."""

import pytest

from synalinks.language_models._embedded_prompt import (
    Example,
    content_text,
    leaves_of,
    read_messages,
    read_value,
    sentences_of,
    text_of,
    value_at,
)


def test_the_default_layout_is_read():
    """Instructions, examples and the question, each from its block."""
    system = (
        "<instructions>\nSort.\n</instructions>\n<output_schema>\n{}\n</output_schema>\n"
        "<examples>\n<example>\n"
        'Input: {"text": "a <\\/b"}\nOutput: {"label": "x"}\n</example>\n</examples>'
    )
    messages = [
        {"role": "system", "content": system},
        {"role": "user", "content": '{"text": "q", "n": 3}'},
    ]

    prompt, question = read_messages(messages)

    assert prompt.instructions == "Sort."
    assert prompt.examples == (Example("a </b", {"label": "x"}),)
    assert (question.value, question.text) == ({"text": "q", "n": 3}, "q\n3")


def test_a_system_message_without_blocks_is_all_instructions():
    """Other templates work too."""
    prompt, _ = read_messages([{"role": "system", "content": "Be kind."}])

    assert prompt.instructions == "Be kind."
    assert prompt.examples == ()


@pytest.mark.parametrize(
    "entry",
    [
        "Input: {\n 'text': 'hi'\n}\nOutput: {\n 'label': 'x'\n}",
        '{"text": "hi"}\n{"label": "x"}',
        "Q: hi\nA: label: x\ntopic: y",
    ],
)
def test_examples_of_other_layouts_are_read(entry):
    """Many lines, Python literals, no names, questions and answers."""
    system = f"<example>\n{entry}\n</example>"

    prompt, _ = read_messages([{"role": "system", "content": system}])

    assert [example.text for example in prompt.examples] == ["hi"]
    assert value_at(prompt.examples[0].output, ("label",)) == "x"


def test_turns_before_the_question_are_examples():
    """A user and an assistant message show how to answer."""
    messages = [
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "1"},
        {"role": "user", "content": "two"},
    ]

    prompt, question = read_messages(messages)

    assert prompt.examples == (Example("one", "1"),)
    assert question.text == "two"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ("a", "a"),
        (["a", {"type": "text", "text": "b"}, {"type": "image_url"}], "a\nb\n"),
        ({"a": 1}, '{"a": 1}'),
    ],
)
def test_content_of_every_form_has_a_text(content, text):
    """A text, parts, an object, nothing."""
    assert content_text({"role": "user", "content": content}) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, null]}', {"a": [1, None]}),
        ("{'a': True}", {"a": True}),
        ("{broken", "{broken"),
        ("a: 1\nb c: two", {"a": "1", "b c": "two"}),
        ("note: this", "note: this"),
        ('"quoted"', "quoted"),
        ("", ""),
    ],
)
def test_values_are_read_from_what_is_there(text, value):
    """JSON, else a Python literal, else keys and values, else text."""
    assert read_value(text) == value


def test_leaves_carry_the_nearest_key():
    """Entries of a list stand under the key of the list."""
    value = {"a": [1, {"b": "x"}], "c": None}

    assert list(leaves_of(value)) == [("a", 1), ("b", "x"), ("c", None)]
    assert text_of(value) == "1\nx"


def test_a_value_is_found_by_path_or_by_its_last_key():
    """An output of another shape may still hold the field."""
    output = {"result": {"label": "x"}, "n": 1}

    assert value_at(output, ("result", "label")) == "x"
    assert value_at(output, ("label",)) == "x"
    assert value_at(output, ("nothing",)) is None
    assert value_at("plain", ("label",)) == "plain"


def test_sentences_end_at_stops_and_line_breaks():
    """Empty ones are left out."""
    assert sentences_of("One. Two!\n\nThree") == ["One.", "Two!", "Three"]
