"""The arguments that choose fields: written once, shown by every class."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from collections.abc import Sequence


class MaskArguments(TypedDict, total=False):
    """The arguments that choose fields; see `Masks`."""

    in_mask: Sequence[str] | None
    out_mask: Sequence[str] | None
    in_mask_pattern: str | None
    out_mask_pattern: str | None


class SignatureWithMasks:
    """Names the arguments that `**masks: Unpack[MaskArguments]` stands for.

    As `__signature__` of a base class it shows them for each subclass as if they stood
    there: in `help`, in notebooks, in the documentation.
    """

    def __get__(self, instance: object, owner: type) -> inspect.Signature:
        if instance is not None:  # an object is called with other arguments
            raise AttributeError
        constructor: Any = owner.__init__
        _, *parameters = inspect.signature(constructor).parameters.values()
        if parameters and "MaskArguments" in str(parameters[-1].annotation):
            parameters = [*parameters[:-1], *_MASKS]
        return inspect.Signature(parameters)


_MASKS = [
    inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=getattr(annotation, "__forward_arg__", annotation),
    )
    for name, annotation in MaskArguments.__annotations__.items()
]
