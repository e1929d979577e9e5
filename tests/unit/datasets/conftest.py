"""Local copies of published data, and a server that publishes them again."""

import http.server
import os
import threading
from functools import partial
from pathlib import Path

import pytest

# Read here: tests run without the settings of the machine and in another folder.
_ROOT = Path(__file__).parents[3]
_DATA = Path(os.environ.get("SYNALINKS_TEST_DATA") or _ROOT.parent / "shared" / "data")


@pytest.fixture
def real_data():
    """Return a function from the name of a data set to its folder, or skip."""

    def folder(name):
        path = _DATA / name
        if not path.is_dir():
            pytest.skip(
                f"no copy of {name}: set SYNALINKS_TEST_DATA to the folder above it"
            )
        return path

    return folder


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def served():
    """Return a function that serves a folder and returns its address."""
    servers = []

    def serve(folder, handler=_Quiet):
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), partial(handler, directory=str(folder))
        )
        server.daemon_threads = False  # so that closing waits for open connections
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()
