"""A server in a process of its own behaves as one in a thread."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from synalinks.errors import ConfigurationError
from synalinks.testing import ChatServerProcess
from tests.unit.testing.test_bad_replies import BODY, post, text_of


def both(server, n=1):
    async def ask():
        return [await post(server) for _ in range(n)]

    return asyncio.run(ask())


def test_it_answers_and_logs():
    """Options reach the server; the log is read from outside."""
    with ChatServerProcess(
        {"a": 1}, latency_s=0.05, faults=["503@1", "drop:1@3"], max_in_flight=5
    ) as server:
        (first, second) = both(server, 2)
        requests = server.requests()
        summary = server.clear_log()

        assert (first[0], second[0]) == (503, 200)
        assert text_of(second[2]) == '{"a": 1}'
        assert requests[0]["body"] == BODY
        assert requests[1]["finished_s"] - requests[1]["arrived_s"] >= 0.05
        assert summary["statuses"] == {"200": 1, "503": 1}
        assert server.summary()["n_requests"] == 0


def test_a_function_answers():
    """A function of the user's is imported by the server's process."""
    code = "def answer(request):\n    return str(len(request.messages))\n"
    Path("my_answers.py").write_text(code, encoding="utf-8")

    with ChatServerProcess(function="my_answers:answer") as server:
        ((_, _, content),) = both(server)

    assert text_of(content) == "1"


def test_what_goes_wrong_at_the_start_is_told():
    """The last line of what the process said is in the message."""
    with pytest.raises(ConfigurationError, match="There is no fault 'hanged'"):
        ChatServerProcess(faults=["hanged"]).start()


def test_stopping_twice_is_fine():
    """A fixture may stop what a test has stopped."""
    server = ChatServerProcess("ok")
    server.stop()
    server.start()
    server.stop()
    server.stop()


PARENT = """
import subprocess, sys
command = [sys.executable, "-m", "synalinks.testing.chat_server", "--latency", "0"]
process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
print(process.stdout.readline().strip(), flush=True)
sys.stdin.readline()
"""


def test_it_stops_with_its_parent():
    """No server is left when the process that started it is killed."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    url = parent.stdout.readline().strip()

    class Served:
        pass

    Served.url = url
    assert both(Served)[0][0] == 200
    parent.kill()
    parent.communicate()

    deadline = time.perf_counter() + 5
    while time.perf_counter() < deadline and _is_up(Served):
        time.sleep(0.05)
    assert not _is_up(Served)


def _is_up(server):
    import aiohttp

    try:
        both(server)
    except aiohttp.ClientError:
        return False
    return True
