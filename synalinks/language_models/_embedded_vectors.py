"""The embedded embedding model: offline, deterministic, compares words."""

from __future__ import annotations

import math
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

from synalinks.contracts import Usage
from synalinks.errors import ConfigurationError, did_you_mean, show
from synalinks.language_models._em_request import EMResponse
from synalinks.language_models._embedded_text import estimate_tokens, features_of

if TYPE_CHECKING:
    from synalinks.language_models._em_request import EMRequest

_MODEL = "embedded/hash"
_DIMENSIONS = 256


class HashTransport:
    """Embeds texts by the words and character 4-grams in them. It is no neural model.

    Each word and each 4-gram is hashed to one dimension and a sign (Weinberger et al.,
    "Feature hashing for large scale multitask learning", 2009), weighted as in the
    embedded language model. Texts that share words have a large cosine; vectors have
    the length 1. It is there so that guides and tests run offline, free and with
    repeatable results.

    The parameter `dimensions` of a request sets how long vectors are, 256 by default.
    """

    async def embed(self, request: EMRequest) -> EMResponse:
        """Embed texts.

        Args:
            request: What to embed.

        Returns:
            One vector per text.

        Raises:
            ConfigurationError: The model is not `embedded/hash`, or `dimensions` is no
                positive integer.
        """
        if request.model != _MODEL:
            msg = (
                f"There is no embedded model `{request.model}` for embeddings; the "
                f"only one is `{_MODEL}`.{did_you_mean(request.model, [_MODEL])}"
            )
            raise ConfigurationError(msg)
        n_dims = request.params.get("dimensions", _DIMENSIONS)
        if not isinstance(n_dims, int) or n_dims < 1:
            msg = f"`dimensions` is a positive integer, received: {show(n_dims)}."
            raise ConfigurationError(msg)
        n_tokens = sum(map(estimate_tokens, request.texts))
        return EMResponse(
            vectors=[_vector(text, n_dims) for text in request.texts],
            usage=Usage(calls=1, prompt_tokens=n_tokens, cost_usd=0.0),
        )

    async def aclose(self) -> None:
        """Do nothing: there is nothing open."""


def _vector(text: str, n_dims: int) -> list[float]:
    # A text without words is like itself only.
    features = features_of(text) or {text: 1.0}
    vector = [0.0] * n_dims
    for feature, weight in features.items():
        number = _number(feature)
        vector[(number >> 1) % n_dims] += weight if number & 1 else -weight
    length = math.hypot(*vector) or 1.0
    return [value / length for value in vector]


@lru_cache(maxsize=16384)
def _number(feature: str) -> int:
    return int.from_bytes(blake2b(feature.encode(), digest_size=8).digest(), "big")
