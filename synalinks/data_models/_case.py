"""What a value may look like where that depends on what is absent.

A concatenation renames the keys that clash, and which keys clash depends on which
operands of a `|` or `^` before it have a value. So a symbol remembers the schemas of
all cases; what follows is worked out for each, and its own schema covers them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.json import dumps
from synalinks.data_models._duck_type import schema_of
from synalinks.data_models._rule import OPERATIONS, plan_for
from synalinks.data_models._schema_concat import either_schema
from synalinks.data_models._symbolic_data_model import SymbolicDataModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject

# Beyond so many, cases are taken together: what is required then may be less exact.
_MAX_CASES = 16


def cases_of(operand: Any) -> Sequence[JsonObject]:
    """Return the schemas that the value of an operand may have.

    Args:
        operand: A data model of any kind.
    """
    is_symbol = isinstance(operand, SymbolicDataModel)
    return operand.cases if is_symbol else [schema_of(operand)]


def cases_of_two(
    kind: str, first: Sequence[JsonObject], second: Sequence[JsonObject]
) -> list[JsonObject]:
    """Return the schemas that the result of an operation on two operands may have.

    Args:
        kind: A key of `OPERATIONS`.
        first: The schemas that the first operand may have.
        second: The schemas that the second operand may have.
    """
    rule = OPERATIONS[kind]
    both = [
        plan_for(kind, [one, other], {}).schema
        for one in first
        for other in second
        if not rule.needs_absence
    ]
    return [*both, *first, *second] if rule.absence == "other" else both


def symbol_of_cases(
    schemas: Sequence[JsonObject], *, record_history: bool = True, name: str | None
) -> SymbolicDataModel:
    """Return a symbol whose value has one of several schemas.

    Args:
        schemas: The schemas; those that repeat count once.
        record_history: As for `SymbolicDataModel`.
        name: As for `SymbolicDataModel`.
    """
    cases = list({dumps(schema): schema for schema in schemas}.values())
    covering = either_schema(cases)
    symbol = SymbolicDataModel(
        schema=covering, record_history=record_history, name=name
    )
    symbol.cases = tuple(cases) if len(cases) <= _MAX_CASES else (covering,)
    return symbol
