"""What a functional program is made of: symbols, and nothing else."""

import re

import pytest

import synalinks
from synalinks.errors import GraphError
from tests.builders import QUERY, Answer, Query


@pytest.fixture
async def wired():
    """Return an input, a module, and what the module returns."""
    x = synalinks.Input(data_model=Query)
    module = synalinks.Identity(name="same")
    return x, module, await module(x)


async def test_a_forgotten_await_is_told(wired):
    """And Python has nothing to add: the coroutine is closed."""
    x, module, _ = wired

    with pytest.raises(
        GraphError,
        match=r"received: <coroutine object .*An `await` is missing: write "
        r"`outputs = await module\(inputs\)`",
    ):
        synalinks.Program(inputs=x, outputs=[module(x)])


@pytest.mark.parametrize(
    "given", [Query, QUERY, [Query]], ids=["class", "value", "list"]
)
async def test_inputs_come_from_input(wired, given):
    """A data model in their place is told, with what to write."""
    *_, outputs = wired

    with pytest.raises(
        GraphError, match=r"Write `inputs = synalinks.Input\(data_model=Query\)`"
    ):
        synalinks.Program(inputs=given, outputs=outputs)


@pytest.mark.parametrize(
    ("outputs", "advice"),
    [
        (synalinks.Identity, "a symbol, or a list or dict of symbols"),
        (Answer, "a symbol, or a list or dict of symbols"),
        ("answer", "received: 'answer'. Pass `outputs=` a symbol, or a list or dict"),
        ({"a": 3}, "received: 3. Pass `outputs=` a symbol, or a list or dict of symb"),
    ],
)
async def test_outputs_come_from_modules(wired, outputs, advice):
    """Anything else is told."""
    x, *_ = wired

    with pytest.raises(GraphError, match=re.escape(advice)):
        synalinks.Program(inputs=x, outputs=outputs)


async def test_a_module_in_place_of_its_outputs_is_told(wired):
    """It has to be called."""
    x, module, _ = wired

    with pytest.raises(
        GraphError, match=r"Call the module: `outputs = await module\(inputs\)`"
    ):
        synalinks.Program(inputs=x, outputs=module)
