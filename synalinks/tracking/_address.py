"""Where MLflow keeps what it is told: the address, checked and made absolute."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

from synalinks.errors import ConfigurationError, show

DEFAULT_URI = "sqlite:///mlflow.db"

_SQLITE = "sqlite:///"
_SCHEMES = (
    "http://", "https://", "sqlite:", "postgresql", "mysql", "mssql", "databricks",
)  # fmt: skip


def resolve_uri(tracking_uri: str | Path | None) -> str:
    """Return the address to use, independent of the working folder from now on.

    Args:
        tracking_uri: The address of a server or a database. None: that of the
            environment (`MLFLOW_TRACKING_URI`), that given to
            `mlflow.set_tracking_uri`, or `sqlite:///mlflow.db`.

    Raises:
        ConfigurationError: It is a folder, which MLflow no longer writes runs to, or
            nothing that MLflow knows.
    """
    uri = str(tracking_uri or os.environ.get("MLFLOW_TRACKING_URI") or _uri_of_user())
    if not uri.startswith(_SCHEMES):
        msg = (
            f"`tracking_uri` is {show(uri)}, a folder or an unknown scheme: MLflow "
            f"does not keep new runs in folders such as `./mlruns`. Use a database, "
            f"{DEFAULT_URI!r}, or the address of a server, 'http://localhost:5000'."
        )
        raise ConfigurationError(msg)
    if uri.startswith(_SQLITE):
        path = uri.removeprefix(_SQLITE)
        return f"{_SQLITE}{Path(path).absolute()}"
    return uri


def without_password(uri: str) -> str:
    """Return an address as it may be shown.

    Args:
        uri: The address of a server or a database.
    """
    return re.sub(r"//[^/@]*@", "//", uri)


def _uri_of_user() -> str:
    # Never imported for this: who has not loaded it, has not set anything in it.
    mlflow: Any = sys.modules.get("mlflow")
    is_set = getattr(mlflow, "is_tracking_uri_set", None)
    if is_set is None or not is_set():
        return DEFAULT_URI
    return mlflow.get_tracking_uri()
