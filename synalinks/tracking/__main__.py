"""The process that talks to MLflow; its first line of input is the address."""

import contextlib
import os
import signal
import sys
import threading

from synalinks.tracking._client import Client
from synalinks.tracking._sender import Sender

_NICENESS = 5


def main() -> None:
    """Send what comes in until there is no more."""
    # An interruption is meant for the program; it tells how its run has ended.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Nor may it take the processor from the program, which is in more of a hurry.
    with contextlib.suppress(AttributeError, OSError):  # as on Windows
        os.nice(_NICENESS)
    sender = Sender(sys.stdin.readline().rstrip("\n"), Client)
    # Whoever shuts the machine down waits a moment: what is left is kept.
    signal.signal(signal.SIGTERM, sender.stop)
    threading.Thread(target=sender.take, args=(sys.stdin,), daemon=True).start()
    sender.run()


def leave_program() -> None:
    """Be no child of the program: what kills it, as Ray does, may kill its children."""
    if hasattr(os, "fork") and os.fork():
        os._exit(0)


if __name__ == "__main__":
    leave_program()
    main()
