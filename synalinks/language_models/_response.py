"""What a language model answered, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from synalinks.contracts import Usage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class LMResponse:
    """One answer as the transport delivered it: complete, but not yet validated."""

    content: str | None = None
    """The text; JSON text where the request has a schema."""
    reasoning_content: str | None = None
    """What the model thought before it answered, where the provider shows it."""
    thinking_blocks: Sequence[JsonObject] = ()
    """The same in the provider's own form, signed, where it wants it sent back."""
    tool_calls: Sequence[JsonObject] = ()
    """Tools to call, each in the form of a `ToolCall`."""
    finish_reason: str = "stop"
    """`stop`, `length`, `tool_calls`, `content_filter` or `refusal`."""
    usage: Usage = field(default_factory=lambda: Usage(calls=1))
    """Tokens. A cost of None means that the transport does not know the price."""
    model: str = ""
    """Full identifier of the model that answered."""
    service_tier: str | None = None
    """In which way the provider served it, such as `flex`, where it says so."""
    interval_s: float = 0.0
    """How far apart calls must be by what the provider says of its rate limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A validated answer."""

    value: JsonObject
    """Fits the schema of the request; a chat message where there was none."""
    usage: Usage
    """Tokens, dollars and seconds of all attempts at this answer; nothing but a
    cache hit if it was kept from before."""
    finish_reason: str
    """Why the model stopped."""
    model: str
    """Full identifier of the model that answered."""
    reasoning_content: str | None = None
    """What the model thought before it answered, where the provider shows it."""
    shares: tuple[Usage, ...] = ()
    """What each model took of `usage`, if others failed before the one that answered:
    the one that was asked, its fallback, and so on."""
