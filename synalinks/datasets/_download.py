"""Files of published data sets, fetched once."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from synalinks._internal.files import write_atomic_bytes
from synalinks.config import synalinks_home
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from pathlib import Path

_TIMEOUT_S = 60.0


def fetch(url: str, folder: str, *, starts_with: bytes) -> Path:
    """Return a file of a published data set, downloaded unless it is there.

    Args:
        url: Where it is published.
        folder: Name of the data set: its folder in `<synalinks home>/datasets`.
        starts_with: How the file begins; anything else, such as the login page of a
            network, is not kept.

    Returns:
        Path of the file.

    Raises:
        ConfigurationError: It could not be downloaded.
    """
    path = synalinks_home() / "datasets" / folder / url.rpartition("/")[2]
    if path.is_file():
        return path
    advice = (
        f"Expected the data set `{folder}`. Check the network, or put the file at "
        f"`{path}`, or pass `path=` with a copy."
    )
    try:
        # The address is a constant of this package.
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:  # noqa: S310
            content: bytes = answer.read()
    except (OSError, http.client.HTTPException) as error:
        msg = f"`{url}` cannot be downloaded: {_reason(error)}. {advice}"
        raise ConfigurationError(msg) from error
    if not content.startswith(starts_with):
        msg = f"`{url}` gave {show(content[:80])}. {advice}"
        raise ConfigurationError(msg)
    return write_atomic_bytes(path, content)


def _reason(error: Exception) -> object:
    if isinstance(error, urllib.error.HTTPError):
        error.close()  # it is the answer too, with an open connection
        return error
    return getattr(error, "reason", error)
