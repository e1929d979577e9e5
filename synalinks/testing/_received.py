"""What a test server received, as the library would have asked it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.language_models import LMRequest

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject

_NOT_PARAMS = ("model", "messages", "response_format", "tools", "tool_choice")


def to_lm_request(body: JsonObject) -> LMRequest:
    """Return the JSON of an HTTP request as the `LMRequest` that it was made from.

    The schema is the one on the wire, which may be stricter than the user's; there is
    none where it was only written into the prompt.

    Args:
        body: JSON of a chat completion request.
    """
    wanted: Any = body.get("response_format")
    schema: Any = wanted.get("json_schema", {}).get("schema") if wanted else None
    tools = body.get("tools")
    if isinstance(body.get("tool_choice"), dict) and tools:
        schema, tools = tools[0]["function"]["parameters"], None
    name = str(body.get("model", ""))
    return LMRequest(
        model=name if "/" in name else f"openai/{name}",
        messages=body.get("messages", []),
        schema=schema,
        tools=tools,
        params={key: body[key] for key in body if key not in _NOT_PARAMS},
    )
