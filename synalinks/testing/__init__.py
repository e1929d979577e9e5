"""Doubles and servers for testing programs without a provider."""

from synalinks._internal.public import publish
from synalinks.testing._bad_replies import Cut, Drip, Drop, Hang, Late, Raw, Status
from synalinks.testing._callback_suite import CallbackSuite
from synalinks.testing._chat_server import ChatServer
from synalinks.testing._fault import FAULTS, Fault
from synalinks.testing._mock_trainer import MockTrainer
from synalinks.testing._optimizer_suite import OptimizerSuite
from synalinks.testing._recording_callback import RecordingCallback
from synalinks.testing._replies import Answer, GoodReply, Reply, Vectors
from synalinks.testing._request_log import ReceivedRequest, RequestLog
from synalinks.testing._resumable import check_resumable
from synalinks.testing._scripted import ScriptedTransport
from synalinks.testing._server_process import ChatServerProcess

__all__ = [
    "FAULTS",
    "Answer",
    "CallbackSuite",
    "ChatServer",
    "ChatServerProcess",
    "Cut",
    "Drip",
    "Drop",
    "Fault",
    "GoodReply",
    "Hang",
    "Late",
    "MockTrainer",
    "OptimizerSuite",
    "Raw",
    "ReceivedRequest",
    "RecordingCallback",
    "Reply",
    "RequestLog",
    "ScriptedTransport",
    "Status",
    "Vectors",
    "check_resumable",
]

publish(__name__)
