"""The Python operators that data models of every kind share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class OperatorRules:
    """Where the operators find their rules.

    The rules make data models, and data models have operators, so the two cannot
    import each other: `_operations` puts its `apply` here when the package is loaded.
    """

    apply: Callable[..., Any]


class Operators:
    """`+ & | ^ ~` by the rules of `synalinks.data_models.apply`."""

    __slots__ = ()

    def __add__(self, other: Any) -> Any:
        return OperatorRules.apply("concat", self, other)

    def __radd__(self, other: Any) -> Any:
        return OperatorRules.apply("concat", other, self)

    def __and__(self, other: Any) -> Any:
        return OperatorRules.apply("logical_and", self, other)

    def __rand__(self, other: Any) -> Any:
        return OperatorRules.apply("logical_and", other, self)

    def __or__(self, other: Any) -> Any:
        return OperatorRules.apply("logical_or", self, other)

    def __ror__(self, other: Any) -> Any:
        return OperatorRules.apply("logical_or", other, self)

    def __xor__(self, other: Any) -> Any:
        return OperatorRules.apply("logical_xor", self, other)

    def __rxor__(self, other: Any) -> Any:
        return OperatorRules.apply("logical_xor", other, self)

    def __invert__(self) -> Any:
        return OperatorRules.apply("logical_not", self)


class Reshaping(Operators):
    """The operators, and the operations that are written as methods."""

    __slots__ = ()

    def factorize(self) -> Any:
        """Group `query, query_1, ...` into one list property `queries`.

        Returns:
            A data model of the same kind (a `Variable` gives a `JsonDataModel`).
        """
        return OperatorRules.apply("factorize", self)

    def in_mask(
        self,
        mask: list[str] | None = None,
        pattern: str | None = None,
        recursive: bool = True,
    ) -> Any:
        """Keep the fields that the mask or the pattern names.

        Args:
            mask: Names without numeric suffix: `query` also means `query_1` and the
                plural `queries`.
            pattern: Regular expression searched in the name without numeric suffix.
            recursive: Whether nested objects, also in lists, are masked too.

        Returns:
            A data model of the same kind (a `Variable` gives a `JsonDataModel`).
        """
        return OperatorRules.apply(
            "in_mask", self, mask=mask, pattern=pattern, recursive=recursive
        )

    def out_mask(
        self,
        mask: list[str] | None = None,
        pattern: str | None = None,
        recursive: bool = True,
    ) -> Any:
        """Drop the fields that the mask or the pattern names.

        Args:
            mask: Names without numeric suffix: `query` also means `query_1` and the
                plural `queries`.
            pattern: Regular expression searched in the name without numeric suffix.
            recursive: Whether nested objects, also in lists, are masked too.

        Returns:
            A data model of the same kind (a `Variable` gives a `JsonDataModel`).
        """
        return OperatorRules.apply(
            "out_mask", self, mask=mask, pattern=pattern, recursive=recursive
        )

    def prefix(self, prefix: str | None = None) -> Any:
        """Rename every field `key` to `prefix_key`, nested ones excepted.

        Args:
            prefix: Text put before the names.

        Returns:
            A data model of the same kind (a `Variable` gives a `JsonDataModel`).
        """
        return OperatorRules.apply("prefix", self, prefix=prefix)

    def suffix(self, suffix: str | None = None) -> Any:
        """Rename every field `key` to `key_suffix`, nested ones excepted.

        Args:
            suffix: Text put after the names.

        Returns:
            A data model of the same kind (a `Variable` gives a `JsonDataModel`).
        """
        return OperatorRules.apply("suffix", self, suffix=suffix)
