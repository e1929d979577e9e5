"""The rules of the operations: what they do to schemas, to values, and without one.

A plan is made once for the schemas of the operands and used for all their values.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from synalinks.data_models._definition import expanded
from synalinks.data_models._mask import Mask, MaskedSchema
from synalinks.data_models._object_schema import declared_keys, rename_schema
from synalinks.data_models._schema_concat import (
    concat_names,
    concat_schemas,
    either_schema,
)
from synalinks.data_models._schema_factorize import factor_groups, factorize_schema
from synalinks.data_models._schema_mask import mask_schema
from synalinks.data_models._value_algebra import (
    concat_values,
    factorize_value,
    mask_value,
    rename_value,
)
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from synalinks._internal.json import JsonObject

Absence = Literal["refuse", "neither", "other"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an operation does to operands of given schemas."""

    schema: JsonObject
    """Schema of what comes out where all operands have a value."""
    compute: Callable[..., JsonObject | None]
    """Makes the value from the values of the operands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How an operation is done."""

    plan: Callable[..., Plan]
    """Makes the plan from the schemas of the operands and the parameters."""
    n_operands: Literal[1, 2] = 1
    """Operands that one step takes; more are combined from left to right."""
    absence: Absence = "neither"
    """What comes out where one of two operands is None."""
    needs_absence: bool = False
    """Whether nothing comes out where both operands have a value."""
    params: tuple[str, ...] = ()
    """Names of the parameters."""


def _concat(first: JsonObject, second: JsonObject) -> Plan:
    return Plan(concat_schemas(first, second), _concat_values(first, second))


def _xor(first: JsonObject, second: JsonObject) -> Plan:
    return Plan(either_schema([first, second]), _nothing)


def _not(schema: JsonObject) -> Plan:
    return Plan(schema, _nothing)


def _factorize(schema: JsonObject) -> Plan:
    result = factorize_schema(schema)
    groups = factor_groups(expanded(schema))
    return Plan(result, partial(factorize_value, groups=groups))


def _in_mask(schema: JsonObject, **params: Any) -> Plan:
    return _masked(schema, keep=True, **params)


def _out_mask(schema: JsonObject, **params: Any) -> Plan:
    return _masked(schema, keep=False, **params)


def _masked(
    schema: JsonObject,
    *,
    keep: bool,
    mask: Any = None,
    pattern: Any = None,
    recursive: bool = True,
) -> Plan:
    masked = MaskedSchema(expanded(schema), Mask(mask, pattern), recursive=recursive)
    result = mask_schema(masked, keep=keep)
    return Plan(result, partial(mask_value, masked=masked, keep=keep))


def _prefix(schema: JsonObject, *, prefix: Any = None) -> Plan:
    text = _checked_affix("prefix", prefix)
    return _renamed(schema, lambda key: f"{text}_{key}")


def _suffix(schema: JsonObject, *, suffix: Any = None) -> Plan:
    text = _checked_affix("suffix", suffix)
    return _renamed(schema, lambda key: f"{key}_{text}")


def _renamed(schema: JsonObject, rename: Callable[[str], str]) -> Plan:
    result = rename_schema(schema, rename)
    return Plan(result, partial(rename_value, rename=rename))


def _checked_affix(kind: str, text: Any) -> str:
    if isinstance(text, str) and text:
        return text
    msg = f"`{kind}` expected a text to put at every key, received {show(text)}."
    raise ConfigurationError(msg)


def _concat_values(first: JsonObject, second: JsonObject) -> Callable[..., JsonObject]:
    mine = {key: key for key in declared_keys(expanded(first))}
    theirs = concat_names(first, second)
    return partial(concat_values, first_keys=mine, second_keys=theirs)


def _nothing(*_: JsonObject) -> None:
    return None


_MASK = ("mask", "pattern", "recursive")

OPERATIONS: dict[str, Rule] = {
    "concat": Rule(plan=_concat, n_operands=2, absence="refuse"),
    "logical_and": Rule(plan=_concat, n_operands=2),
    "logical_or": Rule(plan=_concat, n_operands=2, absence="other"),
    "logical_xor": Rule(plan=_xor, n_operands=2, absence="other", needs_absence=True),
    "logical_not": Rule(plan=_not),
    "factorize": Rule(plan=_factorize),
    "in_mask": Rule(plan=_in_mask, params=_MASK),
    "out_mask": Rule(plan=_out_mask, params=_MASK),
    "prefix": Rule(plan=_prefix, params=("prefix",)),
    "suffix": Rule(plan=_suffix, params=("suffix",)),
}
"""The operations by kind."""


_MAX_PLANS = 1024
_plans: dict[tuple[Any, ...], tuple[list[JsonObject], Plan]] = {}


def plan_for(kind: str, schemas: list[JsonObject], params: dict[str, Any]) -> Plan:
    """Return the plan of an operation; one made before is used again.

    Args:
        kind: A key of `OPERATIONS`.
        schemas: The schema of each operand; they must not be changed afterwards.
        params: The parameters of the operation.
    """
    # Schemas are told apart by identity, which is much faster than by content. The
    # entry holds them, so that an identity is not given to another schema.
    key = (kind, *map(id, schemas), repr(params) if params else "")
    known = _plans.get(key)
    if known is not None:
        return known[1]
    plan = OPERATIONS[kind].plan(*schemas, **params)
    if len(_plans) >= _MAX_PLANS:
        _plans.clear()
    _plans[key] = (schemas, plan)
    return plan
