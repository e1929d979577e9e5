"""Samples of a stream, kept where data larger than memory has room."""

from __future__ import annotations

import contextlib
import json
import mmap
from array import array
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, overload

from synalinks._internal.files import temporary_file
from synalinks._internal.json import dumps
from synalinks._internal.shape import is_list
from synalinks.data_models import JsonDataModel, schema_of
from synalinks.errors import WriteError
from synalinks.training._sample import Sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from synalinks._internal.json import JsonObject

# Up to here samples stay in memory, as JSON; beyond, they are in a file without a name.
_MEMORY_BYTES = 16 * 2**20
_CHUNK_BYTES = 2**20


class SampleStore:
    """Inputs and targets by number, of which eight bytes each stay in memory.

    Data that come in a stream are read once and to the end before anything is paid
    for: so they are all checked, they have a number each, and an epoch can have any
    order. What is more than memory should hold is written to a temporary file, which is
    gone with the process.
    """

    def __init__(self) -> None:
        self._starts = array("Q", [0])
        self._fresh = bytearray()
        self._file: BinaryIO | None = None
        self._content: bytes | mmap.mmap = b""
        self._schemas: list[JsonObject] = []

    def __len__(self) -> int:
        return len(self._starts) - 1

    def fill(self, pairs: Iterator[tuple[Any, Any]], limit: int | None = None) -> bool:
        """Take samples until there is a chunk to be written.

        Args:
            pairs: Inputs and targets, as data models, lists of them, or None.
            limit: The greatest number of samples to have in all.

        Returns:
            Whether there may be more.
        """
        room = None if limit is None else limit - len(self)
        for pair in islice(pairs, room):
            text = dumps([self._packed(part) for part in pair])
            self._fresh += text.encode()
            self._starts.append(self._starts[-1] + len(text.encode()))
            if len(self._fresh) >= _CHUNK_BYTES and self._starts[-1] > _MEMORY_BYTES:
                return True
        return False

    def flush(self) -> None:
        """Write what `fill` has taken.

        Raises:
            WriteError: There is no room for it.
        """
        try:
            if self._file is None:
                self._file = temporary_file()
            self._file.write(self._fresh)
            self._file.flush()  # a full disk shows here
        except OSError as error:
            if self._file is not None:
                with contextlib.suppress(OSError):  # what did not fit is tried again
                    self._file.close()
            msg = (
                f"{self._starts[-1]} bytes of samples do not fit the folder for "
                f"temporary files: {error.strerror or error}. Set `TMPDIR` to a larger "
                "one."
            )
            raise WriteError(msg) from error
        self._fresh = bytearray()

    def close(self) -> None:
        """Make the samples readable; none can be added any more."""
        if self._file is None:
            self._content, self._fresh = bytes(self._fresh), bytearray()
            return
        self.flush()
        with self._file as file:
            self._content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._file = None

    def read(self, number: int) -> tuple[Any, Any]:
        """Return the input and the target of a sample.

        Args:
            number: Its position in the stream.
        """
        text = self._content[self._starts[number] : self._starts[number + 1]]
        x, y = (self._unpacked(part) for part in json.loads(text))
        return x, y

    def _packed(self, value: Any) -> Any:
        if is_list(value):
            return [self._packed(part) for part in value]
        if value is None:
            return None
        schema: JsonObject = schema_of(value)
        if schema not in self._schemas:  # there are few
            self._schemas.append(schema)
        return {"schema": self._schemas.index(schema), "json": value.get_json()}

    def _unpacked(self, value: Any) -> Any:
        if is_list(value):
            return [self._unpacked(part) for part in value]
        if value is None:
            return None
        number: int = value["schema"]
        return JsonDataModel(schema=self._schemas[number], json=value["json"])


class StoredSamples(Sequence[Sample]):
    """Samples of a store, each made when it is asked for.

    Args:
        store: Has them.
        role: First part of their identities.
        rows: Their numbers in the store.
        numbers: The second parts of their identities; those of the store when None.
    """

    def __init__(
        self,
        store: SampleStore,
        role: str,
        rows: range | None = None,
        numbers: range | None = None,
    ) -> None:
        self._store = store
        self._role = role
        self._rows = range(len(store)) if rows is None else rows
        self._numbers = self._rows if numbers is None else numbers

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> StoredSamples: ...
    def __getitem__(self, index: int | slice) -> Sample | StoredSamples:
        if isinstance(index, slice):
            rows, numbers = self._rows[index], self._numbers[index]
            return StoredSamples(self._store, self._role, rows, numbers)
        x, y = self._store.read(self._rows[index])
        return Sample(id=f"{self._role}:{self._numbers[index]}", x=x, y=y)

    def ids(self) -> list[str]:
        """Return the identities, without reading the samples."""
        return [f"{self._role}:{number}" for number in self._numbers]

    def index_of(self, sample_id: str) -> int | None:
        """Return the position of a sample, or None if it is not here.

        Args:
            sample_id: Its identity.
        """
        role, _, number = sample_id.rpartition(":")
        if role != self._role or not number.isdigit():
            return None
        numbers = self._numbers
        return numbers.index(int(number)) if int(number) in numbers else None

    def renamed(self, role: str) -> StoredSamples:
        """Return the same samples with identities of another role, counted from 0.

        Args:
            role: The role.
        """
        return StoredSamples(self._store, role, self._rows, range(len(self)))
