"""The door to MLflow: what is logged is handed to a process that sends it."""

from synalinks._internal.public import publish
from synalinks.tracking._address import resolve_uri
from synalinks.tracking._encoding import plain
from synalinks.tracking._order import Lane
from synalinks.tracking._outbox import Outbox
from synalinks.tracking._outboxes import (
    flush_outboxes,
    hand_over_outboxes,
    outbox_for,
)

__all__ = [
    "Lane",
    "Outbox",
    "flush_outboxes",
    "hand_over_outboxes",
    "outbox_for",
    "plain",
    "resolve_uri",
]

publish(__name__)
