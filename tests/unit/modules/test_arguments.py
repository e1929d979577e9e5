"""What modules are called with: data models, or an error that says what to write."""

import re

import pytest

import synalinks
from synalinks.errors import ConfigurationError
from synalinks.modules._arguments import to_models
from tests.builders import QUERY, Query


def test_data_models_of_every_kind_are_taken():
    """Also inside lists, tuples and dicts; None stays None."""
    variable = synalinks.Variable({"query": "v"}, Query)

    found = to_models("m", ([QUERY, None, {"a": (variable, Query)}],))[0]

    assert found[0].get_json() == QUERY.get_json()
    assert found[1] is None
    json, symbol = found[2]["a"]
    assert json.get_json() == {"query": "v"}
    assert isinstance(symbol, synalinks.SymbolicDataModel)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        (
            "x",
            "`m` takes data models as positional arguments, received: 'x' of type "
            "`str`. Make it an instance of a `synalinks.DataModel`, or pass it by "
            "keyword if it is an option.",
        ),
        (
            {"query": "x"},
            "received: {'query': 'x'} with 'x' of type `str`. A dict is for several "
            "data models by name: for one, make it an instance of a "
            "`synalinks.DataModel`, such as `Query(**fields)`.",
        ),
        (
            [QUERY, 3],
            "received: [Query(query='What is it?'), 3] with 3 of type `int`. Make it",
        ),
    ],
)
def test_anything_else_is_told(argument, message):
    """With the whole argument, the part that is wrong, and what to write."""
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        to_models("m", (argument,))


async def test_a_forgotten_await_is_told():
    """And Python has nothing to add: the coroutine is closed."""
    module = synalinks.Identity()

    with pytest.raises(
        ConfigurationError,
        match=r"An `await` is missing: write `await module\(inputs\)`",
    ):
        await module(module(QUERY))
