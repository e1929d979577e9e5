"""What is asked of a language model, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from synalinks._internal.json import digest
from synalinks.language_models._redaction import identity_of, without_secret_parts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synalinks._internal.json import JsonObject


class AnyRequest(Protocol):
    """What requests of all kinds have in common: where they go, and with what."""

    @property
    def model(self) -> str:
        """Full identifier."""
        ...

    @property
    def provider(self) -> str:
        """First part of the identifier."""
        ...

    @property
    def api_base(self) -> str | None:
        """Address of the endpoint, or None."""
        ...

    @property
    def api_key(self) -> str | None:
        """Key, or None."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Further HTTP headers."""
        ...

    @property
    def params(self) -> Mapping[str, Any]:
        """Parameters that were given; they may hold secrets."""
        ...

    @property
    def timeout_s(self) -> float | None:
        """Seconds that one attempt may take, or None."""
        ...

    @property
    def answer_name(self) -> str:
        """What an answer is called in messages."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LMRequest:
    """One question to a language model, independent of provider and transport.

    The first six fields are its identity: two requests with the same `digest` may
    share an answer. The others say how to reach the model; they are never written
    anywhere, and the secret ones are not even shown.
    """

    model: str
    """Full identifier, such as `"openai/gpt-4o-mini"`."""
    messages: Sequence[JsonObject]
    """Chat messages in the form of OpenAI's API."""
    schema: JsonObject | None = None
    """JSON schema that the answer must fit; None for free text."""
    tools: Sequence[JsonObject] | None = None
    """Tools that the model may call, in the form of OpenAI's API."""
    params: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    """Parameters that were given, such as `temperature`; none is None. There may be
    secrets among them."""
    draw: int = 0
    """Which one of several samplings of the same question it is; nobody sends it."""
    api_base: str | None = field(default=None, repr=False, compare=False)
    """Address of the endpoint; None for the provider's own."""
    api_key: str | None = field(default=None, repr=False, compare=False)
    """Key; None for the one in the environment."""
    headers: Mapping[str, str] = field(
        default_factory=dict[str, str], repr=False, compare=False
    )
    """Further HTTP headers; they may hold secrets."""
    timeout_s: float | None = field(default=None, compare=False)
    """Seconds that one attempt may take, for transports that can use the hint."""

    @property
    def provider(self) -> str:
        """First part of the model's identifier."""
        return self.model.partition("/")[0]

    @property
    def answer_name(self) -> str:
        """What an answer is called in messages."""
        return "chat completion"

    def public(self) -> JsonObject:
        """Return what is asked, to be shown: without keys, headers and addresses."""
        shown: JsonObject = without_secret_parts(dict(self.params))
        if self.schema is not None:
            shown["response_format"] = {
                "type": "json_schema",
                "json_schema": {"schema": self.schema},
            }
        if self.tools is not None:
            shown["tools"] = list(self.tools)
        return {"messages": list(self.messages), **shown}

    @property
    def digest(self) -> str:
        """Identity of the request: a digest of what is asked, without keys."""
        return digest(self.identity())

    def identity(self) -> JsonObject:
        """Return what is asked as JSON, without keys: what `digest` is of."""
        return {
            "model": self.model,
            "messages": list(self.messages),
            "schema": self.schema,
            "tools": None if self.tools is None else list(self.tools),
            "params": identity_of(dict(self.params)),
            **({"draw": self.draw} if self.draw else {}),
        }
