"""What a training step would change, and samples put in the place of its batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synalinks._internal.json import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.contracts._records import Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Samples that a callback has put in the place of a batch, for one attempt."""

    x: Sequence[Any]
    """Inputs."""
    y: Sequence[Any] | None = None
    """Targets, one per input."""
    y_pred: Sequence[Any] | None = None
    """Predictions, one per input; the program is not called then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a step would change, before it is applied."""

    candidate: Candidate
    """The program that the optimizer would have from now on."""
    present: Candidate
    """The program as it is."""
    candidates: Sequence[Candidate] = ()
    """All that were tried in this attempt."""
    score: float | None = None
    """Mean reward of the candidate where it was measured; None if it was not."""

    @property
    def variables(self) -> Mapping[str, JsonObject]:
        """Learnable fields by variable path."""
        return self.candidate.values

    @property
    def edit_distance(self) -> int:
        """How much longer or shorter the changed values are, in characters of JSON."""
        changed = [
            abs(len(canonical(value)) - len(canonical(self.present.values[path])))
            or int(value != self.present.values[path])
            for path, value in self.candidate.values.items()
            if path in self.present.values
        ]
        return sum(changed)

    @property
    def is_change(self) -> bool:
        """Whether applying it would change the program at all."""
        return self.candidate.digest != self.present.digest
