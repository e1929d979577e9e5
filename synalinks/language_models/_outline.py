"""What a request was, in few bytes: enough to show how another one differs from it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from json import loads
from typing import TYPE_CHECKING, Any
from zlib import crc32

from synalinks._internal.json import JsonObject, canonical, digest
from synalinks.contracts import Usage
from synalinks.errors import cut, show
from synalinks.language_models._expectation import expected_tokens
from synalinks.language_models._kept import endpoint_identity
from synalinks.language_models._pricing import cost_usd, paid_tier
from synalinks.language_models._redaction import identity_of
from synalinks.language_models._schema_text import schema_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from synalinks.language_models._ledger import UsageLedger
    from synalinks.language_models._request import LMRequest

_MAX_LINES = 5
_TEXT_OF_A_ROLE = frozenset({"role", "content"})


def outline_of(request: LMRequest, ledger: UsageLedger) -> JsonObject:
    """Return what was asked, as JSON: of each line of a message a checksum.

    The text itself is not kept: prompts are longer than answers, and may be private.

    Args:
        request: What is asked.
        ledger: What its model has taken so far.
    """
    return {**_asked(request), "tokens": expected_tokens(request, ledger)}


def expected_of(outline: JsonObject) -> Usage:
    """Return what a call was expected to take, for budgets.

    Args:
        outline: What `outline_of` returned.
    """
    prompt, completion = outline["tokens"]
    usage = Usage(calls=1, prompt_tokens=prompt, completion_tokens=completion)
    tier = paid_tier(None, outline["params"])
    return replace(usage, cost_usd=cost_usd(outline["model"], usage, tier))


def _asked(request: LMRequest) -> JsonObject:
    schema = request.schema
    return {
        "model": request.model,
        "endpoint": endpoint_identity(request),
        "params": identity_of(dict(request.params)),
        "schema": schema and _digest_of_schema(schema_text(schema)),
        "tools": None if request.tools is None else digest(list(request.tools)),
        "messages": [[one.get("role"), _checksums(one)] for one in request.messages],
    }


def differences(outline: JsonObject, request: LMRequest) -> list[str]:
    """Return how a request differs from one that was sent before, in words.

    Args:
        outline: What `outline_of` returned for that one.
        request: The request.
    """
    present = _asked(request)
    names = ("model", "endpoint", "params", "schema", "tools")
    found = [
        f"{name}: {show(outline.get(name))} → {show(present[name])}"
        for name in names
        if outline.get(name) != present[name]
    ]
    before: list[Any] = outline.get("messages", [])
    if len(before) != len(request.messages):
        found.append(f"messages: {len(before)} → {len(request.messages)}")
    for index, message in enumerate(request.messages):
        known: list[str] = before[index][1] if index < len(before) else []
        found += _new_lines(f"messages[{index}]", known, list(_lines(message)))
    return found


def _new_lines(where: str, known: Sequence[str], lines: list[str]) -> Iterator[str]:
    checksums = [_checksum(line) for line in lines]
    new = [n for n, one in enumerate(checksums) if one not in known]
    for number in new[:_MAX_LINES]:
        yield f"{where}, line {number + 1} is now {cut(lines[number])!r}"
    if len(new) > _MAX_LINES:
        yield f"{where}: {len(new) - _MAX_LINES} further lines are new"
    missing = len(set(known) - set(checksums))
    if missing:
        yield f"{where}: {missing} lines are not there any more"
    if not new and not missing and list(known) != checksums:
        yield f"{where}: the same lines in another order or number"


def _lines(message: JsonObject) -> list[str]:
    text, others = _parts(message)
    return [*text.splitlines(), *others]


def _checksums(message: JsonObject) -> list[str]:
    text, others = _parts(message)
    return [*_checksums_of_text(text), *map(_checksum, others)]


def _parts(message: JsonObject) -> tuple[str, list[str]]:
    """Return the text of a message, and what else is in it as lines."""
    others = {key: one for key, one in message.items() if key not in _TEXT_OF_A_ROLE}
    text: Any = message.get("content")
    text = text if isinstance(text, str) else canonical(text)
    return text, [canonical(others)] if others else []


# Instructions are sent with each question.
@lru_cache(maxsize=64)
def _checksums_of_text(text: str) -> tuple[str, ...]:
    return tuple(map(_checksum, text.splitlines()))


# The same few schemas are asked for again and again.
@lru_cache(maxsize=64)
def _digest_of_schema(text: str) -> str:
    return digest(loads(text))


def _checksum(line: str) -> str:
    return f"{crc32(line.encode('utf-8', 'surrogatepass')):08x}"
