"""What a docstring says of a function and of its arguments."""

from __future__ import annotations

import inspect
import re

_SECTION = re.compile(r"(Args|Arguments|Parameters|Params):\s*")
# Any heading after the arguments, such as `Returns:`, at the depth of that of theirs.
_HEADING = re.compile(r"[A-Z][\w ]*:\s*")
_ARGUMENT = re.compile(r"\*{0,2}(\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)")
_SPHINX = re.compile(r":param\s+(?:[^:]*\s)?\*{0,2}(\w+)\s*:\s*(.*)")
_SPHINX_FIELD = re.compile(r":\w+[^:]*:")


def read_docstring(function: object) -> tuple[str, dict[str, str]]:
    """Return what a function does, and what its docstring says of each argument.

    Google's form (`Args:`) and that of Sphinx (`:param name:`) are understood.

    Args:
        function: A function.
    """
    lines = inspect.cleandoc(getattr(function, "__doc__", None) or "").splitlines()
    summary: list[str] = []
    google: list[str] = []
    sphinx: list[str] = []
    current = summary
    for line in lines:
        if _SECTION.fullmatch(line):
            current = google
        elif _SPHINX_FIELD.match(line):
            current = sphinx
            current.append(line)
        elif _HEADING.fullmatch(line):
            current = []
        else:
            current.append(line)
    found = {**_entries(google, _ARGUMENT), **_entries(sphinx, _SPHINX)}
    return " ".join(" ".join(summary).split()), found


def _entries(lines: list[str], pattern: re.Pattern[str]) -> dict[str, str]:
    """Return the text of each entry; deeper lines go on with the one before."""
    filled = [line for line in lines if line.strip()]
    depth = min((_indent(line) for line in filled), default=0)
    entries: dict[str, str] = {}
    name = ""
    for line in filled:
        found = pattern.match(line.strip()) if _indent(line) == depth else None
        if found:
            name = found[1]
            entries[name] = found[2].strip()
        elif name and _indent(line) > depth:
            entries[name] = f"{entries[name]} {line.strip()}".strip()
        else:
            name = ""
    return entries


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
