"""A file is fetched once, and is the one that was meant."""

import functools
import hashlib
import http.server
import threading
from pathlib import Path

import pytest

from synalinks.errors import ConfigurationError
from synalinks.utils import get_file

CONTENT = b"text,topic\nhello,other\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def address(tmp_path):
    """A server of one file."""
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "rows.csv").write_bytes(CONTENT)
    handler = functools.partial(
        http.server.SimpleHTTPRequestHandler, directory=str(tmp_path / "web")
    )
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/rows.csv"
    server.shutdown()
    server.server_close()


def test_it_is_fetched_once(address, tmp_path):
    """The second time it comes from the folder, even if the server has another."""
    first = get_file(origin=address, file_hash=SHA256, cache_dir=tmp_path / "kept")
    (tmp_path / "web" / "rows.csv").write_bytes(b"other")
    second = get_file(origin=address, cache_dir=tmp_path / "kept")

    assert first == second == str(tmp_path / "kept" / "datasets" / "rows.csv")
    assert Path(second).read_bytes() == CONTENT
    again = get_file(origin=address, cache_dir=tmp_path / "kept", force_download=True)
    assert Path(again).read_bytes() == b"other"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"file_hash": "0" * 64}, "another digest than '0000"),
        ({"file_hash": "abc"}, "Expected a SHA-256 or MD5 digest"),
        ({"fname": "../rows.csv"}, "without a folder"),
        ({"origin": "file:///etc/hosts"}, "Expected an address over `https`"),
        ({"origin": None}, "`origin` is None"),
    ],
    ids=["another", "no digest", "folder", "scheme", "none"],
)
def test_what_is_not_meant_is_not_kept(address, tmp_path, arguments, message):
    """Nothing is written when the file is another one, or an argument cannot be."""
    with pytest.raises(ConfigurationError, match=message):
        get_file(**{"origin": address, "cache_dir": tmp_path / "kept", **arguments})

    assert not (tmp_path / "kept").exists()


def test_a_file_that_is_not_there_says_so(address, tmp_path):
    """The error names the address."""
    with pytest.raises(ConfigurationError, match="none` cannot be downloaded: HTTP"):
        get_file(origin=f"{address}.none", cache_dir=tmp_path)
