"""Inputs for chats with pictures or sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synalinks._internal.naming import unique_name
from synalinks.data_models import ChatMessages
from synalinks.modules._input import Input

if TYPE_CHECKING:
    from synalinks.data_models import SymbolicDataModel


def ImageInput(  # noqa: N802 - named as `Input` is
    optional: bool = False, name: str | None = None
) -> SymbolicDataModel:
    """Return a symbol for a chat whose messages may contain pictures.

    Args:
        optional: Whether None may be given.
        name: Name of the input.

    Example:
        ```python
        inputs = synalinks.ImageInput()
        outputs = await synalinks.Generator(data_model=Label)(inputs)
        program = synalinks.Program(inputs=inputs, outputs=outputs)
        picture = synalinks.Image(path="cat.png")
        question = {"role": "user", "content": ["What is it?", picture]}
        await program(synalinks.ChatMessages(messages=[question]))
        ```
    """
    name = name or unique_name("ImageInput")
    return Input(data_model=ChatMessages, optional=optional, name=name)


def AudioInput(  # noqa: N802 - named as `Input` is
    optional: bool = False, name: str | None = None
) -> SymbolicDataModel:
    """Return a symbol for a chat whose messages may contain sound.

    Args:
        optional: Whether None may be given.
        name: Name of the input.
    """
    name = name or unique_name("AudioInput")
    return Input(data_model=ChatMessages, optional=optional, name=name)
