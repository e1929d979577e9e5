"""`Lambda`: a function as a module."""

import functools

import pytest

import synalinks
from synalinks.errors import ConfigurationError, ModuleError, SchemaError
from tests.builders import QUERY, Answer, Query, field_names


def shout(inputs):
    return {"answer": inputs["query"].upper()}


async def shout_later(inputs):
    return shout(inputs)


class Shouter:
    def __call__(self, inputs):
        return shout(inputs)

    def method(self, inputs):
        return shout(inputs)


@pytest.mark.parametrize(
    "function",
    [
        shout,
        shout_later,
        lambda inputs: Answer(**shout(inputs)),
        lambda inputs: Answer(**shout(inputs)).to_json_data_model(),
        lambda inputs: shout_later(inputs),
        functools.partial(shout),
        Shouter(),
        Shouter().method,
    ],
    ids=[
        "plain", "async", "data model", "json data model", "awaitable", "partial",
        "callable", "method",
    ],
)  # fmt: skip
async def test_whatever_the_function_returns_is_data_of_the_schema(function):
    """Plain or async, a dict or a data model: the output is the same."""
    output = await synalinks.Lambda(function, data_model=Answer)(QUERY)

    assert isinstance(output, synalinks.JsonDataModel)
    assert output.get_json() == {"answer": "WHAT IS IT?"}
    assert output.get_schema() == Answer.get_schema()


async def test_a_symbol_gives_the_schema_without_running_the_function():
    """Building a graph has no side effects."""
    module = synalinks.Lambda(pytest.fail, schema=Answer.get_schema())

    assert field_names(await module(Query)) == ["answer"]


async def test_none_passes_by_the_function():
    """None in, None out; a function may return None as well."""
    module = synalinks.Lambda(pytest.fail, data_model=Answer)

    assert await module(None) is None
    assert await synalinks.Lambda(lambda _: None, data_model=Answer)(QUERY) is None


async def test_several_inputs_arrive_as_a_list():
    """A function may combine data models."""
    module = synalinks.Lambda(
        lambda inputs: {"answer": str([one and one.get_json() for one in inputs])},
        data_model=Answer,
    )

    output = await module([QUERY, None])

    assert output.get("answer") == "[{'query': 'What is it?'}, None]"


async def test_a_message_is_an_output_like_any_other():
    """Here a `ChatMessage` is no free text."""
    module = synalinks.Lambda(
        lambda _: {"role": "user", "content": "hi"}, data_model=synalinks.ChatMessage
    )

    assert (await module(QUERY)).get("content") == "hi"


@pytest.mark.parametrize("returned", ["text", 3, [1], Answer], ids=str)
async def test_a_function_that_returns_no_data_is_refused(returned):
    """The message names the module and what came."""
    module = synalinks.Lambda(lambda _: returned, data_model=Answer, name="l")

    with pytest.raises(ConfigurationError, match="function of `l` returns a dict, a d"):
        await module(QUERY)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((3,), {"data_model": Answer}, ConfigurationError, "takes a function, recei"),
        ((shout,), {}, ConfigurationError, "`l` needs the `data_model` or `schema`"),
        (
            (shout,),
            {"data_model": Answer, "schema": Answer.get_schema()},
            ConfigurationError,
            "received both",
        ),
        (
            (shout,),
            {"data_model": dict},
            SchemaError,
            "is a `synalinks.DataModel` class",
        ),
        ((shout,), {"schema": {"type": "string"}}, SchemaError, "schema of an object"),
    ],
    ids=["no function", "no schema", "two schemas", "no data model", "no object"],
)
def test_wrong_arguments_are_refused(arguments, options, error, message):
    """Before any call."""
    with pytest.raises(error, match=message):
        synalinks.Lambda(*arguments, name="l", **options)


async def test_an_error_of_the_function_is_its_own():
    """Nothing is wrapped or swallowed."""
    module = synalinks.Lambda(lambda x: x["nothing"], data_model=Answer)

    with pytest.raises(KeyError, match="nothing"):
        await module(QUERY)


@pytest.mark.parametrize(
    ("returned", "violation"),
    [
        ({"label": "x"}, "'label' was unexpected"),
        ({"answer": 3}, "answer: 3 is not of type 'string'"),
        ({}, "'answer' is a required property"),
        (Query(query="x"), "'query' was unexpected"),
    ],
)
async def test_a_result_of_another_schema_is_told(returned, violation):
    """The modules after it were promised the schema; one odd sample ends no run."""
    module = synalinks.Lambda(lambda _: returned, data_model=Answer, name="l")

    with pytest.raises(
        ModuleError,
        match=rf"The function of `l` returned what does not fit its schema: .*"
        rf"{violation}.*Received: .*; expected the keys `answer`\.",
    ):
        await module(QUERY)
