"""The process that talks to MLflow; its first line of input is the address."""

import signal
import sys
import threading

from synalinks.tracking._client import Client
from synalinks.tracking._sender import Sender


def main() -> None:
    """Send what comes in until there is no more."""
    # An interruption is meant for the program; it tells how its run has ended.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sender = Sender(sys.stdin.readline().rstrip("\n"), Client)
    threading.Thread(target=sender.take, args=(sys.stdin,), daemon=True).start()
    sender.run()


if __name__ == "__main__":
    main()
