"""Operations at once, and as steps of a graph."""

import re

import pytest

from synalinks.data_models import (
    DataModel,
    DataOperation,
    JsonDataModel,
    SymbolicDataModel,
    apply,
    json_of,
)
from synalinks.errors import ConfigurationError, GraphError
from synalinks.graph import Function, Node, Origin


class Query(DataModel):
    query: str


class Entry:
    """An operation that stands for an input."""

    name = "input"

    async def run(self, *args, **options):
        return args[0]


def entry(model=Query):
    symbol = model.to_symbolic_data_model()
    symbol.origin = Origin(Node(operation=Entry(), kwargs={}), 0)
    return symbol


def value(text):
    return Query(query=text).to_json_data_model()


def test_more_than_two_operands_are_combined_from_left_to_right():
    """Numbers go on, and the name is that of the result."""
    result = apply("concat", Query(query="a"), value("b"), value("c"), name="sum")

    assert result.get_json() == {"query": "a", "query_1": "b", "query_2": "c"}
    assert result.name == "sum"


@pytest.mark.parametrize("kind", ["logical_not", "factorize", "prefix"])
def test_none_stays_none(kind):
    """Nothing is made of nothing, whatever the parameters."""
    assert apply(kind, None) is None


@pytest.mark.parametrize("kind", ["logical_and", "logical_or", "logical_xor"])
def test_two_nones_give_none(kind):
    """Where both operands are absent, so is the result."""
    assert apply(kind, None, None) is None


def test_two_nones_cannot_be_added():
    """The strict sum counts them."""
    with pytest.raises(ConfigurationError, match="received None twice"):
        apply("concat", None, None)


def test_the_present_operand_can_be_named():
    """A name makes a new data model that shares its value with the operand."""
    operand = value("a")

    result = apply("logical_or", operand, None, name="other")
    symbol = apply("logical_xor", None, entry(), name="other")

    assert result.name == "other"
    assert json_of(result) is json_of(operand)
    assert apply("logical_or", operand, None) is operand
    assert symbol.name == "other"
    assert symbol.origin is not None


def test_operators_on_symbols_are_steps_of_a_graph():
    """The origin of the result holds the operation and its operands."""
    x = entry()

    result = x.in_mask(mask=["query"])

    node = result.origin.node
    assert node.args == (x,)
    assert node.operation.kind == "in_mask"
    assert node.operation.params == {
        "mask": ["query"],
        "pattern": None,
        "recursive": True,
    }
    assert result.name == node.operation.name


async def test_graphs_of_operations_run():
    """Running the graph gives what the operators give on values."""
    x, y = entry(), entry()
    y.origin.node.operation.name = "second"
    constant = Query(query="fixed")
    outputs = ((x | y) + constant).factorize().prefix("my")
    function = Function([x, y], outputs)

    both = await function.run([value("a"), value("b")], training=True)
    one = await function.run([value("a"), None])

    assert both.get_json() == {"my_queries": ["a", "b", "fixed"]}
    assert one.get_json() == {"my_queries": ["a", "fixed"]}


def test_classes_have_no_value_in_a_graph():
    """A graph that uses a class as if it were a value is refused."""
    x = entry()

    with pytest.raises(GraphError, match="was not made by `Input`"):
        Function(x, x + Query)


def test_symbols_without_history_make_no_steps():
    """Where no operand records its history, nor does the result."""
    symbol = SymbolicDataModel(data_model=Query, record_history=False)

    result = symbol + value("a")

    assert result.origin is None
    assert not result.record_history
    assert (symbol + entry()).origin is not None


def test_names_of_steps_are_unique():
    """Two steps of one kind have different names, unless they are named."""
    x = entry()

    assert (~x).origin.node.operation.name != (~x).origin.node.operation.name
    assert DataOperation("concat", name="sum").name == "sum"


def test_operation_is_made_again_from_its_parts():
    """Kind, parameters as JSON, and name are all there is to an operation."""
    operation = DataOperation("out_mask", {"mask": ("b", "a")}, name="m")

    again = DataOperation(operation.kind, operation.params, operation.name)

    assert DataOperation("in_mask", {"mask": {"b", "a"}}).params["mask"] == ["a", "b"]
    assert repr(again) == "DataOperation('out_mask', {'mask': ['b', 'a']}, name='m')"


async def test_operation_runs_on_values():
    """Options that are meant for modules are passed over."""
    operation = DataOperation("suffix", {"suffix": "new"})

    result = await operation.run(value("a"), training=True)

    assert result == JsonDataModel(data_model=value("x"), json={"query_new": "a"})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: apply("conct", value("a")),
            "There is no operation 'conct'. Did you mean `concat`? Known: `concat`, ",
        ),
        (
            lambda: apply("in_mask", value("a"), masks=["a"]),
            "`in_mask` has no parameter `masks`. Did you mean `mask`? Its parameters: "
            "`mask`, `pattern`, `recursive`.",
        ),
        (
            lambda: DataOperation("concat", {"x": 1}),
            "`concat` has no parameter `x`. Its parameters: none.",
        ),
        (
            lambda: apply("concat", value("a")),
            "`concat` takes two or more data models, received 1.",
        ),
        (
            lambda: apply("factorize", value("a"), value("b")),
            "`factorize` takes one data model, received 2.",
        ),
        (
            lambda: apply("logical_or", None, 5),
            "`logical_or` expected data models (a `DataModel` class or instance, "
            "`JsonDataModel`, `SymbolicDataModel` or `Variable`) or None, received 5.",
        ),
        (
            lambda: apply("in_mask", value("a"), mask=[[]]),
            "`mask` expected a list of field names, received [[]].",
        ),
        (
            lambda: apply("concat", str, value("a")),
            "or None, received <class 'str'>.",
        ),
    ],
)
def test_wrong_calls_are_refused(call, message):
    """Messages say what was received and what there is."""
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        call()
