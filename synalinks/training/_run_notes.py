"""`RunNotes`: what the journal of a run tells those who read its folder."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from synalinks.backups import COMMIT, MOMENT
from synalinks.contracts import present_candidate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject
    from synalinks.training._current_run import CurrentRun
    from synalinks.training._opening import OpenedRun
    from synalinks.training._saved_state import Place
    from synalinks.training._session import FitSession


class RunNotes:
    """Notes in the journal what became of a run, and when.

    Args:
        run: The run.
        session: What was measured.
        opened: Its folder.
    """

    def __init__(self, run: CurrentRun, session: FitSession, opened: OpenedRun) -> None:
        self._program = run.program
        self._session = session
        self._journal = opened.journal
        self._n_in_flight = opened.in_flight.calls
        self._noted: Mapping[str, JsonObject] | None = None

    def begin(self, how: str) -> None:
        """Note that a process begins to work on the run.

        Args:
            how: `begun` or `resumed`.
        """
        program = self._program
        facts: JsonObject = {
            "program": program.name,
            "description": program.description,
            "optimizer": type(program.optimizer).__name__,
            "in_flight": self._n_in_flight,
        }
        self.moment(how, facts)

    def moment(self, what: str, facts: JsonObject) -> None:
        """Note that something happened just now.

        Args:
            what: What happened.
            facts: What else is known of it.
        """
        at = _now()
        moment: JsonObject = {"at": at, "what": what, **facts}
        self._journal.remark(f"{MOMENT}/{at}", moment, kind=MOMENT)

    def skip_program(self) -> None:
        """Take the program as it is for noted."""
        self._noted = present_candidate(self._session.variables).values

    def program(self, place: Place) -> None:
        """Note the program, if it is another than before.

        Args:
            place: What comes next in the run.
        """
        # After each batch: no copies are made as long as nothing has changed.
        fields = {
            path: {key: values.get(key) for key in variable.learnable_fields}
            for path, variable in self._session.variables.items()
            for values in [variable.__synalinks_json__()]
        }
        if fields == self._noted:
            return
        present = present_candidate(self._session.variables)
        self._noted = present.values
        ids = self._session.validation_ids
        rewards = self._session.optimizer.ledger.rewards(present, ids).values()
        commit = {
            "epoch": place.epoch,
            "batch": place.batch,
            "score": sum(rewards) / len(rewards) if rewards else None,
            "values": dict(present.values),
            "at": _now(),
        }
        key = f"{COMMIT}/{place.epoch}/{place.batch}"
        self._journal.note(key, commit, kind=COMMIT)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
