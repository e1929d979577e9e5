"""The one door to standard output."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.table import Table


def write(text: str) -> None:
    """Write text to standard output at once.

    Args:
        text: What to write; no line end is added.
    """
    sys.stdout.write(text)
    sys.stdout.flush()


def in_notebook() -> bool:
    """Return whether the code runs in a cell of a notebook."""
    get_shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)
    return any(
        kind.__name__ == "ZMQInteractiveShell" for kind in type(get_shell()).__mro__
    )


def print_table(
    table: Table,
    *,
    width: int | None = None,
    print_fn: Callable[[str], Any] | None = None,
) -> None:
    """Print a rich table, or hand its text to a function.

    Args:
        table: The table.
        width: In characters; None for the terminal's.
        print_fn: Called with the text instead of printing it.
    """
    from rich.console import Console

    if print_fn is None:
        Console(width=width, file=sys.stdout).print(table)
        return
    console = Console(width=width or 100, file=io.StringIO(), color_system=None)
    with console.capture() as capture:
        console.print(table)
    print_fn(capture.get())
