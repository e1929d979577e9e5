"""`plot_program`: a picture of a program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from synalinks._internal.files import write_atomic_bytes
from synalinks._internal.picture import shown
from synalinks.errors import ConfigurationError, NotBuiltError, show
from synalinks.graph import Diagram, diagram_of, draw_diagram, to_dot
from synalinks.utils._style import own_style

_RANKS = ("TB", "LR")
_FORMATS = ("png", "svg", "pdf", "jpg")


def plot_program(  # noqa: PLR0917 - the positions are part of the public API
    program: Any,
    to_file: str | Path | None = None,
    to_folder: str | Path | None = None,
    show_schemas: bool = False,
    show_module_names: bool = False,
    show_defs: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_trainable: bool = False,
) -> Any:
    """Draw the modules of a program, and what flows between them.

    Nothing beyond this package is needed; for pictures by Graphviz see
    `program_to_dot`. A program without a graph is drawn with its modules under it.

    Args:
        program: A program that is built.
        to_file: File to write; its ending (`.png`, `.svg`, `.pdf`) is the format.
            `<name of the program>.png` when None.
        to_folder: Folder of the file; the working folder when None.
        show_schemas: Whether to show which fields each module returns.
        show_module_names: Whether to show the names of the modules.
        show_defs: Whether to show what the types that fields name are made of.
        rankdir: `TB` from top to bottom, or `LR` from left to right.
        expand_nested: Whether to draw the modules of programs in the program.
        dpi: Dots per inch.
        show_trainable: Whether to colour what can be trained.

    Returns:
        The path of the file; in a notebook, the picture.

    Raises:
        ConfigurationError: `rankdir` or the format is not known.
        NotBuiltError: The program is not built.
        WriteError: The file cannot be written.
    """
    path = Path(to_folder or "") / (to_file or f"{program.name}.png")
    file_format = path.suffix.removeprefix(".").lower()
    if file_format not in _FORMATS:
        msg = f"`to_file` ends in a format such as `.png`, received: {show(to_file)}."
        raise ConfigurationError(msg)
    diagram = _diagram(
        program,
        rankdir,
        show_schemas=show_schemas,
        show_module_names=show_module_names,
        show_defs=show_defs,
        expand_nested=expand_nested,
        show_trainable=show_trainable,
    )
    with own_style():
        picture = draw_diagram(
            diagram, rankdir=rankdir, file_format=file_format, dpi=dpi
        )
    write_atomic_bytes(path, picture)
    return shown(path)


def program_to_dot(  # noqa: PLR0917 - as for `plot_program`
    program: Any,
    show_schemas: bool = False,
    show_module_names: bool = False,
    show_defs: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    show_trainable: bool = False,
) -> str:
    """Return a program as a graph in the language of Graphviz.

    Args:
        program: A program that is built.
        show_schemas: As for `plot_program`.
        show_module_names: As for `plot_program`.
        show_defs: As for `plot_program`.
        rankdir: As for `plot_program`.
        expand_nested: As for `plot_program`.
        show_trainable: As for `plot_program`.

    Returns:
        The text; write it to `program.dot` for `dot -Tpng program.dot`.

    Raises:
        ConfigurationError: `rankdir` is not known.
        NotBuiltError: The program is not built.
    """
    diagram = _diagram(
        program,
        rankdir,
        show_schemas=show_schemas,
        show_module_names=show_module_names,
        show_defs=show_defs,
        expand_nested=expand_nested,
        show_trainable=show_trainable,
    )
    return to_dot(diagram, rankdir=rankdir)


def _diagram(program: Any, rankdir: str, **shows: bool) -> Diagram:
    if rankdir not in _RANKS:
        msg = f"`rankdir` is 'TB' or 'LR', received: {show(rankdir)}."
        raise ConfigurationError(msg)
    if not getattr(program, "built", False):
        msg = (
            f"{show(program)} is not built: there is nothing to draw yet. Call it "
            "once first."
        )
        raise NotBuiltError(msg)
    return diagram_of(program, **shows)
