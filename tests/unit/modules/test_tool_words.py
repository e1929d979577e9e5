"""What models read of a tool, as a variable."""

import synalinks
from synalinks.modules._tool_words import calls_of


async def look(place: str) -> str:
    """Look.

    Args:
        place: Where.
    """
    return place


async def now() -> int:
    """Tell the time."""
    return 1


def function_of(tool):
    return tool.get_tool_schema()["function"]


def test_the_first_words_are_those_of_the_docstring():
    """A trainable tool is sent as another one, until its words are changed."""
    plain, tool = synalinks.Tool(look), synalinks.Tool(look, trainable=True)

    assert plain.state is None
    assert plain.variables == []
    assert tool.get_tool_schema() == plain.get_tool_schema()
    assert tool.state.learnable_fields == ("examples", "description", "parameters")


def test_changed_words_are_sent_at_once():
    """Description, arguments, and examples of calls."""
    tool = synalinks.Tool(look, trainable=True)
    example = {"inputs": {"query": "x"}, "outputs": {"calls": [{"place": "y"}]}}

    tool.state.update(
        {
            "description": "See it.",
            "parameters": {"place": "Its name."},
            "examples": [example],
        }
    )

    function = function_of(tool)
    assert function["description"] == (
        "See it.\nExamples, each with the arguments of all calls:\n"
        'For {"query": "x"} it is called with [{"place": "y"}].'
    )
    place = function["parameters"]["properties"]["place"]
    assert place["description"] == "Its name."


def test_a_tool_without_arguments_has_its_description_only():
    """There is nothing else to learn."""
    tool = synalinks.Tool(now, trainable=True)

    assert tool.state.learnable_fields == ("examples", "description")
    assert function_of(tool)["parameters"]["properties"] == {}


def test_calls_of_one_tool_are_read():
    """Arguments that are no JSON stay text."""

    def call(name, arguments):
        return {"function": {"name": name, "arguments": arguments}}

    calls = [call("look", '{"place": 1}'), call("now", "{}"), call("look", "{")]

    assert calls_of("look", {"tool_calls": calls}) == [{"place": 1}, "{"]
    assert calls_of("look", {"content": "no"}) == []
