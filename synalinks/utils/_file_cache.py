"""Files of the network, fetched once."""

from __future__ import annotations

import hashlib
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from synalinks._internal.files import write_atomic_bytes
from synalinks.config import synalinks_home
from synalinks.errors import ConfigurationError, show

_TIMEOUT_S = 60.0
_ALGORITHMS = {32: "md5", 64: "sha256"}


def get_file(
    fname: str | None = None,
    origin: str | None = None,
    *,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    cache_dir: str | Path | None = None,
    force_download: bool = False,
) -> str:
    """Return the path of a file, downloaded unless it is there.

    Archives are not unpacked.

    Args:
        fname: Name to keep it under; by default the last part of the address.
        origin: Its address, over `https` or `http`.
        file_hash: Its SHA-256 or MD5 digest, in hexadecimal; a file with another one is
            not kept, and one that is there is fetched anew.
        cache_subdir: Folder below `cache_dir`.
        cache_dir: Where files are kept; `synalinks_home()` when None.
        force_download: Whether to fetch it even if it is there.

    Raises:
        ConfigurationError: An argument cannot be, the file cannot be fetched, or it is
            another one than `file_hash` says.
        WriteError: It cannot be kept.
    """
    origin = _checked_address(origin)
    name = fname or urlsplit(origin).path.rpartition("/")[2]
    if not name or Path(name).name != name:
        msg = f"`fname` is {show(name)}. Expected the name of a file, without a folder."
        raise ConfigurationError(msg)
    folder = Path(cache_dir) if cache_dir is not None else synalinks_home()
    path = folder / cache_subdir / name
    is_kept = path.is_file() and not force_download
    if is_kept and (file_hash is None or _has_hash(path.read_bytes(), file_hash)):
        return str(path)
    content = _fetched(origin)
    if file_hash is not None and not _has_hash(content, file_hash):
        msg = (
            f"`{origin}` gave {len(content)} bytes with another digest than "
            f"{show(file_hash)}: the file has changed, or was cut. It is not kept."
        )
        raise ConfigurationError(msg)
    return str(write_atomic_bytes(path, content))


def _checked_address(origin: str | None) -> str:
    if origin is None or urlsplit(origin).scheme not in {"http", "https"}:
        msg = f"`origin` is {show(origin)}. Expected an address over `https`."
        raise ConfigurationError(msg)
    return origin


def _fetched(origin: str) -> bytes:
    try:
        with urllib.request.urlopen(origin, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - the scheme was checked
            return answer.read()
    except OSError as error:
        msg = f"`{origin}` cannot be downloaded: {error}."
        raise ConfigurationError(msg) from error


def _has_hash(content: bytes, file_hash: str) -> bool:
    algorithm = _ALGORITHMS.get(len(file_hash))
    if algorithm is None:
        msg = f"`file_hash` is {show(file_hash)}. Expected a SHA-256 or MD5 digest."
        raise ConfigurationError(msg)
    digest = hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()
    return digest == file_hash.lower()
