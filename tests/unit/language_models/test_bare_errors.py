"""Errors that refer to no other error."""

import contextlib

import pytest

from synalinks.errors import ServerError
from synalinks.language_models._bare_errors import BareErrors


@contextlib.asynccontextmanager
async def translated(at):
    try:
        yield {"body": 1, "": 1}[at]
    except KeyError:
        raise ServerError("ours") from None


@pytest.mark.parametrize("at", ["enter", "body"])
async def test_what_led_to_an_error_is_gone(at):
    """On the way in as on the way out."""
    with pytest.raises(ServerError) as caught:
        async with BareErrors(translated(at)):
            raise KeyError("canary")

    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


async def test_all_else_is_as_it_was():
    """Values and other errors pass."""
    async with BareErrors(translated("")) as value:
        assert value == 1
    with pytest.raises(ValueError, match="x"):
        async with BareErrors(translated("")):
            raise ValueError("x")
