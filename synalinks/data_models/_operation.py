"""Operations on data models, at once or as a step of a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from synalinks._internal.naming import unique_name
from synalinks.data_models._case import cases_of, cases_of_two, symbol_of_cases
from synalinks.data_models._duck_type import is_data_model, json_of, schema_of
from synalinks.data_models._json_data_model import JsonDataModel
from synalinks.data_models._operators import OperatorRules
from synalinks.data_models._rule import OPERATIONS, plan_for
from synalinks.data_models._symbolic_data_model import SymbolicDataModel
from synalinks.errors import ConfigurationError, did_you_mean, show
from synalinks.graph import Node, Origin

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.data_models._rule import Rule


class DataOperation:
    """An operation of `OPERATIONS` as a step of a graph.

    Args:
        kind: A key of `OPERATIONS`.
        params: Its parameters, as JSON.
        name: Name of the step, unique in a graph; made up if not given.

    Raises:
        ConfigurationError: The kind or a parameter is unknown.
    """

    def __init__(
        self, kind: str, params: dict[str, Any] | None = None, name: str | None = None
    ) -> None:
        self.kind = kind
        self.params: dict[str, Any] = {
            key: _as_json(part) for key, part in (params or {}).items()
        }
        _check_params(kind, self.params)
        self.name: str = name or unique_name(kind)

    async def run(self, *operands: Any, **_: Any) -> Any:
        """Apply the operation to values; options such as `training` mean nothing here.

        Args:
            operands: Data models with a value, or None.

        Returns:
            A `JsonDataModel`, or None.
        """
        return apply(self.kind, *operands, **self.params)

    def __repr__(self) -> str:
        return f"DataOperation({self.kind!r}, {self.params!r}, name={self.name!r})"


def apply(kind: str, *operands: Any, name: str | None = None, **params: Any) -> Any:
    """Apply an operation to data models.

    | operation | both | left only | right only |
    |---|---|---|---|
    | `concat` | both in one | error | error |
    | `logical_and` | both in one | None | None |
    | `logical_or` | both in one | left | right |
    | `logical_xor` | None | left | right |

    `logical_not` gives None; the others give None for None. Where an operand is a class
    or symbolic, nothing is computed: the result is symbolic and remembers the step, and
    only an operand that is None itself counts as absent. Its schema describes whatever
    may come out when the graph runs: after `|` and `^`, a field is required only if
    it is there in every case, and its `cases` are the schemas that a value may have.

    Args:
        kind: A key of `OPERATIONS`.
        operands: Data models of any kind, or None; more than two are combined from
            left to right.
        name: Name of the result.
        params: Parameters of the operation.

    Returns:
        A `SymbolicDataModel` if an operand is a class or symbolic, otherwise a
        `JsonDataModel` or None.

    Raises:
        ConfigurationError: Operation, operands or parameters are not as expected.
    """
    rule = _check_params(kind, params)
    if rule.n_operands == 1:
        if len(operands) != 1:
            _refuse_count(kind, "one data model", operands)
        return _apply_to_one(kind, operands[0], name, params)
    if len(operands) < 2:
        _refuse_count(kind, "two or more data models", operands)
    result = operands[0]
    for operand in operands[1:]:
        result = _apply_to_two(kind, result, operand, name)
    return result


def _as_json(value: Any) -> Any:
    if isinstance(value, (set, frozenset)):
        return sorted(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return list(value) if isinstance(value, tuple) else value  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _apply_to_one(kind: str, operand: Any, name: str | None, params: Any) -> Any:
    if operand is None:
        return None
    schema = _schema_of_operand(kind, operand)
    if _is_symbolic(operand):
        cases = [plan_for(kind, [one], params).schema for one in cases_of(operand)]
        return _step(kind, [operand], cases, name, params)
    plan = plan_for(kind, [schema], params)
    value = plan.compute(json_of(operand))
    return None if value is None else JsonDataModel(plan.schema, value, name=name)


def _apply_to_two(kind: str, first: Any, second: Any, name: str | None) -> Any:
    if first is None or second is None:
        return _apply_to_absent(kind, first, second, name)
    schemas = [_schema_of_operand(kind, first), _schema_of_operand(kind, second)]
    if _is_symbolic(first) or _is_symbolic(second):
        cases = cases_of_two(kind, cases_of(first), cases_of(second))
        return _step(kind, [first, second], cases, name, {})
    plan = plan_for(kind, schemas, {})
    value = plan.compute(json_of(first), json_of(second))
    return None if value is None else JsonDataModel(plan.schema, value, name=name)


def _apply_to_absent(kind: str, first: Any, second: Any, name: str | None) -> Any:
    """Return what comes out where one of two operands is None, or both are.

    Raises:
        ConfigurationError: The operation needs both.
    """
    present = second if first is None else first
    if present is not None:
        _schema_of_operand(kind, present)
    absence = OPERATIONS[kind].absence
    if absence == "refuse":
        sides = {(True, False): "left", (False, True): "right"}
        side = sides.get((first is None, second is None))
        msg = (
            f"`{kind}` (`+`) needs two data models, received None "
            f"{f'on the {side}' if side else 'twice'}. Use `&` to get None where one "
            "is missing, or `|` to get the other one."
        )
        raise ConfigurationError(msg)
    if absence == "neither" or present is None:
        return None
    return (
        _symbol_for(present, name)
        if _is_symbolic(present)
        else _value_of(present, name)
    )


def _step(
    kind: str,
    operands: list[Any],
    cases: list[JsonObject],
    name: str | None,
    params: Any,
) -> SymbolicDataModel:
    """Return the symbol for the result of an operation that is to be done later."""
    args = [
        _symbol_for(operand) if _is_symbolic(operand) else _value_of(operand)
        for operand in operands
    ]
    if not any(
        isinstance(arg, SymbolicDataModel) and arg.record_history for arg in args
    ):
        return symbol_of_cases(cases, record_history=False, name=name)
    operation = DataOperation(kind, params, name)
    symbol = symbol_of_cases(cases, name=operation.name)
    symbol.origin = Origin(Node(operation=operation, args=tuple(args), kwargs={}), 0)
    return symbol


def _is_symbolic(operand: Any) -> bool:
    return isinstance(operand, (type, SymbolicDataModel))


def _symbol_for(operand: Any, name: str | None = None) -> SymbolicDataModel:
    return operand.to_symbolic_data_model(name=name)


def _value_of(operand: Any, name: str | None = None) -> JsonDataModel:
    if isinstance(operand, JsonDataModel) and name is None:
        return operand
    return operand.to_json_data_model(name=name)


def _schema_of_operand(kind: str, operand: Any) -> Any:
    if is_data_model(operand):
        return schema_of(operand)
    msg = (
        f"`{kind}` expected data models (a `DataModel` class or instance, "
        f"`JsonDataModel`, `SymbolicDataModel` or `Variable`) or None, received "
        f"{show(operand)}."
    )
    raise ConfigurationError(msg)


def _check_params(kind: str, params: dict[str, Any]) -> Rule:
    rule = OPERATIONS.get(kind)
    if rule is None:
        hint = did_you_mean(kind, OPERATIONS)
        known = ", ".join(f"`{known}`" for known in OPERATIONS)
        msg = f"There is no operation {kind!r}.{hint} Known: {known}."
        raise ConfigurationError(msg)
    for param in params:
        if param not in rule.params:
            hint = did_you_mean(param, rule.params)
            known = ", ".join(f"`{known}`" for known in rule.params) or "none"
            msg = f"`{kind}` has no parameter `{param}`.{hint} Its parameters: {known}."
            raise ConfigurationError(msg)
    return rule


def _refuse_count(kind: str, expected: str, operands: Any) -> NoReturn:
    msg = f"`{kind}` takes {expected}, received {len(operands)}."
    raise ConfigurationError(msg)


OperatorRules.apply = staticmethod(apply)
