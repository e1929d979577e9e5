"""`Sequential`: modules one after the other."""

import pytest

import synalinks
from synalinks.errors import ConfigurationError, GraphError, NotBuiltError
from tests.builders import QUERY, Answer, Query


@pytest.fixture(autouse=True)
def _fresh_names():
    synalinks.clear_session()


class Step(synalinks.Module):
    """Note in `answer` by which steps the data came."""

    async def call(self, inputs):
        before = inputs.get_json().get("answer", "")
        return Answer(answer=f"{before}>{self.name}").to_json_data_model()

    async def compute_output_spec(self, inputs):
        return Answer.to_symbolic_data_model()


def sequential(*modules, **options):
    options.setdefault("description", "Steps.")
    return synalinks.Sequential(list(modules), **options)


def steps(*names):
    return [Step(name=name) for name in names]


async def answer(program):
    return (await program(QUERY)).get("answer")


async def test_modules_run_in_order():
    """With an input the program is built at once."""
    program = sequential(synalinks.Input(data_model=Query), *steps("a", "b"))

    assert program.built
    assert await answer(program) == ">a>b"
    assert program.input_schema == Query.get_schema()
    assert program.output_schema == Answer.get_schema()


async def test_without_an_input_the_first_call_builds():
    """Until then the schemas are not known."""
    program = sequential(*steps("a", "b"))
    assert not program.built
    assert program.input_schema is None

    assert await answer(program) == ">a>b"
    assert program.input_schema == Query.get_schema()


async def test_a_symbol_builds_as_well():
    """In a graph, a deferred program is a module like any other."""
    inner = sequential(*steps("a"))
    x = synalinks.Input(data_model=Query)
    program = synalinks.Program(inputs=x, outputs=await inner(x))

    assert await answer(program) == ">a"


async def test_modules_can_be_added_and_removed():
    """The program is wired anew each time, and runs what it then has."""
    program = synalinks.Sequential(description="Steps.")
    program.add(synalinks.Input(data_model=Query))
    first, second = steps("a", "b")

    program.add(first)
    assert await answer(program) == ">a"
    program.add(second)
    assert await answer(program) == ">a>b"
    assert program.pop() is second
    assert await answer(program) == ">a"
    assert program.pop() is first
    with pytest.raises(ConfigurationError, match="has no module to remove"):
        program.pop()
    with pytest.raises(NotBuiltError, match="has no module to run: `add` one"):
        await program(QUERY)


async def test_wiring_can_wait():
    """With `rebuild=False` nothing happens until the next call."""
    program = sequential(synalinks.Input(data_model=Query), *steps("a"))
    program.add(Step(name="b"), rebuild=False)
    program.add(Step(name="c"))

    assert await answer(program) == ">a>b>c"
    program.pop(rebuild=False)
    program.pop()
    assert await answer(program) == ">a"


async def test_an_addition_that_fails_leaves_the_program_as_it_was():
    """Two modules of one name are refused, the second is not kept."""
    program = sequential(synalinks.Input(data_model=Query), *steps("a"))

    with pytest.raises(GraphError, match="Two modules of the graph are named `a`"):
        program.add(Step(name="a"))
    assert await answer(program) == ">a"


async def test_a_module_may_come_twice():
    """It is the same module, with the same variables."""
    (step,) = steps("a")
    program = sequential(step, step)

    assert await answer(program) == ">a>a"


@pytest.mark.parametrize("description", [None, ""])
def test_a_description_is_required(description):
    """Optimizers tell it to language models."""
    with pytest.raises(ConfigurationError, match="`Sequential` needs a `description`"):
        synalinks.Sequential([Step()], description=description)


@pytest.mark.parametrize("part", ["x", Query, None, 3], ids=str)
def test_what_is_no_module_is_refused(part):
    """The message says what was received."""
    with pytest.raises(ConfigurationError, match="takes modules, the first may be an"):
        sequential(part)


def test_an_input_comes_first():
    """After a module there is nothing to give it."""
    with pytest.raises(ConfigurationError, match="takes modules, the first may be an"):
        sequential(Step(), synalinks.Input(data_model=Query))


async def test_a_deferred_program_takes_one_data_model():
    """A list cannot be the input of the first module in a row."""
    with pytest.raises(
        ConfigurationError, match=r"`s` takes one data model, received: ."
    ):
        await sequential(*steps("a"), name="s")([QUERY, QUERY])


async def test_a_subclass_has_a_configuration_of_its_own():
    """The arguments of its constructor make it again."""

    class Twice(synalinks.Sequential):
        def __init__(self, word, **kwargs):
            super().__init__(steps(f"{word}1", f"{word}2"), description="d", **kwargs)

    program = Twice("x")
    assert await answer(program) == ">x1>x2"

    again = Twice.from_config(program.get_config())

    assert program.get_config() == {"word": "x"}
    assert await answer(again) == ">x1>x2"
