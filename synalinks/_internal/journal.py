"""The journal of a run: every answer by where in the run it was asked for."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from synalinks._internal import context
from synalinks._internal.store import Store

if TYPE_CHECKING:
    from pathlib import Path


class Position(NamedTuple):
    """Where a call is in a run: never when, and never how many came before."""

    scope: str
    """Path through the run, such as `fit#0/epoch 2/batch 1/train/sample 17`."""
    digest: str
    """What is asked."""
    k: int
    """How often the same was asked in this scope before: equal draws are counted."""

    @property
    def key(self) -> str:
        """The position as one text."""
        return f"{self.scope}/{self.digest}/{self.k}"


class Journal:
    """Answers of a run that are durable before anybody sees them.

    Bind it to `context.journal`, and name the place in the run in `context.scope`.
    Whoever asks a model, or does anything else that must not be done twice, asks the
    journal first, and appends the answer before handing it on.

    Args:
        folder: Where the files are, or will be. One process may use it at a time; who
            sees to that is the owner of the folder.

    Attributes:
        n_replayed: Answers that were found.
        n_appended: Answers that were added.
    """

    def __init__(self, folder: str | Path) -> None:
        self._store = Store(folder, prefix="journal")
        self._n_asked: dict[bytes, int] = {}
        self.n_replayed = 0
        self.n_appended = 0

    def open(self) -> list[str]:
        """Read what is there; for a thread.

        Returns:
            What was found damaged and was kept aside, in words.
        """
        self._store.open()
        return self._store.reports

    def position(self, digest: str) -> Position:
        """Return the position of a call that is about to be made here.

        Args:
            digest: What is asked. It is counted: asked twice, there are two positions.
        """
        scope = context.scope.get()
        asked = f"{scope}/{digest}".encode("utf-8", "surrogatepass")
        counted = blake2b(asked, digest_size=16).digest()
        k = self._n_asked.get(counted, 0)
        self._n_asked[counted] = k + 1
        return Position(scope, digest, k)

    def lookup(self, position: Position) -> Any:
        """Return the answer at a position, or None.

        Args:
            position: What `position` returned.
        """
        found = self._store.get(position.key)
        self.n_replayed += found is not None
        return found

    def check(self) -> None:
        """Make sure that an answer could be kept, before it is paid for.

        Raises:
            WriteError: The last one could not.
        """
        if self._store.error is not None:
            raise self._store.error

    async def append(
        self, position: Position, answer: Any, *, kind: str = "call"
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
        """Add something without waiting for it.

        Args:
            key: What it is found by.
            value: JSON; never a secret.
            kind: What it is, in small letters.
        """
        self._store.put(key, value, kind=kind)

    def close(self) -> None:
        """Write what is left; blocks."""
        self._store.close()

    def __len__(self) -> int:
        return len(self._store)
