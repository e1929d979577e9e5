"""Straight to an endpoint, as far as no server is needed."""

import pytest

from synalinks.errors import ModelNotFoundError
from synalinks.language_models import LMRequest
from synalinks.language_models._direct import DirectTransport


async def test_an_address_that_the_client_refuses_is_not_tried_again():
    """The next time it would be refused as well: a fallback is to be asked."""
    transport = DirectTransport()
    request = LMRequest(
        model="openai/x", messages=[], api_base="http://1.2.3.4.5/v1", api_key="-"
    )

    with pytest.raises(ModelNotFoundError, match="Nothing can be sent to the address"):
        await transport.send(request)
    await transport.aclose()
