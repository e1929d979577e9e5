"""Samples with stable identities, from whatever the user passes as `x` and `y`."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from typing import Any

from synalinks._internal.json import digest_of_list
from synalinks._internal.rng import stream
from synalinks._internal.shape import is_dict, is_row
from synalinks.data_models import DataModel, JsonDataModel, plain_json
from synalinks.datasets import Dataset, is_frame
from synalinks.errors import ConfigurationError, show
from synalinks.training._frame_data import read_frames
from synalinks.training._sample import Sample
from synalinks.training._sample_store import SampleStore, StoredSamples


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Samples that make one training step, or one batch of an evaluation."""

    index: int
    """Position in the epoch, from 0."""
    samples: tuple[Sample, ...]
    """At least one."""

    @property
    def x(self) -> list[Any]:
        """The inputs."""
        return [sample.x for sample in self.samples]

    @property
    def y(self) -> list[Any] | None:
        """The targets, or None if there are none."""
        targets = [sample.y for sample in self.samples]
        return None if all(target is None for target in targets) else targets


class Feed:
    """The samples of one role, in batches.

    Args:
        samples: All samples.
        batch_size: Samples in a batch; the last one may be smaller.
        max_batches: Batches used of an epoch; None for all.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        *,
        batch_size: int,
        max_batches: int | None = None,
    ) -> None:
        self.samples = samples
        self.batch_size = batch_size
        self.max_batches = max_batches
        n_batches = -(-len(self.samples) // batch_size)
        self.n_batches: int = min(n_batches, max_batches or n_batches)

    def batches(self, *, seed: int | None = None, epoch: int = 0) -> Iterator[Batch]:
        """Yield the batches of an epoch.

        Args:
            seed: Seed of the order; None for the order of the data.
            epoch: Index of the epoch; each has an order of its own.

        Yields:
            `n_batches` batches.
        """
        order: Sequence[int] = range(len(self.samples))
        if seed is not None:
            order = array("Q", order)
            stream(seed, "shuffle", epoch).shuffle(order)
        for index in range(self.n_batches):
            start = index * self.batch_size
            places = order[start : start + self.batch_size]
            yield Batch(
                index=index, samples=tuple(self.samples[place] for place in places)
            )

    def used(self) -> Sequence[Sample]:
        """Return the samples of all batches, in the order of the data."""
        return self.samples[: self.n_batches * self.batch_size]


def make_samples(
    x: Any, y: Any, *, role: str, argument: str = "x", program: Any = None
) -> Sequence[Sample]:
    """Return samples from what the user passed.

    Args:
        x: A list or array of data models, a table of pandas, or a dataset or generator
            that yields `(x,)` or `(x, y)` batches.
        y: A list or array of data models, or a table; None with a dataset or without
            targets.
        role: First part of the identities: `train`, `val`, ...
        argument: How the user calls `x`, for messages.
        program: Tells which fields the columns of tables are.

    Raises:
        ConfigurationError: There are no samples, `x` and `y` differ in length, or an
            element is no data model.
    """
    x, y = read_frames(program, x, y, argument)
    if isinstance(x, SampleStore) or _is_stream(x):
        if y is not None:
            msg = (
                f"`{argument}` is a dataset or generator, which yields its own "
                "targets: leave `y` out."
            )
            raise ConfigurationError(msg)
        store = x if isinstance(x, SampleStore) else _stored(x, argument)
        _check_filled(store, argument)
        return StoredSamples(store, role)
    inputs, targets = _read(x, y, argument)
    _check_filled(inputs, argument)
    if targets is not None and len(inputs) != len(targets):
        other = argument.replace("x", "y")
        msg = (
            f"`{argument}` and `{other}` differ in length: {len(inputs)} inputs, "
            f"{len(targets)} targets. Each input needs one target."
        )
        raise ConfigurationError(msg)
    return [
        Sample(
            id=f"{role}:{index}",
            x=_checked(one, f"{argument}[{index}]"),
            y=None
            if targets is None or targets[index] is None
            else _checked(targets[index], f"{argument.replace('x', 'y')}[{index}]"),
        )
        for index, one in enumerate(inputs)
    ]


async def store_stream(x: Any, argument: str = "x", limit: int | None = None) -> Any:
    """Return a dataset or generator read to its end, anything else as it is.

    The files of a dataset are read in a thread. A generator of the user's stays where
    it was made; what it yields is written in a thread.

    Args:
        x: What was passed as inputs.
        argument: How the user calls it, for messages.
        limit: How many samples are enough.

    Raises:
        ConfigurationError: It yields something else than batches of data models.
        WriteError: There is no room for what does not fit into memory.
    """
    if is_frame(x) or not _is_stream(x):
        return x
    if isinstance(x, Dataset):
        return await asyncio.to_thread(_stored, x, argument, limit)
    store, pairs = SampleStore(), _pairs(x, argument)
    while store.fill(pairs, limit):
        await asyncio.to_thread(store.flush)
    await asyncio.to_thread(store.close)
    return store


def _stored(x: Any, argument: str, limit: int | None = None) -> SampleStore:
    store, pairs = SampleStore(), _pairs(x, argument)
    while store.fill(pairs, limit):
        store.flush()
    store.close()
    return store


def _check_filled(samples: Sized, argument: str) -> None:
    if not len(samples):
        msg = f"`{argument}` is empty: expected at least one sample."
        raise ConfigurationError(msg)


def _read(x: Any, y: Any, argument: str) -> tuple[list[Any], list[Any] | None]:
    if _is_sequence(x):
        if y is not None and not _is_sequence(y):
            msg = (
                f"`{argument.replace('x', 'y')}` is a list or array of data models, "
                f"received: {show(y)}."
            )
            raise ConfigurationError(msg)
        return list(x), None if y is None else list(y)
    is_single = isinstance(x, (DataModel, JsonDataModel, dict))
    hint = " Put it in a list." if is_single else ""
    msg = (
        f"`{argument}` is a list or array of data models, or a dataset or "
        f"generator of `(x, y)` batches; received: {show(x)} of type "
        f"`{type(x).__name__}`.{hint}"
    )
    raise ConfigurationError(msg)


def _is_stream(value: object) -> bool:
    is_single = isinstance(value, (str, bytes, dict, DataModel, JsonDataModel))
    return isinstance(value, Iterable) and not is_single and not _is_sequence(value)


def _pairs(batches: Iterable[Any], argument: str) -> Iterator[tuple[Any, Any]]:
    """Yield the inputs of batches with their targets, or with None.

    Raises:
        ConfigurationError: A batch is something else.
    """
    n_before = 0
    for index, batch in enumerate(batches):
        if not is_row(batch) or len(batch) not in (1, 2):
            msg = (
                f"Batch {index} of `{argument}` is not `(x,)` or `(x, y)` with lists "
                f"or arrays of data models, received: {show(batch)}."
            )
            raise ConfigurationError(msg)
        columns = [_column(column, index, argument) for column in batch]
        if len({len(column) for column in columns}) > 1:
            msg = (
                f"Batch {index} of `{argument}` has {len(columns[0])} inputs and "
                f"{len(columns[1])} targets."
            )
            raise ConfigurationError(msg)
        for number, pair in enumerate(zip(*columns, strict=True), start=n_before):
            x, y = (*pair, None)[:2]
            name = argument.replace("x", "y")
            yield (
                _checked(x, f"{argument}[{number}]"),
                None if y is None else _checked(y, f"{name}[{number}]"),
            )
        n_before += len(columns[0])


def _column(value: Any, index: int, argument: str) -> list[Any]:
    if not _is_sequence(value):
        msg = (
            f"Batch {index} of `{argument}` holds {show(value)} of type "
            f"`{type(value).__name__}` where a list or array of data models is "
            "expected. A single sample is a batch too: yield `([x], [y])`."
        )
        raise ConfigurationError(msg)
    return list(value)


def _is_sequence(value: Any) -> bool:
    is_array = type(value).__module__.partition(".")[0] == "numpy" and value.ndim == 1
    return is_array or is_row(value)


def _checked(value: Any, where: str) -> Any:
    if isinstance(value, JsonDataModel):
        return value
    if isinstance(value, DataModel):
        return value.to_json_data_model()
    if is_row(value):
        return [_part(part, f"{where}[{i}]") for i, part in enumerate(value)]
    if is_dict(value) and any(map(_is_value, value.values())):
        return {key: _part(part, f"{where}[{key!r}]") for key, part in value.items()}
    msg = (
        f"`{where}` is no data model but {show(value)} of type "
        f"`{type(value).__name__}`. Make it an instance of a `synalinks.DataModel`."
    )
    raise ConfigurationError(msg)


def _part(value: Any, where: str) -> Any:
    # Of several inputs or outputs some may be missing: a branch that is not taken.
    return None if value is None else _checked(value, where)


def _is_value(value: Any) -> bool:
    return isinstance(value, (DataModel, JsonDataModel))


def ids_of(samples: Sequence[Sample]) -> list[str]:
    """Return the identities of samples, in order.

    Args:
        samples: The samples.
    """
    if isinstance(samples, StoredSamples):
        return samples.ids()
    return [one.id for one in samples]


def renamed(samples: Sequence[Sample], role: str) -> Sequence[Sample]:
    """Return samples with identities of another role, counted from 0.

    Args:
        samples: The samples.
        role: The role.
    """
    if isinstance(samples, StoredSamples):
        return samples.renamed(role)
    return [
        Sample(id=f"{role}:{index}", x=one.x, y=one.y)
        for index, one in enumerate(samples)
    ]


def fingerprint(samples: Iterable[Sample]) -> str:
    """Return a digest of samples' identities and content.

    Args:
        samples: The samples.
    """
    return digest_of_list(
        [one.id, plain_json(one.x), plain_json(one.y)] for one in samples
    )
