"""Samples of several roles, by their identities and by their sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, overload

from synalinks.training._sample_store import StoredSamples

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from synalinks.training._sample import Sample


class SampleIndex(Mapping[str, "tuple[Any, Any]"]):
    """Inputs and targets by the identity of the sample; stored ones stay stored.

    Args:
        parts: The samples, by role.
    """

    def __init__(self, parts: Iterable[Sequence[Sample]]) -> None:
        self.parts = list(parts)
        self._stored = [part for part in self.parts if isinstance(part, StoredSamples)]
        others = (part for part in self.parts if not isinstance(part, StoredSamples))
        self._present = {one.id: one for one in chain.from_iterable(others)}

    def sample(self, sample_id: str) -> Sample | None:
        """Return a sample, or None.

        Args:
            sample_id: Its identity.
        """
        for part in self._stored:
            index = part.index_of(sample_id)
            if index is not None:
                return part[index]
        return self._present.get(sample_id)

    def samples(self) -> Iterator[Sample]:
        """Yield all samples, in order, each once."""
        for part in self.parts:
            is_stored = isinstance(part, StoredSamples)
            yield from (
                one for one in part if is_stored or self._present[one.id] is one
            )

    def __getitem__(self, sample_id: str) -> tuple[Any, Any]:
        sample = self.sample(sample_id)
        if sample is None:
            raise KeyError(sample_id)
        return sample.x, sample.y

    def __iter__(self) -> Iterator[str]:
        return (one.id for one in self.samples())

    def __len__(self) -> int:
        return sum(map(len, self._stored)) + len(self._present)


class Column(Sequence[Any]):
    """The inputs or the targets of samples, as a list is read.

    Args:
        samples: The samples.
        side: `"x"` or `"y"`.
    """

    def __init__(self, samples: Sequence[Sample], side: Literal["x", "y"]) -> None:
        self._samples = samples
        self._side: Literal["x", "y"] = side

    def __len__(self) -> int:
        return len(self._samples)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Column: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return Column(self._samples[index], self._side)
        return getattr(self._samples[index], self._side)
