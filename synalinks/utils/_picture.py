"""How a picture is handed to the user: a path, or the picture itself in a notebook."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def shown(path: Path) -> Any:
    """Return the picture in a notebook, else the path of its file.

    Args:
        path: The file.
    """
    get_shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)
    kinds = [kind.__name__ for kind in type(get_shell()).__mro__]
    if "ZMQInteractiveShell" not in kinds or path.suffix.lower() != ".png":
        return str(path)
    return importlib.import_module("IPython.display").Image(filename=str(path))
