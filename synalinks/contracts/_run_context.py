"""`RunContext`: what the runs of an experiment, and their callbacks, share."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, MutableMapping  # noqa: TC003 - fields of a dataclass
from dataclasses import asdict, dataclass, field
from pathlib import Path  # noqa: TC003 - as above
from typing import TYPE_CHECKING, Any

from synalinks.contracts._records import Usage

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject


@dataclass(slots=True, kw_only=True)
class RunContext:
    """Where a run belongs; callbacks find it as `self.trainer.ctx`.

    Given to `fit(ctx=...)`. All fields but `parent` are JSON, or paths.
    """

    output_dir: Path | None = None
    """Folder for what the run leaves."""
    config: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Settings of the experiment."""
    run_key: str | None = None
    """Name of the run in the experiment."""
    run_config: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Settings of the run."""
    group_name: str | None = None
    """Name of the runs that it is compared with."""
    seed: int | None = None
    """Seed of the run."""
    replicate: int = 0
    """Index of the run among those that differ by the seed only."""
    parent: RunContext | None = None
    """The context of the experiment."""
    ids: MutableMapping[str, str] = field(default_factory=ChainMap[str, str])
    """Identities in other systems, such as a tracking server's; those of the parent can
    be read too."""
    extras: dict[str, Any] = field(default_factory=dict[str, Any])
    """What callbacks leave for each other."""
    usage: Usage = field(default_factory=Usage)
    """What the run has taken; complete at its end."""

    def child(self, run_key: str, **fields: Any) -> RunContext:
        """Return the context of a run of this experiment.

        Args:
            run_key: Name of the run.
            fields: Further fields; those left out are the parent's, or empty.
        """
        inherited: dict[str, Any] = {
            "output_dir": self.output_dir,
            "config": self.config,
            "group_name": self.group_name,
            "seed": self.seed,
        }
        ids = ChainMap[str, str]({}, self.ids)
        given = {**inherited, **fields}
        return RunContext(parent=self, run_key=run_key, ids=ids, **given)

    def as_json(self) -> JsonObject:
        """Return the context as JSON, without its parent."""
        return {
            "output_dir": None if self.output_dir is None else str(self.output_dir),
            "config": dict(self.config),
            "run_key": self.run_key,
            "run_config": dict(self.run_config),
            "group_name": self.group_name,
            "seed": self.seed,
            "replicate": self.replicate,
            "ids": dict(self.ids),
            "extras": dict(self.extras),
            "usage": asdict(self.usage),
        }
