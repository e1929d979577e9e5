"""The same data with other fields."""

from __future__ import annotations

from typing import Any

from synalinks.data_models import apply


async def factorize(
    x: Any,
    name: str | None = None,
    description: str | None = None,
) -> Any:
    """Group `query, query_1, ...` into one list property `queries`.

    Args:
        x: A data model of any kind, or None.
        name: Name of the result.
        description: Accepted, and of no effect.

    Returns:
        A `SymbolicDataModel` if an operand is a class or symbolic, otherwise a
        `JsonDataModel` or None.

    Raises:
        ConfigurationError: Operands or parameters are not as expected.
    """
    return apply("factorize", x, name=name)


async def in_mask(
    x: Any,
    mask: list[str] | None = None,
    pattern: str | None = None,
    recursive: bool = True,
    name: str | None = None,
    description: str | None = None,
) -> Any:
    """Keep the fields that a mask or a pattern names.

    Args:
        x: A data model of any kind, or None.
        mask: Names without numeric suffix: `query` also means `query_1` and the
            plural `queries`.
        pattern: Regular expression searched in the name without numeric suffix.
        recursive: Whether nested objects, also in lists, are masked too.
        name: Name of the result.
        description: Accepted, and of no effect.

    Returns:
        A `SymbolicDataModel` if an operand is a class or symbolic, otherwise a
        `JsonDataModel` or None.

    Raises:
        ConfigurationError: Operands or parameters are not as expected.
    """
    return apply(
        "in_mask", x, mask=mask, pattern=pattern, recursive=recursive, name=name
    )


async def out_mask(
    x: Any,
    mask: list[str] | None = None,
    pattern: str | None = None,
    recursive: bool = True,
    name: str | None = None,
    description: str | None = None,
) -> Any:
    """Drop the fields that a mask or a pattern names.

    Args:
        x: A data model of any kind, or None.
        mask: Names without numeric suffix: `query` also means `query_1` and the
            plural `queries`.
        pattern: Regular expression searched in the name without numeric suffix.
        recursive: Whether nested objects, also in lists, are masked too.
        name: Name of the result.
        description: Accepted, and of no effect.

    Returns:
        A `SymbolicDataModel` if an operand is a class or symbolic, otherwise a
        `JsonDataModel` or None.

    Raises:
        ConfigurationError: Operands or parameters are not as expected.
    """
    return apply(
        "out_mask", x, mask=mask, pattern=pattern, recursive=recursive, name=name
    )


async def prefix(
    x: Any,
    prefix: str | None = None,
    name: str | None = None,
    description: str | None = None,
) -> Any:
    """Rename every field `key` to `prefix_key`, nested ones excepted.

    Args:
        x: A data model of any kind, or None.
        prefix: Text put before the names.
        name: Name of the result.
        description: Accepted, and of no effect.

    Returns:
        A `SymbolicDataModel` if an operand is a class or symbolic, otherwise a
        `JsonDataModel` or None.

    Raises:
        ConfigurationError: Operands or parameters are not as expected.
    """
    return apply("prefix", x, prefix=prefix, name=name)


async def suffix(
    x: Any,
    suffix: str | None = None,
    name: str | None = None,
    description: str | None = None,
) -> Any:
    """Rename every field `key` to `key_suffix`, nested ones excepted.

    Args:
        x: A data model of any kind, or None.
        suffix: Text put after the names.
        name: Name of the result.
        description: Accepted, and of no effect.

    Returns:
        A `SymbolicDataModel` if an operand is a class or symbolic, otherwise a
        `JsonDataModel` or None.

    Raises:
        ConfigurationError: Operands or parameters are not as expected.
    """
    return apply("suffix", x, suffix=suffix, name=name)
