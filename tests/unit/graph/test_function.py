"""Graphs that are run."""

import asyncio

import pytest

from synalinks.errors import GraphError
from synalinks.graph import Function, Node, Origin, Symbol


class Step:
    """An operation that joins names and notes when it runs."""

    def __init__(self, name, log=None, n_waits=0):
        self.name = name
        self.log = log if log is not None else []
        self.n_waits = n_waits

    async def run(self, *args, **options):
        self.log.append(f"{self.name} starts")
        for _ in range(self.n_waits):
            await asyncio.sleep(0)
        self.log.append(f"{self.name} ends")
        return f"{self.name}({','.join(map(str, args))})"

    def __call__(self, *args):
        symbol = Symbol()
        symbol.origin = Origin(Node(operation=self, args=args, kwargs={}), ())
        return symbol


def entry(name="x"):
    return Step(name)()


async def test_a_chain_runs_in_order():
    """Each node gets the value of the one before."""
    x = entry()

    function = Function(x, Step("b")(Step("a")(x)))

    assert await function.run("v") == "b(a(v))"


async def test_independent_nodes_run_at_the_same_time():
    """A node starts once its own parents are done; others do not hold it up."""
    log = []
    x = entry()
    slow = Step("slow", log, n_waits=20)(x)
    quick = Step("quick", log, n_waits=1)(x)
    after_quick = Step("after_quick", log)(quick)
    out = Step("out", log)(slow, after_quick)

    result = await Function(x, out).run("v")

    assert result == "out(slow(v),after_quick(quick(v)))"
    assert log.index("after_quick ends") < log.index("slow ends")


async def test_a_shared_node_runs_once():
    """Two users of one output share its one run."""
    log = []
    x = entry()
    shared = Step("shared", log)(x)

    result = await Function(x, [Step("a")(shared), Step("b")(shared)]).run("v")

    assert result == ["a(shared(v))", "b(shared(v))"]
    assert log == ["shared starts", "shared ends"]


async def test_inputs_and_outputs_keep_their_structure():
    """Dicts of symbols take dicts of values."""
    x, y = entry("x"), entry("y")

    function = Function({"x": x, "y": y}, {"out": Step("a")(x, y)})

    assert await function.run({"y": 2, "x": 1}) == {"out": "a(1,2)"}


async def test_a_wrong_number_of_values_is_refused():
    """Two inputs need two values."""
    x, y = entry("x"), entry("y")

    with pytest.raises(GraphError, match=r"has 2 inputs .* received: 3 values"):
        await Function([x, y], Step("a")(x, y)).run([1, 2, 3])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({"x": 1}, "a dict of `x`, `y`, received: {'x': 1}", id="missing"),
        pytest.param({"x": 1, "y": 2, "z": 3}, "a dict of `x`, `y`", id="unknown"),
        pytest.param([1, 2], "a dict of `x`, `y`, received: .1, 2.", id="list"),
        pytest.param(None, "a dict of `x`, `y`, received: None", id="none"),
    ],
)
async def test_values_of_another_structure_are_refused(given, message):
    """A graph of two named inputs takes a dict of exactly these."""
    x, y = entry("x"), entry("y")

    with pytest.raises(GraphError, match=message):
        await Function({"x": x, "y": y}, Step("a")(x, y)).run(given)


async def test_a_value_may_be_a_list_in_its_own_right():
    """Values are matched to the structure of the symbols, not walked."""
    x = entry("x")

    assert await Function(x, Step("a")(x)).run([1, 2]) == "a([1, 2])"


class Many(Step):
    """An operation that returns a structure."""

    returned = ("a", {"b": ("c", "d")}, None)

    async def run(self, *args, **options):
        await super().run(*args, **options)
        return self.returned


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(0, "a", id="position"),
        pytest.param((1, "b", 1), "d", id="nested"),
        pytest.param(2, None, id="none"),
        pytest.param((2, "b"), None, id="inside what is absent"),
    ],
)
async def test_a_symbol_says_where_it_is_in_what_a_node_returns(path, value):
    """Positions and keys lead to the value; all below None is None."""
    x = entry()
    made = Many("many")(x)
    part = Symbol()
    part.origin = Origin(made.origin.node, path)

    assert await Function(x, part).run("v") == value


async def test_a_chain_may_be_longer_than_the_recursion_limit():
    """Thousands of nodes are ordered and run."""
    log = []
    x = symbol = entry()
    for index in range(3000):
        symbol = Step(str(index), log)(symbol)

    await Function(x, symbol).run("v")

    assert len(log) == 6000


async def test_a_symbol_that_lost_its_origin_is_told():
    """What was tampered with after the graph was made is found when it runs."""
    x = entry()
    made = Step("a")(x)
    function = Function(x, [made, x])
    made.origin.node.args = (Symbol(),)

    with pytest.raises(GraphError, match="has no value in this graph"):
        await function.run("v")


async def test_the_first_error_of_a_node_is_raised_as_it_is():
    """No exception group stands around the error of a node."""

    class Failing(Step):
        async def run(self, *args, **options):
            raise ZeroDivisionError(self.name)

    x = entry()

    with pytest.raises(ZeroDivisionError, match=r"^bad$"):
        await Function(x, [Step("a")(x), Failing("bad")(x)]).run("v")


def test_a_cycle_is_refused_by_name():
    """A node that needs itself is found when the graph is made."""
    x = entry()
    first = Step("first")(x)
    second = Step("second")(first)
    first.origin.node.args = (x, second)

    with pytest.raises(GraphError, match="cycle: `second` → `first` → `second`"):
        Function(x, second)


def test_two_operations_of_one_name_are_refused():
    """Names tell saved variables apart."""
    x = entry()

    with pytest.raises(GraphError, match="Two modules of the graph are named `a`"):
        Function(x, Step("b")(Step("a")(x), Step("a")(x)))


def test_an_output_that_needs_another_input_is_refused():
    """Every entry of the graph must be among the inputs."""
    x, other = entry("x"), entry("other")

    with pytest.raises(GraphError, match="depend on `other`"):
        Function(x, Step("a")(x, other))


def test_a_symbol_without_origin_is_refused():
    """A symbol that nothing makes has no value."""
    x = entry()

    with pytest.raises(GraphError, match="was not made by `Input`"):
        Function(x, Step("a")(x, Symbol()))
    with pytest.raises(GraphError, match="was not made by `Input`"):
        Function(Symbol(), Step("a")(x))
