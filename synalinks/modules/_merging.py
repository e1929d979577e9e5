"""Modules that combine, choose or drop data models without a language model."""

from __future__ import annotations

import re
from functools import reduce
from typing import TYPE_CHECKING, Any, ClassVar

from synalinks._internal.shape import is_dict, is_row
from synalinks.data_models import JsonDataModel, apply
from synalinks.errors import ConfigurationError, show
from synalinks.modules._module import Module

if TYPE_CHECKING:
    from collections.abc import Sequence


class Identity(Module):
    """Return the inputs as they are."""

    async def call(self, inputs: Any) -> Any:
        """Return the inputs; values are copied.

        Args:
            inputs: A data model, None, or a list or dict of these.
        """
        if is_row(inputs):
            return [await self.call(part) for part in inputs]
        if is_dict(inputs):
            return {key: await self.call(part) for key, part in inputs.items()}
        return inputs.clone() if isinstance(inputs, JsonDataModel) else inputs


class Not(Module):
    """Return None, whatever the inputs."""

    async def call(self, inputs: Any) -> Any:
        """Return None; symbolically the inputs' schema.

        Args:
            inputs: A data model, None, or a list or dict of these.
        """
        if is_row(inputs):
            return [await self.call(part) for part in inputs]
        if is_dict(inputs):
            return {key: await self.call(part) for key, part in inputs.items()}
        return apply("logical_not", inputs)


class Merging(Module):
    """Fold an operator over a list of data models."""

    _kind: ClassVar[str]

    async def call(self, inputs: Any) -> Any:
        """Combine the data models from left to right.

        Args:
            inputs: A list of two or more data models or None.

        Returns:
            The combined data model, or None.

        Raises:
            ConfigurationError: The input is no list of at least two.
        """
        if not is_row(inputs) or len(inputs) < 2:
            msg = (
                f"`{self.name}` takes a list of two or more data models, "
                f"received: {show(inputs)}."
            )
            raise ConfigurationError(msg)
        return reduce(lambda left, right: apply(self._kind, left, right), inputs)


class And(Merging):
    """Concatenate all inputs, or return None if any is None (`x1 & x2`)."""

    _kind = "logical_and"


class Or(Merging):
    """Concatenate those inputs that are not None (`x1 | x2`)."""

    _kind = "logical_or"


class Xor(Merging):
    """Fold exclusive or over the inputs: of two, the one that is there (`x1 ^ x2`)."""

    _kind = "logical_xor"


class Concat(Merging):
    """Concatenate all inputs; none may be None (`x1 + x2`)."""

    _kind = "concat"


class _Masking(Module):
    """Keeps or drops fields by their names."""

    _kind: ClassVar[str]

    def __init__(
        self,
        mask: Sequence[str] | None = None,
        pattern: str | None = None,
        recursive: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not mask and not pattern:
            msg = f"`{self.name}` needs `mask`, a list of keys, or `pattern`, a regex."
            raise ConfigurationError(msg)
        if isinstance(mask, str):
            msg = f"`mask` of `{self.name}` is a list of keys, received: {show(mask)}."
            raise ConfigurationError(msg)
        _check_pattern(self.name, pattern)
        self.mask: list[str] | None = list(mask) if mask else None
        self.pattern = pattern
        self.recursive = recursive

    async def call(self, inputs: Any) -> Any:
        """Mask the inputs' fields.

        Args:
            inputs: A data model; None gives None.

        Returns:
            A data model of fewer fields.
        """
        if inputs is None:
            return None
        return apply(
            self._kind,
            inputs,
            mask=self.mask,
            pattern=self.pattern,
            recursive=self.recursive,
        )


def _check_pattern(module_name: str, pattern: str | None) -> None:
    try:
        re.compile(pattern or "")
    except (re.error, TypeError) as error:
        msg = (
            f"`pattern` of `{module_name}` is no regular expression: {error}, "
            f"received: {show(pattern)}."
        )
        raise ConfigurationError(msg) from error


class InMask(_Masking):
    """Keep only some fields.

    Args:
        mask: Base names of the fields to keep: `query` stands for `query_1` and
            `queries` too.
        pattern: Regular expression searched in base names; these are kept too.
        recursive: Whether nested objects are masked as well.
        kwargs: `name`, `description`, `trainable`.

    Raises:
        ConfigurationError: Neither `mask` nor `pattern` is given.
    """

    _kind = "in_mask"


class OutMask(_Masking):
    """Drop some fields.

    Args:
        mask: Base names of the fields to drop: `query` stands for `query_1` and
            `queries` too.
        pattern: Regular expression searched in base names; these are dropped too.
        recursive: Whether nested objects are masked as well.
        kwargs: `name`, `description`, `trainable`.

    Raises:
        ConfigurationError: Neither `mask` nor `pattern` is given.
    """

    _kind = "out_mask"
