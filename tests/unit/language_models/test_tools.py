"""Tools on their way to a model, and its calls on their way back."""

import pytest

import synalinks
from synalinks.errors import ConfigurationError
from synalinks.language_models import wire_tools
from synalinks.language_models._tools import (
    ToolCallParts,
    read_tool_calls,
    wire_choice,
)

LOOK = {"type": "function", "function": {"name": "look", "parameters": {}}}


async def walk(place: str) -> str:
    """Walk to a place.

    Args:
        place: Where to go.
    """
    return place


@pytest.mark.parametrize(
    ("tools", "schemas", "names"),
    [
        (None, None, []),
        ([], (), []),
        ([LOOK], None, ["look"]),
        (LOOK, None, ["look"]),
        ([{"name": "run", "parameters": {}}], [LOOK], ["run", "look"]),
        ({"any": synalinks.Tool(walk)}, [LOOK], ["walk", "look"]),
        (synalinks.Tool(walk), None, ["walk"]),
    ],
)
def test_tools_in_every_form(tools, schemas, names):
    """Lists and dicts of tools, and dicts of the API."""
    wire = wire_tools(tools, schemas)

    assert [tool["function"]["name"] for tool in wire] == names
    assert all(tool["type"] == "function" for tool in wire)


@pytest.mark.parametrize(
    ("tools", "message"),
    [
        ([walk], "A tool is a `synalinks.Tool`"),
        (["look"], "A tool is a `synalinks.Tool`"),
        ("look", "A tool is a `synalinks.Tool`"),
        ([{"function": {}}], "A tool is a `synalinks.Tool`"),
        ([{"name": "look at"}], "letters, digits"),
        ([LOOK, LOOK], r"\['look'\] came twice"),
    ],
)
def test_what_is_no_tool_is_refused(tools, message):
    """Before anything is sent."""
    with pytest.raises(ConfigurationError, match=message):
        wire_tools(tools)


@pytest.mark.parametrize(
    ("choice", "wire"),
    [
        (None, None),
        ("auto", "auto"),
        ("required", "required"),
        ("look", {"type": "function", "function": {"name": "look"}}),
        ({"name": "look"}, {"type": "function", "function": {"name": "look"}}),
        (
            {"type": "function", "function": {"name": "look"}},
            {"type": "function", "function": {"name": "look"}},
        ),
    ],
)
def test_choices(choice, wire):
    """A name is enough."""
    assert wire_choice(choice, [LOOK]) == wire


@pytest.mark.parametrize("choice", ["run", {"function": 1}, 3])
def test_a_choice_of_nothing_is_refused(choice):
    """The message lists what there is."""
    with pytest.raises(ConfigurationError, match=r"\['look'\]"):
        wire_choice(choice, [LOOK])
    assert wire_choice("auto", []) is None


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ('{"a": 1}', '{"a": 1}'),
        ({"a": 1}, '{"a": 1}'),
        (None, "{}"),
        ("", "{}"),
        (" ", "{}"),
        ("{broken", "{broken"),
    ],
)
def test_calls_have_one_form(arguments, text):
    """Arguments are JSON text; an identity is made up where there is none."""
    received = [{"function": {"name": "f", "arguments": arguments}, "index": 0}]

    assert read_tool_calls(received) == (
        {
            "id": "call_0",
            "type": "function",
            "function": {"name": "f", "arguments": text},
        },
    )
    calls = [dict(call) for call in read_tool_calls(received)]
    assert synalinks.ChatMessage(role="assistant", tool_calls=calls)


@pytest.mark.parametrize("received", [None, [], "x", [3]])
def test_no_calls(received):
    """Servers say it in different ways."""
    assert read_tool_calls(received) == ()


def part(text, name=None, **more):
    return {"function": {"arguments": text, "name": name}, **more}


@pytest.mark.parametrize(
    ("parts", "texts"),
    [
        ([part("{", id="a"), part("}")], {"a": "{}"}),
        ([part("{", id="a"), part("}", id="a")], {"a": "{}"}),
        ([part("{}", id="a"), part("{}", id="b")], {"a": "{}", "b": "{}"}),
        (
            [part("{}", index=1, id="b"), part("{", index=0, id="a"), part("}")],
            {"a": "{}", "b": "{}"},
        ),
        ([part({"a": None}, id="a")], {"a": '{"a": null}'}),
        ([part({}, id="a")], {"a": "{}"}),
        (
            [
                part("[1", "f", index=0, id="a"),
                part("]", index=0),
                part("[2", "f", index=0, id="b"),
                part("]", index=0, id=""),
            ],
            {"a": "[1]", "b": "[2]"},
        ),
        (
            [part("{", "f", index=0, id="a"), part("}", index=0, id="b")],
            {"a": "{}"},
        ),
        (
            [part("{", "f", index=0), part("}", "f", index=0, id="a")],
            {"a": "{}"},
        ),
    ],
    ids=[
        "first named",
        "all named",
        "two",
        "out of order",
        "no text",
        "nothing",
        "one number for all",
        "an id for each piece",
        "id after the beginning",
    ],
)
def test_pieces_of_calls_belong_together(parts, texts):
    """By their number and what begins a call, else by name, else to the last one."""
    pieces = ToolCallParts()

    for one in parts:
        pieces.add([one])

    calls = pieces.calls()
    assert {one["id"]: one["function"]["arguments"] for one in calls} == texts
    assert [one["id"] for one in calls] == list(texts)
