"""Calls that a model asks for; what goes wrong is told to it."""

import pytest

import synalinks
from synalinks.errors import (
    BudgetExceededError,
    ConfigurationError,
    InvalidOutputError,
    ServerError,
)
from synalinks.modules import _tool
from synalinks.modules._tool_run import answer_call, as_tools


async def double(n: int) -> int:
    """Double a number.

    Args:
        n: The number.
    """
    return 2 * n


async def nothing() -> None:
    """Do nothing."""


TOOLS = as_tools("agent", [double, synalinks.Tool(nothing)])


def call(name, arguments):
    function = {"name": name, "arguments": arguments}
    return {"id": "1", "type": "function", "function": function}


def raising(error):
    async def fail() -> None:
        """Fail."""
        raise error

    return {"fail": synalinks.Tool(fail)}


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch):
    """Let attempts follow each other at once."""
    monkeypatch.setattr(_tool, "_FIRST_WAIT_S", 0.0)


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("double", '{"n": 4}', {"result": 8}),
        ("nothing", "{}", None),
        (
            "dubble",
            "{}",
            {
                "error": "There is no tool `dubble`. Did you mean `double`? The tools "
                "are: `double`, `nothing`."
            },
        ),
        (
            "double",
            '{"n": "4"}',
            {
                "error": "SchemaError: The arguments of the tool `double` do not fit: "
                "n: '4' is not of type 'integer'."
            },
        ),
        (
            "double",
            "[4]",
            {"error": "The arguments are no JSON object. Received: '[4]'."},
        ),
    ],
)
async def test_a_call_has_a_result_or_an_error_in_words(name, arguments, result):
    """Nothing that a model asks for ends the program."""
    assert await answer_call(call(name, arguments), TOOLS) == result


async def test_arguments_that_are_no_json_are_told():
    """With where they break, and what was received."""
    result = await answer_call(call("double", '{"n": '), TOOLS)

    assert result["error"].startswith("The arguments are no JSON: Expecting value")
    assert result["error"].endswith("Received: '{\"n\": '.")


@pytest.mark.parametrize(
    "error", [ValueError("no"), OSError("no"), InvalidOutputError("no")]
)
async def test_what_a_function_raises_is_told(error):
    """Also after its attempts, and where a model inside it answered badly."""
    result = await answer_call(call("fail", "{}"), raising(error))

    assert result == {"error": f"{type(error).__name__}: no"}


@pytest.mark.parametrize("error", [ServerError("no"), BudgetExceededError("no")])
async def test_what_is_of_the_system_is_raised(error):
    """A dead provider inside a tool is an error, not a bad call."""
    with pytest.raises(type(error), match="no"):
        await answer_call(call("fail", "{}"), raising(error))


async def test_long_errors_are_cut():
    """A model pays for each character, at every turn."""
    result = await answer_call(call("fail", "{}"), raising(ValueError("x" * 10_000)))

    assert len(result["error"]) == 2000


@pytest.mark.parametrize(
    ("tools", "message"),
    [
        ([], "`agent` needs one or more `tools`, received: \\[\\]"),
        (None, "received: None"),
        ([double, double], "`agent` has two tools named `double`"),
        ([print], "takes an `async def` function"),
    ],
)
def test_tools_are_different_tools(tools, message):
    """Anything else is refused before any call."""
    with pytest.raises(ConfigurationError, match=message):
        as_tools("agent", tools)


def test_tools_may_be_a_dict():
    """By name or not: tools know theirs."""
    assert list(as_tools("agent", {"x": double})) == ["double"]
