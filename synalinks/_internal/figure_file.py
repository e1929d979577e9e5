"""Writing a picture to a file."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from synalinks._internal.files import write_atomic_bytes
from synalinks._internal.picture import shown
from synalinks.errors import ConfigurationError, show

_DPI = 150


def write_figure(figure: Any, to_file: str | Path, to_folder: str | Path | None) -> Any:
    """Write a figure of matplotlib.

    Args:
        figure: The figure.
        to_file: File to write; its ending is the format.
        to_folder: Folder of the file; the working folder when None.

    Returns:
        The path of the file; in a notebook, the picture.

    Raises:
        ConfigurationError: The ending is that of no format.
        WriteError: The file cannot be written.
    """
    path = Path(to_folder or "") / to_file
    file_format = path.suffix.removeprefix(".").lower()
    if file_format not in figure.canvas.get_supported_filetypes():
        msg = f"`to_file` ends in a format such as `.png`, received: {show(to_file)}."
        raise ConfigurationError(msg)
    content = io.BytesIO()
    figure.savefig(content, format=file_format, dpi=_DPI, bbox_inches="tight")
    write_atomic_bytes(path, content.getvalue())
    return shown(path)
