"""Errors of client libraries become ours."""

import pytest

from synalinks.errors import ServerError
from synalinks.language_models import LMRequest
from synalinks.language_models._translated import translated

REQUEST = LMRequest(model="openai/m", messages=[])


def to_ours(error, request):
    assert request is REQUEST
    return ServerError("ours") if isinstance(error, KeyError) else None


async def test_what_led_to_an_error_is_gone():
    """Neither cause nor context: they may hold a key."""

    async def step():
        raise KeyError("canary")

    with pytest.raises(ServerError) as caught:
        await translated(step(), to_ours, REQUEST)

    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


async def test_all_else_passes():
    """Values, and errors that are none of the library's."""

    async def give():
        return 1

    async def fail():
        raise ValueError("x")

    assert await translated(give(), to_ours, REQUEST) == 1
    with pytest.raises(ValueError, match="x"):
        await translated(fail(), to_ours, REQUEST)
