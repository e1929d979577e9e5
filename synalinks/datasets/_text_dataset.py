"""Rows of text files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synalinks.datasets._folder_dataset import FolderDataset

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from synalinks._internal.json import JsonObject


class TextDataset(FolderDataset):
    """A row per text file: `text`, `label`, `name` and `path`.

    `label` is the name of the folder that the file is in, as in `billing/0001.txt`;
    `name` is that of the file without its suffix. Files are read when they are needed.

    Args:
        path: The folder, whose folders are searched, too; or one file.
        pattern: What the names of the files look like; None for `*.txt`.
        **arguments: As for `Dataset`.

    Raises:
        ConfigurationError: There is no such file, or none in the folder.

    Example:
        ```python
        dataset = synalinks.datasets.TextDataset(
            "messages",  # messages/billing/0001.txt, messages/delivery/0001.txt, ...
            input_data_model=Message,  # has a field `text`
            output_data_model=Topic,
            output_template='{"topic": "{{ label }}"}',
        )
        ```
    """

    usual_pattern = "*.txt"

    def _rows_of(self, file: Path, text: str) -> Iterator[tuple[str, JsonObject]]:
        row = {
            "text": text,
            "label": file.parent.name,
            "name": file.stem,
            "path": str(file),
        }
        yield str(file), row
