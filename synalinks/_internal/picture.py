"""How a picture is handed to the user: a path, or the picture itself in a notebook."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from synalinks._internal.console import in_notebook

if TYPE_CHECKING:
    from pathlib import Path


def shown(path: Path) -> Any:
    """Return the picture in a notebook, else the path of its file.

    Args:
        path: The file.
    """
    if path.suffix.lower() != ".png" or not in_notebook():
        return str(path)
    return importlib.import_module("IPython.display").Image(filename=str(path))
