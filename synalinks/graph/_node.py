"""What a graph is made of: symbols, and the operations that connect them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from synalinks._internal.shape import is_dict, is_list, is_row

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator


class Symbol:
    """A value that is not there yet; the base of `SymbolicDataModel`."""

    origin: Origin | None = None
    """The node that makes the value; None for a symbol that no node made."""


class Operation(Protocol):
    """What a node runs, such as a module."""

    @property
    def name(self) -> str:
        """Unique in a graph."""
        ...

    def run(self, *args: Any, **kwargs: Any) -> Awaitable[Any]:
        """Compute the outputs from the values of the inputs."""
        ...


@dataclass(slots=True, eq=False, kw_only=True)
class Node:
    """One use of an operation in a graph.

    The arguments may hold symbols, also inside lists, tuples and dicts.
    """

    operation: Operation
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any]
    is_plain: bool = field(init=False)
    """Whether it takes symbols and nothing else, as most nodes do."""

    def __post_init__(self) -> None:
        is_flat = all(isinstance(one, Symbol) for one in self.args)
        self.is_plain = is_flat and not self.kwargs

    def parents(self) -> list[Node]:
        """Return the nodes whose outputs this node takes, without repetition."""
        found: dict[int, Node] = {}
        for symbol in symbols_in((self.args, self.kwargs)):
            if symbol.origin is not None:
                found[id(symbol.origin.node)] = symbol.origin.node
        return list(found.values())


@dataclass(slots=True, eq=False, frozen=True)
class Origin:
    """Where a symbol comes from."""

    node: Node
    index: int | str | tuple[int | str, ...]
    """Where it is in what the node returns, if that is a list, tuple or dict: a
    position, a key, or the positions and keys on the way to it; none for all of it."""

    def path(self) -> tuple[int | str, ...]:
        """Return the positions and keys on the way to the value."""
        return self.index if isinstance(self.index, tuple) else (self.index,)


def symbols_in(structure: Any) -> Iterator[Symbol]:
    """Yield the symbols of nested lists, tuples and dicts, depth first.

    Args:
        structure: A symbol, a container of symbols, or any other value.

    Yields:
        Each symbol, as often as it occurs.
    """
    if isinstance(structure, Symbol):
        yield structure
    elif is_row(structure):
        for part in structure:
            yield from symbols_in(part)
    elif is_dict(structure):
        for part in structure.values():
            yield from symbols_in(part)


_MAY_HAVE = (Symbol, list, tuple, dict)


def has_symbols(structure: Any) -> bool:
    """Return whether there is any symbol in nested lists, tuples and dicts.

    Args:
        structure: A symbol, a container of symbols, or any other value.
    """
    if isinstance(structure, Symbol):
        return True
    if is_dict(structure):
        parts = structure.values()
    elif is_row(structure):
        parts = structure
    else:
        return False
    # Every call of a module asks this: what cannot have any is not gone into.
    for part in parts:  # noqa: SIM110 - a generator takes twice as long
        if isinstance(part, _MAY_HAVE) and has_symbols(part):
            return True
    return False


def map_symbols(structure: Any, replace: Callable[[Symbol], Any]) -> Any:
    """Return the same structure with every symbol replaced.

    Args:
        structure: A symbol, a container of symbols, or any other value.
        replace: Called with each symbol.
    """
    if isinstance(structure, Symbol):
        return replace(structure)
    if is_row(structure):
        parts = [map_symbols(part, replace) for part in structure]
        return parts if is_list(structure) else tuple(parts)
    if is_dict(structure):
        return {key: map_symbols(part, replace) for key, part in structure.items()}
    return structure
