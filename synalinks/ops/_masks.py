"""Which fields of targets and predictions are looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from synalinks.data_models import DataModel, JsonDataModel, schema_of
from synalinks.errors import ConfigurationError, did_you_mean, show

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


# A data model or None; for a program of several outputs, a list or dict of these.
Outputs: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Masks:
    """Chooses the fields to look at, the same in target and prediction.

    Raises:
        ConfigurationError: A mask is not a list of names, or a pattern is malformed.
    """

    in_mask: Sequence[str] | None = None
    """Names of the fields to keep; None to keep all."""
    out_mask: Sequence[str] | None = None
    """Names of the fields to leave out."""
    in_mask_pattern: str | None = None
    """Regular expression searched in the names of the fields to keep."""
    out_mask_pattern: str | None = None
    """Regular expression searched in the names of the fields to leave out."""

    def __post_init__(self) -> None:
        _check_names("in_mask", self.in_mask)
        _check_names("out_mask", self.out_mask)
        _check_pattern("in_mask_pattern", self.in_mask_pattern)
        _check_pattern("out_mask_pattern", self.out_mask_pattern)

    def apply(self, y_true: Outputs, y_pred: Outputs) -> tuple[Outputs, Outputs]:
        """Return target and prediction with the chosen fields only.

        Args:
            y_true: A data model, None, or a list, tuple or dict of these.
            y_pred: Likewise.

        Raises:
            ConfigurationError: Something else was given, or a mask leaves no field
                of the target.
        """
        masked = self._masked_tree(y_true), self._masked_tree(y_pred)
        if not self._keep_all and isinstance(y_true, (DataModel, JsonDataModel)):
            self._check_something_left(y_true, masked[0])
        return masked

    @property
    def _keep_all(self) -> bool:
        return (
            self.in_mask is None
            and self.out_mask is None
            and self.in_mask_pattern is None
            and self.out_mask_pattern is None
        )

    def _masked_tree(self, value: Outputs) -> Outputs:
        return _map_models(self._masked, value)

    def _masked(self, model: JsonDataModel) -> JsonDataModel:
        if self.in_mask is not None or self.in_mask_pattern is not None:
            model = model.in_mask(list(self.in_mask or ()), self.in_mask_pattern)
        if self.out_mask is not None or self.out_mask_pattern is not None:
            model = model.out_mask(list(self.out_mask or ()), self.out_mask_pattern)
        return model

    def _check_something_left(self, before: Outputs, after: Outputs) -> None:
        # Two models without fields are equal: a misspelled mask would score 1.0.
        names = list(schema_of(before).get("properties", {}))
        if not names or schema_of(after).get("properties"):
            return
        hint = "".join(did_you_mean(name, names) for name in self.in_mask or ())
        msg = (
            f"{self} leaves no field of the target. Its fields are "
            f"{', '.join(f'`{name}`' for name in names)}.{hint}"
        )
        raise ConfigurationError(msg)

    def __str__(self) -> str:
        slots = ("in_mask", "out_mask", "in_mask_pattern", "out_mask_pattern")
        given = [f"{slot}={getattr(self, slot)!r}" for slot in slots]
        return f"`{', '.join(text for text in given if not text.endswith('=None'))}`"


def _map_models(
    function: Callable[[JsonDataModel], JsonDataModel], value: Outputs
) -> Outputs:
    # The model, or every model of a program of several outputs.
    match value:
        case None:
            return None
        case JsonDataModel():
            return function(value)
        case DataModel():
            return function(value.to_json_data_model())
        case list() | tuple():
            parts = cast("list[Any]", value)
            return [_map_models(function, part) for part in parts]
        case dict():
            items = cast("dict[str, Any]", value).items()
            return {key: _map_models(function, part) for key, part in items}
        case _:
            msg = (
                "A target or prediction is "
                f"{show(cast('object', value))} of type `{type(value).__name__}`. "
                "Expected a data model, None, or a list or dict of data models."
            )
            raise ConfigurationError(msg)


def _check_names(argument: str, names: object) -> None:
    if names is None:
        return
    is_list = isinstance(names, (list, tuple, set, frozenset))
    parts = cast("list[object]", names) if is_list else []
    if not parts or not all(isinstance(name, str) for name in parts):
        msg = (
            f"`{argument}` is {show(names)}. Expected a list of one or more field "
            "names, or None."
        )
        raise ConfigurationError(msg)


def _check_pattern(argument: str, pattern: object) -> None:
    if pattern is None:
        return
    try:
        re.compile(cast("str", pattern))
    except (re.error, TypeError) as error:
        msg = (
            f"`{argument}` is {show(pattern)}, which is not a regular expression: "
            f"{error}."
        )
        raise ConfigurationError(msg) from None
