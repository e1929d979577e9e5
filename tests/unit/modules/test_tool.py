"""`Tool`: a function that a language model may call."""

import asyncio
import datetime
import re
from enum import Enum
from typing import Any, Literal

import pytest

import synalinks
from synalinks.errors import ConfigurationError, SchemaError, ServerError
from synalinks.modules import _tool
from synalinks.saving import deserialize_synalinks_object, serialize_synalinks_object


class Place(synalinks.DataModel):
    """A place."""

    name: str


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


async def look(place: str, n: int = 3, kind: Literal["a", "b"] | None = None) -> dict:
    """Look at a place.

    As often as you like.

    Args:
        place: Where to look,
            in English.
        n (int): How often.
        kind: How.

    Returns:
        What there is.
    """
    return {"place": place, "n": n, "kind": kind}


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch):
    """Let attempts follow each other at once."""
    monkeypatch.setattr(_tool, "_FIRST_WAIT_S", 0.0)


def tool_of(result, hint=Any):
    async def give():
        """Give a result."""
        return result

    give.__annotations__["return"] = hint
    return synalinks.Tool(give)


def test_the_schema_is_that_of_the_function():
    """Names, types, defaults and descriptions; in the form of OpenAI's API."""
    tool = synalinks.Tool(look)

    assert tool.get_tool_schema() == {
        "type": "function",
        "function": {
            "name": "look",
            "description": "Look at a place. As often as you like.",
            "parameters": tool.get_input_schema(),
        },
    }
    schema = tool.get_input_schema()
    assert schema["required"] == ["place"]
    assert schema["additionalProperties"] is False
    assert schema["properties"] == {
        "place": {
            "title": "Place",
            "type": "string",
            "description": "Where to look, in English.",
        },
        "n": {
            "title": "N",
            "type": "integer",
            "default": 3,
            "description": "How often.",
        },
        "kind": {
            "title": "Kind",
            "anyOf": [{"enum": ["a", "b"], "type": "string"}, {"type": "null"}],
            "default": None,
            "description": "How.",
        },
    }


def test_names_and_descriptions_may_be_given():
    """They win over those of the function."""
    tool = synalinks.Tool(look, name="see", description="See it.")

    assert (tool.name, tool.description) == ("see", "See it.")
    assert tool.get_tool_schema()["function"]["name"] == "see"
    assert tool.trainable is False


@pytest.mark.parametrize("name", ["json", "schema", "copy", "keys", "model_config"])
async def test_arguments_may_be_called_anything(name):
    """No name is taken by what a model of the arguments has for itself."""
    doc = f"F.\n\n  :param {name}: It."
    code = f'async def f({name}: str):\n  """{doc}"""\n  return {name}'
    namespace: dict[str, Any] = {}
    exec(code, namespace)  # noqa: S102

    tool = synalinks.Tool(namespace["f"])

    assert (await tool(**{name: "x"})).get("result") == "x"


async def test_arguments_arrive_as_their_types():
    """JSON becomes what the hints say; data models may be given as they are."""

    async def when(place: Place, day: datetime.date, size: Size) -> list[str]:
        """When.

        Args:
            place: Where.
            day: When.
            size: How large.
        """
        return [type(one).__name__ for one in (place, day, size)]

    tool = synalinks.Tool(when)
    kinds = ["Place", "date", "Size"]

    for place in ({"name": "x"}, Place(name="x"), Place(name="x").to_json_data_model()):
        result = await tool(place=place, day="2024-01-31", size="small")
        assert result.get("result") == kinds


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "'place' is a required property"),
        ({"place": 3}, "place: 3 is not of type 'string'"),
        ({"place": "x", "n": "3"}, "n: '3' is not of type 'integer'"),
        ({"place": "x", "m": 3}, "'m' was unexpected"),
        ({"place": "x", "kind": "c"}, "kind: 'c' is not valid"),
    ],
)
async def test_wrong_arguments(arguments, message):
    """They are told by name, and the function is not called."""
    with pytest.raises(SchemaError, match=message) as caught:
        await synalinks.Tool(look)(**arguments)

    assert str(caught.value).startswith("The arguments of the tool `look` do not fit")


@pytest.mark.parametrize(
    ("result", "hint", "json"),
    [
        ({"a": 1}, dict, {"a": 1}),
        ({"a": 1}, dict[str, int] | None, {"a": 1}),
        ({"a": 1}, str, {"a": 1}),
        (Place(name="x"), Place, {"name": "x"}),
        (Place(name="x").to_json_data_model(), Any, {"name": "x"}),
        ("text", str, {"result": "text"}),
        (3, int | None, {"result": 3}),
        ([1, 2], list[int], {"result": [1, 2]}),
        ([Place(name="x")], list[Place], {"result": [{"name": "x"}]}),
        (datetime.date(2024, 1, 31), datetime.date, {"result": "2024-01-31"}),
        ("text", dict, {"result": "text"}),
    ],
)
async def test_results(result, hint, json):
    """Objects as they are, everything else as `result`; valid for its schema."""
    from synalinks.data_models import first_violation

    answer = await tool_of(result, hint)()

    assert answer.get_json() == json
    assert first_violation(json, answer.get_schema()) is None


async def test_no_result():
    """None is None."""
    assert await tool_of(None, str | None)() is None


@pytest.mark.parametrize(
    ("hint", "keys"),
    [(Place, ["name"]), (int, ["result"]), (Place | None, ["name"]), (Any, ["result"])],
)
async def test_the_schema_of_the_result_is_known_before(hint, keys):
    """From the hint, without a call."""
    symbol = await tool_of(None, hint).compute_output_spec()

    assert list(symbol.keys()) == keys


async def test_errors_that_may_pass_are_tried_again():
    """Three times in all; the last error is raised as it is."""
    left = [ConnectionError("a"), ServerError("b")]

    async def flaky() -> str:
        """Fail at first."""
        if left:
            raise left.pop()
        return "done"

    assert (await synalinks.Tool(flaky)()).get("result") == "done"

    left.extend(OSError(str(n)) for n in range(3))
    with pytest.raises(OSError, match="0"):
        await synalinks.Tool(flaky)()


@pytest.mark.parametrize(
    "error", [ValueError("x"), KeyError("x"), ConfigurationError("x")]
)
async def test_errors_that_stay_are_raised_at_once(error):
    """What is wrong with the arguments is so the next time too."""
    n_calls = 0

    async def wrong() -> str:
        """Fail."""
        nonlocal n_calls
        n_calls += 1
        raise error

    with pytest.raises(type(error)):
        await synalinks.Tool(wrong)()

    assert n_calls == 1


async def test_a_cancellation_is_final():
    """Nothing is called again after it."""
    n_calls = 0

    async def slow() -> str:
        """Take long."""
        nonlocal n_calls
        n_calls += 1
        await asyncio.sleep(30)
        return ""

    task = asyncio.ensure_future(synalinks.Tool(slow)())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert n_calls == 1


def _no_hint(a):
    async def f(a) -> str:
        """F.

        Args:
            a: It.
        """

    return f


async def no_doc_of_argument(a: str) -> str:
    """F."""


async def no_doc() -> str:
    pass


async def any_number(*a: str) -> str:
    """F.

    Args:
        a: Them.
    """


async def taken(training: bool) -> str:
    """F.

    Args:
        training: It.
    """


async def unknown(a: "Nowhere") -> str:  # noqa: F821
    """F.

    Args:
        a: It.
    """


def not_async(a: str) -> str:
    """F.

    Args:
        a: It.
    """
    return a


@pytest.mark.parametrize(
    ("func", "message"),
    [
        (_no_hint(1), "`a` of the tool `f` has no type hint"),
        (no_doc_of_argument, "`a` of the tool `no_doc_of_argument` is not documented"),
        (no_doc, "The tool `no_doc` has no description"),
        (any_number, "`a` of the tool `any_number` cannot be given by name"),
        (taken, "has a name that modules use"),
        (unknown, "type hints of the tool `unknown` cannot be read"),
        (not_async, "takes an `async def` function"),
        (3, "takes an `async def` function, received: 3"),
    ],
)
def test_what_a_model_could_not_call_is_refused(func, message):
    """When the tool is made, with what to do."""
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        synalinks.Tool(func)


def test_a_saved_tool_is_found_by_the_name_of_its_function():
    """No code is in the file."""
    config = serialize_synalinks_object(synalinks.Tool(look, name="see"))

    same = deserialize_synalinks_object(config, custom_objects={"look": look})

    assert (same.name, same.func) == ("see", look)


def test_tools_are_parts_of_their_generator():
    """Two of the same name would hide each other."""
    module = synalinks.Generator(tools={"any": synalinks.Tool(look)}, name="g")

    assert [part.name for part in module.children()] == ["look"]
    with pytest.raises(ConfigurationError, match="came twice"):
        synalinks.Generator(tools=[synalinks.Tool(look), synalinks.Tool(look)])
    with pytest.raises(ConfigurationError, match="answers with a schema"):
        synalinks.Generator(data_model=Place, tools=[synalinks.Tool(look)])
