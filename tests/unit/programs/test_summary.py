"""The table that `summary` prints."""

import re

import pytest

import synalinks
from synalinks.errors import ConfigurationError
from tests.builders import Answer, Query, embedded, functional, run


@pytest.fixture
def program():
    async def make():
        model = embedded()
        x = synalinks.Input(data_model=Query, name="x")
        inner = synalinks.Program(
            inputs=x,
            outputs=await synalinks.ChainOfThought(
                data_model=Answer, language_model=model, name="cot"
            )(x),
            name="inner",
        )
        y = synalinks.Input(data_model=Query, name="y")
        last = synalinks.Generator(
            data_model=Answer, language_model=model, name="last", trainable=False
        )
        return synalinks.Program(
            inputs=y, outputs=await last(await inner(y)), name="outer"
        )

    return run(make())


def printed(program, **options):
    """Return the cells of the summary, row by row, and the last line."""
    texts = []
    program.summary(print_fn=texts.append, line_length=100, **options)
    (text,) = texts
    rows = [
        [cell.rstrip() for cell in re.split("[│┃]", line)[1:-1]]
        for line in text.splitlines()
        if line[:1] in "│┃"
    ]
    return rows, text.strip().splitlines()[-1].strip()


def test_each_module_has_a_row(program):
    """With its class, the fields it gives, and the number of its variables."""
    rows, caption = printed(program)

    assert rows == [
        [" Module (type)", " Output fields", " Variables"],
        [" y (InputModule)", " query", " 0"],
        [" inner (Program)", " thinking, answer", " 1"],
        [" last (Generator)", " answer", " 1"],
    ]
    assert caption == "2 variables, 1 trainable"


def test_modules_inside_can_be_shown(program):
    """Indented below the module around, with what they give where that is known."""
    rows, _ = printed(program, expand_nested=True, show_trainable=True)

    assert rows[2:] == [
        [" inner (Program)", " thinking, answer", " 1", " yes"],
        ["   x (InputModule)", " query", " 0", " yes"],
        ["   cot (ChainOfThought)", " thinking, answer", " 1", " yes"],
        ["     generator_cot (ThinkingGenerator)", " -", " 1", " yes"],
        [" last (Generator)", " answer", " 1", " no"],
    ]


def test_a_range_of_modules_can_be_shown(program):
    """From the first named to the last."""
    rows, _ = printed(program, module_range=("inner", "inner"))

    assert [row[0] for row in rows[1:]] == [" inner (Program)"]


def test_a_range_of_unknown_modules_is_refused(program):
    """The message names them, and those that there are."""
    message = "names ['nobody']; `outer` has the modules ['y', 'inner', 'last']"
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        program.summary(module_range=("y", "nobody"))


def test_a_program_without_a_graph_has_a_summary():
    """What its modules give is not known."""
    program = synalinks.Sequential([synalinks.Identity(name="i")], description="d")

    rows, caption = printed(program)

    assert rows[1:] == [[" i (Identity)", " -", " 0"]]
    assert caption == "0 variables, 0 trainable"


def test_the_summary_goes_to_standard_output(program, capsys):
    """Unless there is a function to print it with."""
    program.summary(line_length=80)

    out = capsys.readouterr().out
    assert out.startswith("Program: outer")
    assert max(map(len, out.splitlines())) <= 80


def test_a_notebook_shows_the_same_as_html():
    """Names, fields and counts are there, and texts stay texts."""
    canary = "<script>alert(1)</script>"
    program = run(functional(name="triage", description=f"Sorts. {canary}"))

    page = program._repr_html_()

    assert "<strong>triage</strong>" in page
    assert "<td>writer (Generator)</td><td>answer</td>" in page
    assert "<script" not in page
    assert "Sorts. &lt;script&gt;" in page
