"""What of a run only grows: saved in pieces, each of which names the one before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from synalinks.backups import GROWN, SAMPLE
from synalinks.contracts import rollout_from_json, rollout_to_json, sample_to_json
from synalinks.errors import FileFormatError
from synalinks.training._parts import Parts, put_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synalinks._internal.journal import Journal
    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Rollout
    from synalinks.training._current_run import CurrentRun
    from synalinks.training._session import FitSession

_SCHEMA = "schema"
_MAX_SAMPLES = 2000


class New(NamedTuple):
    """What is new of a run, and not saved yet."""

    cells: list[tuple[str, Rollout]]
    """Candidate and rollout of each cell that was measured."""
    fields: JsonObject
    """Events, rows, records, keys of what is counted, and parts of the state."""


class Grown(NamedTuple):
    """What was saved in pieces."""

    latest: str | None
    """Name of the latest piece."""
    pieces: list[JsonObject]
    """All of them, oldest first."""
    cells: list[tuple[str, Rollout]]
    """Candidate and rollout of each measured cell."""


class Growth:
    """All of a run that only grows, and what of it is saved.

    That is cells, candidates' events, rows, records, what of the journal is counted,
    and parts of the state. A snapshot names the latest piece; the pieces are in the
    journal. So a snapshot does not become longer with the run.

    Args:
        run: The run.
        session: What was measured.
        journal: Where pieces are kept.
    """

    def __init__(self, run: CurrentRun, session: FitSession, journal: Journal) -> None:
        self._state = run.state
        self._session = session
        self._ledger = session.optimizer.ledger
        self._log = session.optimizer.log
        self._journal = journal
        self._latest: str | None = None
        self._n_cells = self._n_events = self._n_rows = self._n_records = 0
        self._n_booked = 0
        self._schemas = _Schemas(self._found)
        self._shown: set[str] = set()
        self._parts = Parts(session.optimizer.growing)
        self._ledger.is_saved_in_pieces = self._log.is_saved_in_pieces = True

    def take(self, core: JsonObject) -> tuple[New, list[Any]]:
        """Take what is new, at once: the run may go on before it is saved.

        Args:
            core: What `core_state` returned; what grows of it is taken out.

        Returns:
            What is new; and what was taken out of the state, for `load`.
        """
        parts, there = self._parts.take(core)
        fields: JsonObject = {
            "events": self._log.since(self._n_events),
            "rows": [{**row} for row in self._state.rows[self._n_rows :]],
            "records": self._state.records[self._n_records :],
            "booked": self._journal.booked[self._n_booked :],
            "parts": parts,
        }
        new = New(self._ledger.since(self._n_cells), fields)
        self._count()
        return new, there

    def save(self, new: New) -> str | None:
        """Save what was taken; for a thread.

        Args:
            new: What `take` returned, of each time and in order.

        Returns:
            The name of the latest piece; it is durable when the journal is flushed.
        """
        if new.cells or any(new.fields.values()):
            cells = list(self._to_json(new.cells))
            piece: JsonObject = {"before": self._latest, "cells": cells, **new.fields}
            # A crash may leave pieces behind: no name is given twice.
            self._latest = f"{GROWN}/{uuid4().hex}"
            self._journal.note(self._latest, piece, kind=GROWN)
        return self._latest

    def read(self, latest: str | None, core: JsonObject, there: list[Any]) -> Grown:
        """Return what was saved, and put back what was taken out of the state; blocks.

        Args:
            latest: Name of the latest piece.
            core: The state.
            there: What `take` had taken out of it.

        Raises:
            FileFormatError: A piece is not in the journal.
        """
        pieces = list(self._pieces(latest))[::-1]
        # Earlier releases had all of the state in the snapshot.
        put_back(
            core, there, (one for piece in pieces for one in piece.get("parts", ()))
        )
        return Grown(latest, pieces, list(self._cells(pieces)))

    def load(self, grown: Grown, core: JsonObject) -> None:
        """Go back to what was saved.

        Args:
            grown: What `read` returned.
            core: The state. What was measured on other samples than those that are
                there now is not taken over.
        """
        pieces = grown.pieces
        if core["data_fingerprint"] == self._ledger.data_fingerprint:
            self._ledger.replace(grown.cells)
        self._log.replace(one for piece in pieces for one in piece["events"])
        self._state.rows[:] = [row for piece in pieces for row in piece["rows"]]
        self._state.records[:] = [one for piece in pieces for one in piece["records"]]
        for key in (key for piece in pieces for key in piece.get("booked", ())):
            self._journal.book(key)
        self._latest = grown.latest
        self._count()

    def close(self) -> None:
        """Leave it to others to save what was measured."""
        self._ledger.is_saved_in_pieces = self._log.is_saved_in_pieces = False

    def _count(self) -> None:
        self._n_cells = self._ledger.n_cells
        self._n_events = len(self._log.events)
        self._n_rows = len(self._state.rows)
        self._n_records = len(self._state.records)
        self._n_booked = len(self._journal.booked)

    def _to_json(self, cells: list[tuple[str, Rollout]]) -> Iterator[JsonObject]:
        for candidate, rollout in cells:
            schemas: JsonObject = {}
            cell = rollout_to_json(rollout, schemas)
            if cell["output"] is None and rollout.output is not None:
                continue  # nothing for JSON: it is measured again, from the journal
            for name, schema in schemas.items():
                if name not in self._schemas:
                    self._schemas[name] = schema
                    self._journal.note(f"{_SCHEMA}/{name}", schema, kind=_SCHEMA)
            self._show_sample(rollout)
            yield {"candidate": candidate, "rollout": cell}

    def _show_sample(self, rollout: Rollout) -> None:
        """Note what was asked and expected, once: going on needs it not, readers do."""
        key = rollout.sample_id
        if key not in self._shown and len(self._shown) < _MAX_SAMPLES:
            self._shown.add(key)
            name = f"{SAMPLE}/{key}"
            if self._journal.get(name) is None:
                self._journal.remark(name, sample_to_json(rollout), kind=SAMPLE)

    def _pieces(self, latest: str | None) -> Iterator[JsonObject]:
        while latest is not None:
            yield (piece := self._found(latest))
            latest = piece["before"]

    def _cells(self, pieces: list[JsonObject]) -> Iterator[tuple[str, Rollout]]:
        for cell in (cell for piece in pieces for cell in piece["cells"]):
            rollout = rollout_from_json(cell["rollout"], self._schemas)
            sample = self._session.sample(rollout.sample_id)
            if sample is not None:
                rollout = replace(rollout, inputs=sample.x, target=sample.y)
                yield cell["candidate"], rollout

    def _found(self, key: str) -> Any:
        found = self._journal.get(key)
        if found is None:
            msg = f"The journal in `{self._journal.folder}` has lost `{key}`."
            raise FileFormatError(msg)
        return found


class _Schemas(dict[str, "JsonObject"]):
    """Schemas of outputs by digest, read when they are asked for."""

    def __init__(self, find: Callable[[str], JsonObject]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, name: str) -> JsonObject:
        self[name] = self._find(f"{_SCHEMA}/{name}")
        return self[name]
