"""Files of published data sets, fetched once."""

import http.server
import socket
from pathlib import Path

import pytest

from synalinks.config import synalinks_home
from synalinks.datasets._download import fetch
from synalinks.errors import ConfigurationError


@pytest.fixture
def published(tmp_path, served):
    folder = tmp_path / "published"
    folder.mkdir()
    (folder / "train.csv").write_text("text,category\na,b\n")
    return folder, served(folder)


def get(url):
    return fetch(url, "bank", starts_with=b"text,category")


def test_a_file_is_fetched_once(published):
    """The second time it comes from the home folder, whatever the network says."""
    folder, address = published

    first = get(f"{address}/train.csv")
    (folder / "train.csv").unlink()

    assert first == synalinks_home() / "datasets" / "bank" / "train.csv"
    assert get(f"{address}/train.csv") == first
    assert first.read_text() == "text,category\na,b\n"


def test_a_missing_file_says_what_to_do(published):
    """An answer of the server other than the file is an error, and nothing is kept."""
    _, address = published

    with pytest.raises(
        ConfigurationError,
        match=r"none\.csv` cannot be downloaded: HTTP Error 404: .*\. Expected the "
        r"data set `bank`\. Check the network, or put the file at `.*none\.csv`",
    ):
        get(f"{address}/none.csv")
    assert not (synalinks_home() / "datasets").exists()


def test_no_network_says_what_to_do():
    """A refused connection is told with the same advice."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    with pytest.raises(ConfigurationError, match=r"Connection refused\. Expected the"):
        get(f"http://127.0.0.1:{port}/train.csv")


def test_a_login_page_is_not_kept(published):
    """What does not begin like the file is refused."""
    folder, address = published
    (folder / "train.csv").write_text("<html>Please log in</html>")

    with pytest.raises(ConfigurationError, match=r"train\.csv` gave b'<html>Please"):
        get(f"{address}/train.csv")
    assert not (synalinks_home() / "datasets").exists()


class _Broken(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"text,category\n")

    def log_message(self, *args):
        pass


def test_half_a_file_is_not_kept(served):
    """A connection that breaks leaves nothing behind."""
    address = served(Path(), handler=_Broken)

    with pytest.raises(
        ConfigurationError, match="cannot be downloaded: IncompleteRead"
    ):
        get(f"{address}/train.csv")
    assert not (synalinks_home() / "datasets").exists()
