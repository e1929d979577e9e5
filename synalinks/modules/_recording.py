"""Calls on symbols: nothing runs, a node of a graph is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict, is_row
from synalinks.data_models import SymbolicDataModel, is_data_model, schema_of
from synalinks.errors import OutputSchemaError, show
from synalinks.graph import Origin

if TYPE_CHECKING:
    from synalinks.graph import Node

_Path = tuple[int | str, ...]


def symbols_of(outputs: Any, node: Node, path: _Path = ()) -> Any:
    """Return symbols for what a node returns, in the same structure.

    Args:
        outputs: Data models of any kind, None, or lists, tuples and dicts of these.
        node: The node that returns them.
        path: Where the outputs are in what the node returns.

    Raises:
        OutputSchemaError: Something among the outputs is no data model.
    """
    if outputs is None:
        return None
    if is_row(outputs):
        parts = enumerate(outputs)
        return tuple(symbols_of(part, node, (*path, key)) for key, part in parts)
    if is_dict(outputs):
        pairs = outputs.items()
        return {key: symbols_of(part, node, (*path, key)) for key, part in pairs}
    if not is_data_model(outputs):
        msg = (
            f"`{node.operation.name}` returned {show(outputs)} for symbolic inputs. "
            "Expected data models, None, or a list, tuple or dict of these."
        )
        raise OutputSchemaError(msg)
    symbol = SymbolicDataModel(schema=schema_of(outputs))
    if isinstance(outputs, SymbolicDataModel):
        symbol.cases = outputs.cases
    symbol.origin = Origin(node, path[0] if len(path) == 1 else path)
    return symbol


def specs_of(values: Any) -> Any:
    """Return the schemas of data models as JSON, in the same structure.

    Args:
        values: Data models, None, or lists, tuples and dicts of these.
    """
    if is_row(values):
        return [specs_of(part) for part in values]
    if is_dict(values):
        return {key: specs_of(part) for key, part in values.items()}
    return None if values is None else {"schema": schema_of(values)}


def symbols_from_specs(specs: Any) -> Any:
    """Return symbols of the schemas that `specs_of` returned.

    Args:
        specs: What `specs_of` returned.
    """
    if is_row(specs):
        return [symbols_from_specs(part) for part in specs]
    if is_dict(specs) and not _is_spec(specs):
        return {key: symbols_from_specs(part) for key, part in specs.items()}
    return None if specs is None else SymbolicDataModel(schema=specs["schema"])


def _is_spec(specs: dict[str, Any]) -> bool:
    # `schema` may be the name of an input too; then its value is a spec, no schema.
    return specs.keys() == {"schema"} and "schema" not in (specs["schema"] or ())
