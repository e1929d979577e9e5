"""Pictures and sound in messages, read without blocking the event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_row
from synalinks.data_models import Audio, Image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject


async def with_parts(messages: Sequence[JsonObject]) -> list[JsonObject]:
    """Return messages with `str`, `Image` and `Audio` in contents as content parts.

    Files are read in a thread. Only objects are read: a dict that names a file, which
    may come from someone else, stays a dict.

    Args:
        messages: Chat messages in the form of OpenAI's API; they are left as they are.
    """
    return [
        {**message, "content": await _parts(content)} if _is_mixed(content) else message
        for message in messages
        for content in [message.get("content")]
    ]


def _is_mixed(content: Any) -> bool:
    return isinstance(content, (Image, Audio)) or (
        is_row(content)
        and any(isinstance(part, (str, Image, Audio)) for part in content)
    )


async def _parts(content: Any) -> list[Any]:
    parts: Sequence[Any] = content if is_row(content) else [content]
    return [await _part(part) for part in parts]


async def _part(part: Any) -> Any:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    if not isinstance(part, (Image, Audio)):
        return part
    if part.path is None:
        return part.to_content_part()
    return await asyncio.to_thread(part.to_content_part)
