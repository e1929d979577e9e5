"""Program and variables files: read, checked, written whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synalinks._internal.files import write_atomic
from synalinks._internal.json import dumps
from synalinks._internal.shape import is_dict
from synalinks.errors import ConfigurationError, FileFormatError, show
from synalinks.version import __version__

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject

FORMAT_VERSION = 1
_VARIABLES_SUFFIX = ".variables.json"


def checked_path(filepath: str | Path, *, holds_variables: bool) -> Path:
    """Return the path of a file to save or load.

    Args:
        filepath: Must end in `.variables.json` for variables, `.json` for programs.
        holds_variables: Which of the two it is.

    Raises:
        ConfigurationError: The name ends otherwise.
    """
    path = Path(filepath)
    names_variables = path.name.endswith(_VARIABLES_SUFFIX)
    if holds_variables and not names_variables:
        msg = (
            f"The name of a variables file ends in `{_VARIABLES_SUFFIX}`, "
            f"received: {show(str(path))}."
        )
        raise ConfigurationError(msg)
    if not holds_variables and (names_variables or not path.name.endswith(".json")):
        msg = (
            f"The name of a program file ends in `.json` and not in "
            f"`{_VARIABLES_SUFFIX}`, received: {show(str(path))}."
        )
        raise ConfigurationError(msg)
    return path


def write_document(path: Path, content: JsonObject, *, overwrite: bool) -> None:
    """Write a JSON document with its format version, atomically.

    Args:
        path: Where to write.
        content: The document.
        overwrite: Whether a file that is there may be replaced.

    Raises:
        ConfigurationError: The file is there and `overwrite` is False.
        WriteError: The file could not be written.
    """
    if path.exists() and not overwrite:
        msg = f"`{path}` exists, and `overwrite=False`. Choose another name."
        raise ConfigurationError(msg)
    write_atomic(path, document_text(content))


def document_text(content: JsonObject) -> str:
    """Return a JSON document with its format version, as files have it.

    Args:
        content: The document.
    """
    head = {"format_version": FORMAT_VERSION, "synalinks_version": __version__}
    document: JsonObject = {**head, **content}
    return f"{dumps(document, indent=2)}\n"


def read_document(path: Path, required: tuple[str, ...]) -> JsonObject:
    """Read a JSON document that this release understands.

    Args:
        path: The file.
        required: Keys that it must have.

    Returns:
        The document.

    Raises:
        FileFormatError: The file is missing, damaged, foreign, or of a newer format.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        msg = f"There is no file `{path}` (looked in `{path.parent.absolute()}`)."
        raise FileFormatError(msg) from error
    except (OSError, UnicodeDecodeError) as error:
        msg = f"`{path}` cannot be read as text: {error}."
        raise FileFormatError(msg) from error
    return parse_document(text, str(path), required)


def parse_document(text: str, source: str, required: tuple[str, ...]) -> JsonObject:
    """Return a JSON document that this release understands.

    Args:
        text: The document.
        source: Where it came from, for messages.
        required: Keys that it must have.

    Raises:
        FileFormatError: The text is damaged, foreign, or of a newer format.
    """
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = getattr(error, "lineno", None)
        at = f" at line {where}" if where else ""
        msg = (
            f"`{source}` is no complete JSON document{at}: {error} "
            f"({len(text)} characters). It may be cut off or edited by hand; restore "
            "it from a copy."
        )
        raise FileFormatError(msg) from error
    if not is_dict(document) or any(key not in document for key in required):
        msg = (
            f"`{source}` is not a file that synalinks wrote: expected an object with "
            f"{', '.join(f'`{key}`' for key in required)}, found: {show(document)}."
        )
        raise FileFormatError(msg)
    found = document
    version = found.get("format_version", FORMAT_VERSION)
    if type(version) is not int or not 1 <= version <= FORMAT_VERSION:
        msg = (
            f"`{source}` has format version {show(version)}, this release reads up to "
            f"{FORMAT_VERSION}. It was written by synalinks "
            f"{show(found.get('synalinks_version', 'of unknown version'))}: upgrade."
        )
        raise FileFormatError(msg)
    return found
