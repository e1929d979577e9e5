"""Rows of the sections of Markdown files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from synalinks.datasets._folder_dataset import FolderDataset

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from synalinks._internal.json import JsonObject

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)$")


class MarkdownDataset(FolderDataset):
    """A row per section of Markdown files: `title`, `level`, `text`, `line` and `path`.

    See `parse_markdown_sections` for what a section is.

    Args:
        path: The folder, whose folders are searched, too; or one file.
        pattern: What the names of the files look like; None for `*.md`.
        **arguments: As for `Dataset`.

    Raises:
        ConfigurationError: There is no such file, or none in the folder.
    """

    usual_pattern = "*.md"

    def _rows_of(self, file: Path, text: str) -> Iterator[tuple[str, JsonObject]]:
        for section in parse_markdown_sections(text):
            yield f"{file}:{section['line']}", {**section, "path": str(file)}


def parse_markdown_sections(text: str) -> list[JsonObject]:
    """Return the sections of a Markdown text, in order.

    A section goes from a heading of the form `# Title` to the next one of any level;
    what looks like a heading in a fenced block of code is code. Text before the first
    heading is a section without a title, of level 0.

    Args:
        text: The text.

    Returns:
        Dicts of `title`; `level`, from 1 to 6; `text`, without the heading and without
        empty lines around it; and `line`, the number of the heading's line, from 1.
    """
    sections: list[JsonObject] = [{"title": "", "level": 0, "text": "", "line": 1}]
    bodies: list[list[str]] = [[]]
    fence = ""
    for number, line in enumerate(text.splitlines(), start=1):
        fence = _fence_after(line, fence)
        heading = None if fence else _HEADING.match(line)
        if heading is None:
            bodies[-1].append(line)
            continue
        title, level = heading[2] or "", len(heading[1])
        sections.append({"title": title, "level": level, "text": "", "line": number})
        bodies.append([])
    for section, body in zip(sections, bodies, strict=True):
        section["text"] = "\n".join(body).strip("\n")
    return sections if sections[0]["text"].strip() else sections[1:]


def _fence_after(line: str, fence: str) -> str:
    """Return the fence that is open after a line; empty if none is."""
    found = _FENCE.match(line)
    if found is None:
        return fence
    mark, info = found.groups()
    if not fence:
        return "" if mark[0] == "`" and "`" in info else mark
    closes = mark.startswith(fence) and not info.strip()
    return "" if closes else fence
