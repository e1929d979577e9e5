"""Two data models in one, and the logic of what is absent."""

from __future__ import annotations

from typing import Any

from synalinks.data_models import apply


async def concat(
    x1: Any,
    x2: Any,
    name: str | None = None,
    description: str | None = None,
) -> Any:
    """Put two data models in one; a clashing key gets the suffix `_1`, `_2`, ...

    Args:
        x1: A data model of any kind, or None.
        x2: A data model of any kind, or None.
        name: Name of the result.
        description: Accepted, and of no effect.

    Returns:
        A `SymbolicDataModel` if an operand is a class or symbolic, otherwise a
        `JsonDataModel` or None.

    Raises:
        ConfigurationError: Operands or parameters are not as expected.
    """
    return apply("concat", x1, x2, name=name)


async def logical_and(
    x1: Any,
    x2: Any,
    name: str | None = None,
    description: str | None = None,
) -> Any:
    """Put two data models in one; None if one is None.

    Args:
        x1: A data model of any kind, or None.
        x2: A data model of any kind, or None.
        name: Name of the result.
        description: Accepted, and of no effect.

    Returns:
        A `SymbolicDataModel` if an operand is a class or symbolic, otherwise a
        `JsonDataModel` or None.

    Raises:
        ConfigurationError: Operands or parameters are not as expected.
    """
    return apply("logical_and", x1, x2, name=name)


async def logical_or(
    x1: Any,
    x2: Any,
    name: str | None = None,
    description: str | None = None,
) -> Any:
    """Put two data models in one; if one is None, return the other.

    Args:
        x1: A data model of any kind, or None.
        x2: A data model of any kind, or None.
        name: Name of the result.
        description: Accepted, and of no effect.

    Returns:
        A `SymbolicDataModel` if an operand is a class or symbolic, otherwise a
        `JsonDataModel` or None.

    Raises:
        ConfigurationError: Operands or parameters are not as expected.
    """
    return apply("logical_or", x1, x2, name=name)


async def logical_xor(
    x1: Any,
    x2: Any,
    name: str | None = None,
    description: str | None = None,
) -> Any:
    """Return the data model that is not None; None if both or none are present.

    Args:
        x1: A data model of any kind, or None.
        x2: A data model of any kind, or None.
        name: Name of the result.
        description: Accepted, and of no effect.

    Returns:
        A `SymbolicDataModel` if an operand is a class or symbolic, otherwise a
        `JsonDataModel` or None.

    Raises:
        ConfigurationError: Operands or parameters are not as expected.
    """
    return apply("logical_xor", x1, x2, name=name)


async def logical_not(
    x: Any,
    name: str | None = None,
    description: str | None = None,
) -> Any:
    """Return None; for a class or a symbol, a symbol of the same schema.

    Args:
        x: A data model of any kind, or None.
        name: Name of the result.
        description: Accepted, and of no effect.

    Returns:
        A `SymbolicDataModel` if the operand is a class or symbolic, otherwise None.

    Raises:
        ConfigurationError: Operands or parameters are not as expected.
    """
    return apply("logical_not", x, name=name)


concatenate = concat
