"""`ExperimentFolder`: what an experiment leaves on disk, and is gone on with.

```
output_dir/
  lock                     held by the process that runs the experiment
  experiment.json          who it is: arms, runs, ids in other systems, how it ended
  runs/<run>/
    backup/                the training: journal and snapshots
    answers/               journal of the benchmarks, and which of them were told
    predictions/           a line per sample of each score on a benchmark
    final.variables.json   the program that training left
    result.json            how the run ended; there only when it has
```
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synalinks._internal.files import AppendFile, is_locked, write_atomic
from synalinks._internal.json import dumps
from synalinks._internal.shape import is_dict
from synalinks.contracts import ArmResult
from synalinks.errors import BackupLockedError, ConfigurationError, FileFormatError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synalinks._internal.json import JsonObject

CARD_NAME = "experiment.json"
_RESULT_NAME = "result.json"
_LOCK_NAME = "lock"
_FORMAT = 1


@dataclass(slots=True, kw_only=True)
class ExperimentCard:
    """Who an experiment is, and how far it has come."""

    name: str
    """Its name."""
    created_at: str
    """When it began, in ISO 8601, UTC."""
    seed: int
    """Seed of the first replicates."""
    n_repeats: int = 1
    """Runs of each arm."""
    success_metric: str
    """What arms are compared by."""
    direction: str = "up"
    """`up` if higher is better, else `down`."""
    arms: dict[str, str] = field(default_factory=dict[str, str])
    """What identifies each arm, by its name."""
    runs: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """The runs, as they were planned."""
    ids: dict[str, str] = field(default_factory=dict[str, str])
    """Identities in other systems."""
    seconds: float = 0.0
    """Seconds on the wall, over all processes that have come to an end."""
    status: str = "running"
    """`running`, `completed`, `failed` or `cancelled`."""
    format: int = _FORMAT
    """Version of the file."""


class ExperimentFolder:
    """The files of one experiment. All methods block; call them in a thread.

    Args:
        path: The folder, which need not be there yet.
    """

    def __init__(self, path: str | Path) -> None:
        self.path: Path = Path(path)
        self._lock: AppendFile | None = None

    def open(self) -> None:
        """Take the folder for this process.

        Raises:
            ConfigurationError: It is a file.
            BackupLockedError: Another process holds it.
        """
        self.path = self.path.absolute()  # the process may change its folder
        if self.path.exists() and not self.path.is_dir():
            msg = f"`output_dir` is a folder, `{self.path}` is a file."
            raise ConfigurationError(msg)
        self.path.mkdir(parents=True, exist_ok=True)
        self._lock = AppendFile.lock(self.path / _LOCK_NAME, n_tries=10)
        if self._lock is None:
            msg = (
                f"Another process runs the experiment in `{self.path}`. Wait for its "
                "end, stop it, or take another `output_dir`."
            )
            raise BackupLockedError(msg)

    def close(self) -> None:
        """Give the folder back."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def is_held(self) -> bool:
        """Return whether some process runs the experiment."""
        path = self.path / _LOCK_NAME
        return path.exists() and is_locked(path) is not False

    def run_dir(self, key: str) -> Path:
        """Return the folder of a run.

        Args:
            key: Name of the run.
        """
        return self.path / "runs" / key

    def run_dirs(self) -> dict[str, Path]:
        """Return the folders of all runs so far, by name."""
        runs = self.path / "runs"
        found = sorted(runs.iterdir()) if runs.is_dir() else []
        return {path.name: path for path in found if path.is_dir()}

    def write_card(self, card: ExperimentCard) -> None:
        """Write who the experiment is.

        Args:
            card: The card.

        Raises:
            WriteError: It could not be written.
        """
        write_atomic(self.path / CARD_NAME, dumps(asdict(card), indent=2) + "\n")

    def read_card(self) -> ExperimentCard | None:
        """Return who the experiment is; None if there is none.

        Raises:
            FileFormatError: The file is damaged, or of a newer release.
        """
        content = _read_json(self.path / CARD_NAME)
        if content is None:
            return None
        if content.get("format", 0) > _FORMAT:
            msg = (
                f"`{self.path / CARD_NAME}` is of format {content['format']}, and this "
                f"release reads {_FORMAT}: go on with the release that wrote it."
            )
            raise FileFormatError(msg)
        known = {one.name for one in fields(ExperimentCard)}
        return ExperimentCard(**{k: v for k, v in content.items() if k in known})

    def write_result(self, arm: ArmResult) -> None:
        """Write how a run ended: it is not run again.

        Args:
            arm: How it ended.

        Raises:
            WriteError: It could not be written.
        """
        path = self.run_dir(arm.name) / _RESULT_NAME
        write_atomic(path, dumps(arm.as_json(), indent=2) + "\n")

    def read_result(self, key: str) -> ArmResult | None:
        """Return how a run ended; None if it has not.

        Args:
            key: Name of the run.

        Raises:
            FileFormatError: The file is damaged.
        """
        folder = self.run_dir(key)
        content = _read_json(folder / _RESULT_NAME)
        return None if content is None else ArmResult.from_json(content, folder)


def find_experiments(folder: str | Path) -> list[Path]:
    """Return the folders of experiments at or below a folder, in order.

    Args:
        folder: Where to look.
    """
    return sorted(card.parent for card in Path(folder).rglob(CARD_NAME))


def predictions_path(run_dir: Path, benchmark: str, step: int | None) -> Path:
    """Return where the rows of a score are.

    Args:
        run_dir: Folder of the run.
        benchmark: Name of the benchmark.
        step: Training steps completed; None after training.
    """
    stem = benchmark if step is None else f"{benchmark}@{step}"
    return run_dir / "predictions" / f"{stem}.jsonl"


def read_predictions(
    run_dir: Path, benchmark: str, step: int | None = None
) -> Iterator[JsonObject]:
    """Yield the rows of a score.

    Args:
        run_dir: Folder of the run.
        benchmark: Name of the benchmark.
        step: Training steps completed; None after training.

    Yields:
        One row per sample; none where there was no such score.
    """
    path = predictions_path(run_dir, benchmark, step)
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def _read_json(path: Path) -> JsonObject | None:
    if not path.exists():
        return None
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"`{path}` cannot be read: {error}. Put it back from a copy."
        raise FileFormatError(msg) from error
    if not is_dict(content):
        msg = f"`{path}` holds no object: put it back from a copy."
        raise FileFormatError(msg)
    return content
