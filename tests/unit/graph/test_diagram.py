"""What a picture of a program shows."""

import pytest

import synalinks
from synalinks.graph import diagram_of, to_dot
from tests.builders import Query, embedded, run

SHOWN = {"show_schemas": False, "show_module_names": True, "show_trainable": True}


class Step(synalinks.DataModel):
    """A step of a plan."""

    thought: str
    confidence: float


class Plan(synalinks.DataModel):
    """A plan."""

    steps: list[Step]


async def make():
    """Return a program with another one in it, and an operation on data models."""
    model = embedded()
    x = synalinks.Input(data_model=Query, name="x")
    thinks = synalinks.ChainOfThought(
        data_model=Plan, language_model=model, name="thinks"
    )
    inner = synalinks.Program(inputs=x, outputs=await thinks(x), name="inner")
    y = synalinks.Input(data_model=Query, name="y")
    plain = synalinks.Generator(
        data_model=Plan, language_model=model, name="plain", trainable=False
    )
    both = await inner(y) & await plain(y)
    return synalinks.Program(inputs=y, outputs=both, name="outer")


@pytest.fixture(scope="module")
def program():
    return run(make())


def boxes_of(diagram):
    return [(box.title, box.lines[0]) for box in diagram.boxes]


def test_operations_are_boxes_like_modules(program):
    """What joins outputs is drawn by what it does, and has nothing to train."""
    diagram = diagram_of(program, **SHOWN)

    titles = {box.title: box for box in diagram.boxes}
    assert titles["logical_and"].is_trainable is False
    assert titles["Program"].is_trainable is True
    assert titles["Generator"].is_trainable is False


def test_a_nested_program_is_a_box_or_its_modules(program):
    """Its modules are named after it, and take and return what it did."""
    closed = diagram_of(program, **SHOWN)
    opened = diagram_of(program, **SHOWN, expand_nested=True)

    assert ("Program", "inner") in boxes_of(closed)
    assert ("Program", "inner") not in boxes_of(opened)
    names = [name for _, name in boxes_of(opened)]
    joined = next(one for one in names if one.startswith("logical_and"))
    arrows = {(names[a], names[b]) for a, b in opened.arrows}
    assert arrows == {
        ("y", "inner/x"),
        ("inner/x", "inner/thinks"),
        ("inner/thinks", joined),
        ("y", "plain"),
        ("plain", joined),
    }


def test_types_are_told_where_asked_for(program):
    """Fields name their types, and definitions say what these are made of."""
    diagram = diagram_of(
        program, **{**SHOWN, "show_schemas": True}, show_defs=True, expand_nested=True
    )

    (plain,) = [box for box in diagram.boxes if "plain" in box.lines]
    assert list(plain.lines) == [
        "plain",
        "steps: list of Step",
        "Step = {thought: string, confidence: number}",
    ]
    assert "steps: list of Step" in to_dot(diagram, rankdir="LR")
