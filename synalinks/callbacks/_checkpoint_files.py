"""How often and where `ProgramCheckpoint` writes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from synalinks._internal.checks import check_count
from synalinks.callbacks._cadence import Cadence
from synalinks.errors import ConfigurationError, WriteError

if TYPE_CHECKING:
    from pathlib import Path


def cadence_of(every: Any, save_freq: Any, every_n_epochs: Any) -> Cadence | None:
    """Return how often to save.

    Args:
        every: A cadence string, or None.
        save_freq: `"epoch"` or a number of batches.
        every_n_epochs: A number of epochs; 0 for never.

    Returns:
        The cadence; None for never.

    Raises:
        ConfigurationError: More than one is given, or one is malformed.
    """
    check_count("every_n_epochs", every_n_epochs)
    given = [
        name
        for name, is_given in (
            ("every", every is not None),
            ("save_freq", save_freq != "epoch"),
            ("every_n_epochs", every_n_epochs != 1),
        )
        if is_given
    ]
    if len(given) > 1:
        msg = f"Give one of `{given[0]}` and `{given[1]}`: both say how often to save."
        raise ConfigurationError(msg)
    if every is not None:
        return Cadence(every)
    if save_freq != "epoch":
        check_count("save_freq", save_freq, at_least=1)
        return Cadence(f"{save_freq}ba")
    return Cadence(f"{every_n_epochs}ep") if every_n_epochs else None


def check_place(filepath: Path, folder: Path) -> None:
    """Make a folder, and refuse a place where no file can be written.

    Args:
        filepath: The path given by the user.
        folder: The folder.

    Raises:
        WriteError: The folder cannot be made or written to, or the path is a folder.
    """
    if filepath.is_dir():
        msg = (
            f"`filepath` is a folder: `{filepath}`. Give the path of a file in it, "
            f"such as `{filepath / 'checkpoint.json'}`."
        )
        raise WriteError(msg)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"Cannot make the folder `{folder}`: {error.strerror or error}."
        raise WriteError(msg) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        msg = f"Cannot write into the folder `{folder}`."
        raise WriteError(msg)


def link(last: Path, target: Path) -> None:
    """Make a file a symbolic link to another, in one step.

    Args:
        last: What becomes the link.
        target: What it leads to.

    Raises:
        WriteError: The link could not be made.
    """
    temporary = last.with_name(f".{last.name}.link")
    temporary.unlink(missing_ok=True)
    try:
        temporary.symlink_to(os.path.relpath(target, last.parent))
        temporary.replace(last)
    except OSError as error:
        msg = f"Cannot link `{last}` to `{target}`: {error.strerror or error}."
        raise WriteError(msg) from error
