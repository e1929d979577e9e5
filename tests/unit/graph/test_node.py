"""Nodes, and the symbols in nested structures."""

import pytest

from synalinks.graph import Node, Origin, Symbol, map_symbols, symbols_in


class Operation:
    name = "operation"


def made_by(node):
    symbol = Symbol()
    symbol.origin = Origin(node, 0)
    return symbol


def test_symbols_are_found_at_any_depth():
    """Lists, tuples and dicts are searched; order and repetition are kept."""
    a, b = Symbol(), Symbol()

    assert list(symbols_in([a, (1, {"x": b, "y": [a]}), "text"])) == [a, b, a]


def test_symbols_are_replaced_in_the_same_structure():
    """Only symbols change; tuples stay tuples."""
    a = Symbol()

    result = map_symbols({"x": (a, 1), "y": [a]}, lambda _: "v")

    assert result == {"x": ("v", 1), "y": ["v"]}


def test_parents_are_the_nodes_that_make_the_arguments():
    """Each parent is named once, constants and bare symbols not at all."""
    first = Node(operation=Operation(), kwargs={})
    second = Node(operation=Operation(), kwargs={})
    one, two = made_by(first), made_by(second)

    node = Node(
        operation=Operation(), args=(one, [two, one]), kwargs={"x": two, "y": Symbol()}
    )

    assert node.parents() == [first, second]


@pytest.mark.parametrize(
    ("index", "path"),
    [(0, (0,)), ("key", ("key",)), ((1, "key"), (1, "key")), ((), ())],
    ids=["position", "key", "path", "all of it"],
)
def test_the_path_of_an_origin(index, path):
    """One step is a path of one."""
    assert Origin(Node(operation=Operation(), kwargs={}), index).path() == path
