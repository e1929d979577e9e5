"""Doubles and servers for testing programs without a provider."""

from synalinks._internal.public import publish
from synalinks.testing._chat_server import ChatServer, ReceivedRequest
from synalinks.testing._faults import Drip, Drop, Hang, Raw, Status
from synalinks.testing._replies import Answer, Reply
from synalinks.testing._scripted import ScriptedTransport

__all__ = [
    "Answer",
    "ChatServer",
    "Drip",
    "Drop",
    "Hang",
    "Raw",
    "ReceivedRequest",
    "Reply",
    "ScriptedTransport",
    "Status",
]

publish(__name__)
