"""What every test stands on: no network, a clean environment, a free event loop."""

import ipaddress
import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from blockbuster import BlockBuster
from hypothesis import settings
from mlflow_server import MlflowServer

# litellm reads this when it is first imported; it would fetch a price list otherwise.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

# A shell has what it starts in the background ignore SIGINT, and that is inherited.
signal.signal(signal.SIGINT, signal.default_int_handler)

SECRET_OR_SETTING = re.compile(
    r".*(_API_KEY|_API_BASE|_ACCESS_KEY|_TOKEN)$|(SYNALINKS|MLFLOW|OPENAI|AZURE|AWS)_.*"
)

# Functions that may block the event loop, each with its reason.
MAY_BLOCK = [
    # The first use of a slow package imports it, as `import` anywhere does.
    ("<frozen importlib._bootstrap>", "_find_and_load"),
    # litellm looks for certificates when it makes a client, once per event loop.
    ("litellm/llms/custom_httpx/http_handler.py", "get_ssl_verify"),
    ("litellm/llms/custom_httpx/http_handler.py", "get_ssl_configuration"),
    # A traceback shows source lines.
    ("linecache.py", "updatecache"),
    # The loop of a test server is another thread's, and answers with any function.
    ("synalinks/testing/_chat_server.py", "_run"),
]

settings.register_profile("synalinks", deadline=None, print_blob=True)
settings.load_profile("synalinks")

# -- no network ------------------------------------------------------------------------

# Hosts that were asked for since the last test, from whatever thread.
_reached: list[str] = []


def _refuse_network(event: str, arguments: tuple) -> None:
    """Refuse every address beyond this machine, whoever asks for it, and note it.

    An audit hook rather than a patch: it is there once and for all threads, no test
    has to take it away, and what else a test patches cannot get in its way.
    """
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # else a local path
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0]
    else:
        return
    if not _is_loopback(host):
        _reached.append(repr(host))
        msg = (
            f"A test tried to reach {host!r}. Tests stay on this machine: start a local"
            " server or use a scripted transport."
        )
        raise OSError(msg)


def _is_loopback(host: str | bytes | None) -> bool:
    """Tell whether an address stays on this machine, without looking up a name."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost", "0.0.0.0", "::"}:  # noqa: S104
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


sys.addaudithook(_refuse_network)


@pytest.fixture(autouse=True)
def network_guard() -> Iterator[list[str]]:
    """Fail a test that reaches beyond this machine, even if its code catches errors."""
    _reached.clear()
    yield _reached
    if _reached:
        pytest.fail(f"The test tried to reach {', '.join(_reached)}.")


# -- a clean environment ---------------------------------------------------------------


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide keys and settings of the machine, and run in an empty folder."""
    for name in os.environ:
        if SECRET_OR_SETTING.fullmatch(name):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SYNALINKS_HOME", str(tmp_path / "synalinks_home"))
    working_folder = tmp_path / "working_folder"
    working_folder.mkdir()
    monkeypatch.chdir(working_folder)


@pytest.fixture(autouse=True)
def _fresh_session() -> Iterator[None]:
    """Start each test with the default seed, no default models, and names from zero."""
    import synalinks

    synalinks.clear_session()
    yield
    synalinks.clear_session()


# -- a free event loop -----------------------------------------------------------------


@pytest.fixture(scope="session")
def _blocking_is_detected() -> Iterator[None]:
    """Patch what may block once: patches of a test then come and go within it."""
    import synalinks

    detector = BlockBuster(scanned_modules=[synalinks])
    for function in detector.functions.values():
        for filename, name in MAY_BLOCK:
            function.can_block_in(filename, name)
    detector.activate()
    yield
    detector.deactivate()


@pytest.fixture(autouse=True)
def _loop_stays_free(_blocking_is_detected: None) -> None:
    """Fail a test in which the library blocks the event loop."""


# -- an MLflow server ------------------------------------------------------------------


@pytest.fixture(scope="session")
def mlflow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    """A real server for all tests of this process; each uses experiments of its own."""
    server = MlflowServer(tmp_path_factory.mktemp("mlflow"))
    server.start()
    yield server
    server.kill()
