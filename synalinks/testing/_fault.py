"""Faults by name, and rules for which requests meet which fault."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from synalinks._internal.rng import stream
from synalinks.errors import ConfigurationError, did_you_mean, show
from synalinks.testing._bad_replies import Cut, Drip, Drop, Hang, Late, Raw, Status
from synalinks.testing._pieces import JSON
from synalinks.testing._replies import Answer, Reply

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from synalinks._internal.json import JsonObject

_STATUSES = (400, 401, 402, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504, 529)

FAULTS: Mapping[str, Reply] = {
    # -- errors that are told
    **{str(status): Status(status=status) for status in _STATUSES},
    "429_seconds": Status(status=429, retry_after_s=1),
    "429_milliseconds": Status(
        status=429, retry_after_s=0.05, retry_after_form="milliseconds"
    ),
    "429_date": Status(status=429, retry_after_s=1, retry_after_form="date"),
    "429_garbage": Status(status=429, headers={"Retry-After": "soon"}),
    "503_seconds": Status(status=503, retry_after_s=1),
    "quota": Status(status=429, code="insufficient_quota"),
    "context_too_long": Status(
        status=400,
        code="context_length_exceeded",
        message="This model's maximum context length is 8192 tokens.",
    ),
    "filtered_prompt": Status(status=400, code="content_filter"),
    # -- the connection
    "drop": Drop(),
    "reset": Drop(reset=True),
    "drop_after_headers": Cut(part=0.0),
    "truncated": Cut(part=0.5),
    "hang": Hang(),
    "drip": Drip(),
    "late": Late(),
    # -- answers that are none
    "html": Raw(),
    "html_502": Raw(status=502),
    "empty_body": Raw(body="", content_type=JSON),
    "malformed_json": Raw(body='{"choices": [{"message": ', content_type=JSON),
    "no_choices": Raw(body='{"choices": []}', content_type=JSON),
    # -- answers of a model that does not do as it is told
    "not_json": Answer(content="Sure! Here you are."),
    "wrong_schema": Answer(content={"unexpected": 1}),
    "cut_off": Answer(content='{"unexpec', finish_reason="length"),
    "empty_answer": Answer(content=""),
    "refusal": Answer(content=None, refusal="I cannot help with that."),
    "content_filter": Answer(content="", finish_reason="content_filter"),
}
"""Every fault that has a name."""

_TEXT = re.compile(
    r"(?P<name>\w+)(:(?P<rate>[\d.]+))?(@(?P<at>[\d,-]+))?(~(?P<prompt>.+))?"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule: these requests meet this fault.

    A request that fits all of the rule's conditions meets the fault; without conditions
    every request does. Of several rules that fit, the first one counts.

    Raises:
        ConfigurationError: There is no fault of that name.

    Example:
        ```python
        faults = [Fault("503", at=range(1, 4)), Fault("hang", rate=0.01)]
        server = ChatServer({"answer": "Paris"}, faults=faults)
        ```
    """

    reply: Reply | str
    """What to answer, or a name in `FAULTS`."""
    _: KW_ONLY
    rate: float = 1.0
    """How probable the fault is; the server's seed and the number decide."""
    at: Container[int] | None = None
    """Numbers of the requests, counted from 1 as they arrive; None for all."""
    prompt: str | None = None
    """Regular expression that occurs in the text of the messages; None for any."""

    def __post_init__(self) -> None:
        if isinstance(self.reply, str) and self.reply not in FAULTS:
            msg = f"There is no fault {show(self.reply)}."
            raise ConfigurationError(msg + did_you_mean(self.reply, FAULTS))

    def made(self) -> Reply:
        """Return what to answer."""
        return FAULTS[self.reply] if isinstance(self.reply, str) else self.reply

    def meets(self, number: int, body: JsonObject, seed: int) -> bool:
        """Return whether a request meets the fault.

        Args:
            number: Number of the request.
            body: Its JSON.
            seed: Seed of the server.
        """
        if self.at is not None and number not in self.at:
            return False
        if self.prompt is not None and not re.search(self.prompt, prompt_of(body)):
            return False
        if self.rate >= 1.0:
            return True
        return stream(seed, "fault", repr(self.reply), number).random() < self.rate

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Return the rule that a text stands for, as on the command line.

        Args:
            text: `name[:rate][@numbers][~pattern]`, such as `503:0.05`, `hang@3,7-9` or
                `html~banana`.

        Raises:
            ConfigurationError: The text is of another form, or names no fault.
        """
        found = _TEXT.fullmatch(text)
        if found is None:
            msg = (
                "A fault is written `name[:rate][@numbers][~pattern]`, "
                f"received: {show(text)}."
            )
            raise ConfigurationError(msg)
        at = found["at"]
        return cls(
            found["name"],
            rate=float(found["rate"] or 1.0),
            at=None if at is None else frozenset(_numbers(at)),
            prompt=found["prompt"],
        )


def _numbers(text: str) -> list[int]:
    numbers: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


def prompt_of(body: JsonObject) -> str:
    """Return the text that a request asks about.

    Args:
        body: Its JSON.
    """
    messages = body.get("messages")
    if messages is None:
        return str(body.get("input"))
    return "\n".join(str(message.get("content")) for message in messages)
