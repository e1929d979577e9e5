"""The guards of all tests do what they say, and outlive what tests patch."""

import asyncio
import os
import posix
import socket
import threading
import time

import pytest
from blockbuster import BlockingError

from synalinks.testing import ChatServer


@pytest.fixture(autouse=True)
def _loop_stays_free(_blocking_is_detected):
    """Guard these tests as most tests are."""


def reach_out():
    with pytest.raises(OSError, match=r"tried to reach '192\.0\.2\.1'"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_no_test_reaches_the_network(network_guard):
    """It is refused and noted, in whatever thread."""
    reach_out()
    thread = threading.Thread(target=reach_out)
    thread.start()
    thread.join()
    with pytest.raises(OSError, match=r"example\.org"):
        socket.getaddrinfo("example.org", 80)

    assert network_guard == ["'192.0.2.1'", "'192.0.2.1'", "'example.org'"]
    network_guard.clear()  # otherwise this test fails, as it should


def test_this_machine_is_reached(network_guard):
    """Local servers are what tests are to use."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()

    assert network_guard == []


@pytest.mark.parametrize("round_", [1, 2])
def test_patches_leave_the_detector_as_it_was(round_, monkeypatch):
    """A test may patch what the detector patches: both unwind in the right order."""
    wrapped = [cell.cell_contents for cell in os.replace.__closure__]

    assert posix.replace in wrapped
    monkeypatch.setattr(os, "replace", lambda *_: None)


async def test_blocking_the_loop_is_seen_in_the_library_only():
    """The server of a test has a loop of its own, which its answers may block."""
    from synalinks._internal import files

    with pytest.raises(BlockingError):
        files.write_atomic("a.txt", "b")

    def slow(_):
        time.sleep(0.01)
        return "ok"

    async with ChatServer(slow) as server:
        assert await asyncio.to_thread(answer_of, server) == 200


def answer_of(server):
    import urllib.request

    body = b'{"model": "m", "messages": []}'
    with urllib.request.urlopen(f"{server.url}/chat/completions", body) as answer:  # noqa: S310 - our own server
        return answer.status
