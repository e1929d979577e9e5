"""The journal of a run: every answer by where in the run it was asked for."""

from __future__ import annotations

import asyncio
import contextlib
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from synalinks._internal import context
from synalinks._internal.expectations import (
    ANSWERED,
    FAILED,
    SENT,
    Expectations,
    digest,
    place_of,
)
from synalinks._internal.store import Store, read_records

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

JOURNAL_PREFIX = "journal"
# How often calls beside a surprising one may go on, and meet the answers they are due.
_N_TURNS = 100


class Position(NamedTuple):
    """Where a call is in a run: never when, and never how many came before."""

    scope: str
    """Path through the run, such as `fit/epoch 2/batch 1/train:17/generator`."""
    digest: str
    """What is asked."""
    k: int
    """How often the same was asked in this scope before: equal draws are counted."""
    key: str
    """The position as one text."""

    @classmethod
    def at(cls, scope: str, asked: str, k: int) -> Position:
        """Return a position.

        Args:
            scope: Path through the run.
            asked: Digest of what is asked.
            k: How often the same was asked in this scope before.
        """
        return cls(scope, asked, k, f"{scope}/{asked}/{k}")


class Intent:
    """A call that is to be made once, by however many processes.

    A provider that knows the keys of requests answers one that it had before with the
    same answer, and takes no money for it.

    Args:
        run_id: Identity of the run.
        position: Where in it the call is.

    Attributes:
        is_sent: Whether a request was made for it, and not only wanted.
    """

    def __init__(self, run_id: str, position: Position) -> None:
        self._name = f"{run_id}/{position.key}"
        self._n_refused = 0
        self.is_sent = False

    def key_of(self, content: bytes) -> str:
        """Return the key of a request that is made for the call.

        Args:
            content: What is sent: a question about a bad answer is another request.
        """
        name = f"{self._name}/{self._n_refused}/".encode("utf-8", "surrogatepass")
        return blake2b(name + content, digest_size=16).hexdigest()

    def note_refused(self) -> None:
        """Note that a request was refused: the next one is not to get the same."""
        self._n_refused += 1


class Journal:
    """Answers of a run that are durable before anybody sees them.

    Bind it to `context.journal`, and name the place in the run in `context.scope`.
    Whoever asks a model, or does anything else that must not be done twice, asks the
    journal first, and appends the answer before handing it on.

    Args:
        folder: Where the files are, or will be. One process may use it at a time; who
            sees to that is the owner of the folder.
        pays_for_divergence: Whether a run that asks other questions than before goes
            on, and pays for them.

    Attributes:
        n_replayed: Answers that were found.
        n_appended: Answers that were added.
        run_id: Identity of the run whose answers they are.
        booked: Keys of what is counted, in order: a part of the run's state.
    """

    def __init__(
        self, folder: str | Path, *, pays_for_divergence: bool = False
    ) -> None:
        self.folder = folder
        self._expectations = Expectations()
        self._store = Store(folder, JOURNAL_PREFIX, on_found=self._expectations.take)
        self._pays_for_divergence = pays_for_divergence
        self._n_asked: dict[bytes, int] = {}
        self._by_digest: dict[str, str] | None = None
        self.n_replayed: int = 0
        self.n_appended: int = 0
        self.run_id = ""
        self.booked: list[str] = []
        self._is_booked: set[str] = set()

    def open(self) -> list[str]:
        """Read what is there; for a thread.

        Returns:
            What was found damaged and was kept aside, in words.
        """
        self._store.open()
        return self._store.reports

    @property
    def n_in_flight(self) -> int:
        """Calls that earlier processes sent, with an answer that never got here."""
        return self._expectations.n_in_flight

    @property
    def n_unanswered(self) -> int:
        """Those of them that have got no answer since either."""
        return self._expectations.n_unanswered

    def lost(self) -> list[Any]:
        """Return what was asked by the calls in flight when processes died; blocks.

        Returns:
            What `note_sent` was given, for each time that its answer never got here.
        """
        if not self.n_in_flight:
            return []
        records = read_records(self.folder, JOURNAL_PREFIX, frozenset({SENT}))
        # Sent again, a call is the same call.
        sent = {key: value for _, key, value in records}
        return [
            value
            for key, value in sent.items()
            for _ in range(self._expectations.times_lost(key))
        ]

    def position(self, asked: str) -> Position:
        """Return the position of a call that is about to be made here.

        Args:
            asked: Digest of what is asked. It is counted: asked twice, there are two
                positions.
        """
        scope, module = context.scope.get(), context.call.get()
        if module is not None and module.path:
            scope = f"{scope}/{module.path}" if scope else module.path
        counted = digest(f"{scope}/{asked}")
        k = self._n_asked.get(counted, 0)
        self._n_asked[counted] = k + 1
        return Position.at(scope, asked, k)

    def lookup(self, position: Position) -> Any:
        """Return the answer at a position, or None.

        Args:
            position: What `position` returned.
        """
        found = self._store.get(position.key)
        if found is not None:
            self.n_replayed += 1
            self._expectations.met(position.key)
        return found

    async def earlier(self, asked: str) -> Any:
        """Return the first answer that earlier processes were given, or None.

        Args:
            asked: Digest of what is asked, wherever that was.
        """
        if self._by_digest is None:
            self._by_digest = await asyncio.to_thread(self._index)
        key = self._by_digest.get(asked)
        return None if key is None else self._store.get(key)

    def _index(self) -> dict[str, str]:
        keys = reversed(self._store.keys(ANSWERED))
        return {key.rsplit("/", 2)[1]: key for key in keys}

    def check(self) -> None:
        """Make sure that an answer could be kept, before it is paid for.

        Raises:
            WriteError: The last one could not.
        """
        if self._store.error is not None:
            raise self._store.error

    @contextlib.contextmanager
    def asking_anew(self) -> Generator[None]:
        """Take other questions for no divergence in a `with` block.

        Yields:
            None.
        """
        before, self._pays_for_divergence = self._pays_for_divergence, True
        try:
            yield
        finally:
            self._pays_for_divergence = before

    async def is_divergence(self, position: Position) -> bool:
        """Return whether a call is made in the place of another one.

        Calls beside it are given the time to ask for the answers that they are due.

        Args:
            position: That of a call that has no answer.
        """
        if self._pays_for_divergence:
            return False
        for _ in range(_N_TURNS):
            if not self._expectations.is_surprising(position.key):
                return False
            await asyncio.sleep(0)
        return True

    def sent_at(self, position: Position) -> list[Any]:
        """Return what was asked at a place of the run before; for a thread.

        Args:
            position: A call at this place.

        Returns:
            What `note_sent` was given, oldest first.
        """
        records = read_records(self.folder, JOURNAL_PREFIX, frozenset({SENT}))
        return [value for _, key, value in records if place_of(key) == position.scope]

    def note_sent(self, position: Position, outline: Callable[[], Any]) -> None:
        """Note that a call is made, before its answer is there.

        Args:
            position: Where.
            outline: Returns what is asked, as far as it is to be known later; called in
                the thread that writes.
        """
        self._store.note(position.key, outline, kind=SENT)

    def intent(self, position: Position) -> Intent:
        """Return what a provider is to know a call by.

        Args:
            position: Where the call is.
        """
        return Intent(self.run_id, position)

    def note_failed(self, position: Position) -> None:
        """Note that a call got no answer: it may be made again.

        Args:
            position: Where.
        """
        self._store.note(position.key, lambda: None, kind=FAILED)

    async def append(
        self, position: Position, answer: Any, *, kind: str = ANSWERED
    ) -> None:
        """Add an answer, and return when it is durable.

        Args:
            position: Where it was asked for.
            answer: JSON; never a secret.
            kind: What it is, in small letters.

        Raises:
            WriteError: It could not be made durable.
        """
        await self._store.append(position.key, answer, kind=kind)
        self.n_appended += 1

    def note(self, key: str, value: Any, *, kind: str = "event") -> None:
        """Add something without waiting for it; the first value of a key stays.

        Args:
            key: What it is found by.
            value: JSON; never a secret.
            kind: What it is, in small letters.
        """
        if self._store.get(key) is None:
            self._store.put(key, value, kind=kind)

    def remark(self, key: str, value: Any, *, kind: str) -> None:
        """Add something for those who read the folder; it costs no write of its own.

        Args:
            key: What it is called.
            value: JSON; never a secret.
            kind: What it is, in small letters.
        """
        self._store.note(key, lambda: value, kind=kind)

    def get(self, key: str) -> Any:
        """Return what was noted under a key, or None.

        Args:
            key: What it is found by.
        """
        return self._store.get(key)

    def book(self, key: str) -> None:
        """Note that what something took is counted, by this process or an earlier one.

        Args:
            key: What it is found by.
        """
        if not self.is_booked(key):
            self._is_booked.add(key)
            self.booked.append(key)

    def is_booked(self, key: str) -> bool:
        """Return whether what something took is counted.

        Args:
            key: What it is found by.
        """
        return key in self._is_booked

    def flush(self) -> None:
        """Return when everything that was added is durable; blocks.

        Raises:
            WriteError: Something could not be made durable.
        """
        self._store.flush()

    def close(self) -> None:
        """Write what is left; blocks."""
        self._store.close()

    def __len__(self) -> int:
        return len(self._store)
