"""`ManifestRow`: what is known of a saved program, and the file that lists them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from synalinks._internal.files import append_text
from synalinks._internal.json import dumps
from synalinks._internal.shape import is_dict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject

MANIFEST_NAME = "checkpoints.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestRow:
    """One line of `checkpoints.jsonl`: a program that was saved."""

    name: str
    """File name."""
    reason: str
    """Why it was saved: `epoch`, `batch`, `best`, `last`, `error`, `manual`, ..."""
    epoch: int
    """Index of the epoch, from 0."""
    batch: int
    """Index of the batch in the epoch, from 0."""
    step: int
    """Training steps completed in the life of the optimizer."""
    digest: str
    """Digest of the learnable fields of the variables in the file."""
    program_path: str | None = None
    """Program file, relative to the folder of the manifest."""
    variables_path: str | None = None
    """Variables file, relative to the folder of the manifest."""
    state_path: str | None = None
    """Folder in which the run is saved, absolute; None where it is not."""
    metrics: Mapping[str, float] = field(default_factory=dict[str, float])
    """Logs at the time; values that were measured on other variables are left out."""
    monitor: str | None = None
    """The value that decided that it was saved."""
    bytes: int = 0
    """Size of the file."""
    created_at: str = ""
    """Time of saving, in ISO 8601, UTC."""
    run_id: str | None = None
    """The run in which it was saved."""

    @property
    def path(self) -> str | None:
        """The file, relative to the folder of the manifest."""
        return self.program_path or self.variables_path

    def as_json(self) -> JsonObject:
        """Return the row as JSON."""
        return asdict(self)


def append_to_manifest(folder: Path, row: ManifestRow) -> None:
    """Add a row to `checkpoints.jsonl`; it is on disk when this returns.

    A run that is gone on with may save again what it had saved: that is one row.

    Args:
        folder: Where the manifest is.
        row: The row.
    """
    if row.run_id is not None and any(
        replace(one, created_at=row.created_at) == row for one in read_manifest(folder)
    ):
        return
    append_text(folder / MANIFEST_NAME, f"{dumps(row.as_json())}\n")


def read_manifest(folder: str | Path) -> list[ManifestRow]:
    """Return the rows of `checkpoints.jsonl`, oldest first.

    Lines that are no rows, such as one that was cut in half, are passed over.

    Args:
        folder: Where the manifest is.

    Returns:
        The rows; none if there is no manifest.
    """
    path = Path(folder) / MANIFEST_NAME
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [row for row in map(_row_of, lines) if row is not None]


def _row_of(line: str) -> ManifestRow | None:
    try:
        content = json.loads(line)
    except ValueError:
        return None
    if not is_dict(content):
        return None
    known = {one.name for one in fields(ManifestRow)}
    try:
        return ManifestRow(**{key: content[key] for key in known & content.keys()})
    except TypeError:  # a field is missing
        return None
