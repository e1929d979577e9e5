"""Vectors of texts that were embedded before, and of those that are being embedded."""

from __future__ import annotations

import asyncio
import base64
from array import array
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from synalinks._internal import context
from synalinks._internal.aio import gather_ordered
from synalinks._internal.journal import Position
from synalinks._internal.store import shared_store
from synalinks.errors import warn
from synalinks.language_models._kept import to_usage
from synalinks.language_models._per_loop import PerLoop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks._internal.store import Store
    from synalinks.contracts import Usage
    from synalinks.language_models._ledger import UsageLedger

Vector: TypeAlias = "array[float]"
Keep: TypeAlias = "Callable[[Mapping[str, Embedded]], Awaitable[None]]"
Embed: TypeAlias = "Callable[[list[str], Keep], Awaitable[None]]"
_Pending: TypeAlias = "dict[str, asyncio.Future[Vector]]"

_MAX_IN_MEMORY = 10_000


class Embedded(NamedTuple):
    """A vector that was just made."""

    vector: Sequence[float]
    """Of length `n_dims`."""
    usage: Usage | None = None
    """What its request took; with one of the vectors of that."""


class VectorCache:
    """Keeps vectors; equal texts at the same time are embedded once.

    A run that keeps a journal finds there what it embedded before it was interrupted,
    and what that took: it is counted as if it were taken now.

    Args:
        ledger: Where that is counted.
        in_memory: Whether to keep vectors as long as this object lives, the 10,000
            latest.
        folder: Folder to keep vectors in, or None. Processes may share it.
    """

    def __init__(
        self, ledger: UsageLedger, *, in_memory: bool, folder: str | None
    ) -> None:
        self._ledger = ledger
        self._memory: dict[str, Vector] | None = {} if in_memory else None
        self._folder = folder
        self._store: Store | None = None  # opened at the first call, in a thread
        self._pending: PerLoop[_Pending] = PerLoop(dict)

    async def get_or_embed(
        self, keys: Mapping[str, str], embed: Embed
    ) -> tuple[dict[str, Vector], int]:
        """Return a vector for each text, and how many cost the run nothing.

        Args:
            keys: The texts, each with what identifies it.
            embed: Embeds some of the texts, if need be, and hands the vectors over as
                they come: those stay known also if it fails later.
        """
        journal = context.journal.get()
        if self._memory is None and self._folder is None and journal is None:
            return await _embed_all(list(keys), embed), 0
        found: dict[str, Vector] = {}
        n_paid = 0
        pending = self._pending.get()
        while missing := [text for text in keys if text not in found]:
            known, n_replayed = await self._find(missing, keys)
            found |= known
            n_paid += n_replayed
            missing = [text for text in missing if text not in found]
            own = [text for text in missing if keys[text] not in pending]
            if own:
                found |= await self._embed(own, keys, embed)
                n_paid += len(own)
            for text in missing:
                found |= await _wait_for(text, pending.get(keys[text]))
        return found, len(keys) - n_paid

    async def _find(
        self, texts: Sequence[str], keys: Mapping[str, str]
    ) -> tuple[dict[str, Vector], int]:
        """Return what is known, and how much of it the run has paid for before."""
        if self._folder is not None and self._store is None:
            self._store = await asyncio.to_thread(_opened, self._folder)
        found, n_replayed = self._look(texts, keys)
        if self._store is not None and len(found) < len(texts):
            await asyncio.to_thread(self._store.look_again)
            found, n_more = self._look(texts, keys)
            n_replayed += n_more
        return found, n_replayed

    def _look(
        self, texts: Sequence[str], keys: Mapping[str, str]
    ) -> tuple[dict[str, Vector], int]:
        n_replayed = self._replay([keys[text] for text in texts])
        looked = ((text, self._known(keys[text])) for text in texts)
        return {text: one for text, one in looked if one is not None}, n_replayed

    def _known(self, key: str) -> Vector | None:
        if self._memory is not None and key in self._memory:
            return self._memory[key]
        journal = context.journal.get()
        kept: Any = None if journal is None else journal.lookup(_position(key))
        if kept is None and self._store is not None:
            kept = self._store.get(key)
        return None if kept is None else _to_vector(kept)

    def _replay(self, keys: Sequence[str]) -> int:
        """Count what the journal has of an earlier process, once.

        Returns:
            How many vectors that is.
        """
        journal = context.journal.get()
        if journal is None:
            return 0
        n_replayed = 0
        for key in keys:
            is_booked = journal.is_booked(key)
            kept: Any = None if is_booked else journal.lookup(_position(key))
            if kept is None:
                continue
            journal.book(key)
            n_replayed += 1
            self._ledger.here.vectors += 1
            if "usage" in kept:
                self._ledger.record(to_usage(kept["usage"]), "stop")
        return n_replayed

    async def _embed(
        self, texts: list[str], keys: Mapping[str, str], embed: Embed
    ) -> dict[str, Vector]:
        journal = context.journal.get()
        if journal is not None:
            journal.check()
        pending = self._pending.get()
        loop = asyncio.get_running_loop()
        for text in texts:
            pending[keys[text]] = loop.create_future()
        found: dict[str, Vector] = {}

        async def keep(made: Mapping[str, Embedded]) -> None:
            await self._journal({keys[text]: one for text, one in made.items()})
            vectors = _to_vectors(made)
            self._keep({keys[text]: vector for text, vector in vectors.items()})
            for text, vector in vectors.items():
                pending[keys[text]].set_result(vector)
            found.update(vectors)

        try:
            await embed(texts, keep)
            return found
        finally:
            for text in texts:
                pending.pop(keys[text]).cancel()  # whoever waits tries for itself

    async def _journal(self, made: Mapping[str, Embedded]) -> None:
        journal = context.journal.get()
        if journal is None:
            return
        for key in made:
            journal.book(key)
        append = journal.append
        await gather_ordered(
            [
                lambda key=key, one=one: append(
                    _position(key), _journaled(one), kind="vector"
                )
                for key, one in made.items()
            ]
        )

    def _keep(self, vectors: Mapping[str, Vector]) -> None:
        for key, vector in vectors.items():
            if self._memory is not None:
                self._memory[key] = vector
                if len(self._memory) > _MAX_IN_MEMORY:
                    del self._memory[next(iter(self._memory))]
            if self._store is not None:
                self._store.put(key, _to_json(vector))


async def _embed_all(texts: list[str], embed: Embed) -> dict[str, Vector]:
    found: dict[str, Vector] = {}

    async def keep(made: Mapping[str, Embedded]) -> None:
        found.update(_to_vectors(made))

    await embed(texts, keep)
    return found


def _to_vectors(made: Mapping[str, Embedded]) -> dict[str, Vector]:
    return {text: array("d", one.vector) for text, one in made.items()}


def _opened(folder: str) -> Store:
    store = shared_store(folder)
    store.open()
    for report in store.reports:
        warn(report)
    store.reports = []
    return store


async def _wait_for(
    text: str, pending: asyncio.Future[Vector] | None
) -> dict[str, Vector]:
    """Return the vector that another call has embedded; nothing if it failed."""
    if pending is None:
        return {}
    # Waits without cancelling it when this task is cancelled.
    await asyncio.wait([pending])
    return {} if pending.cancelled() else {text: pending.result()}


def _position(key: str) -> Position:
    # A text has the same vector wherever in a run it is asked for.
    return Position.at("embedding", key, 0)


def _to_json(vector: Vector) -> JsonObject:
    return {"float64": base64.b64encode(vector.tobytes()).decode()}


def _journaled(one: Embedded) -> JsonObject:
    kept = _to_json(array("d", one.vector))
    return kept if one.usage is None else {**kept, "usage": one.usage.as_json()}


def _to_vector(kept: JsonObject) -> Vector:
    return array("d", base64.b64decode(kept["float64"]))
