"""`RunDetails`: all that a run's folder tells to people."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any, TypeAlias

from synalinks._internal.journal import JOURNAL_PREFIX
from synalinks._internal.snapshots import read_latest
from synalinks._internal.store import read_records
from synalinks.backups._run_record import Commit, RunRecord, read_run
from synalinks.contracts import Candidate, CandidateEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from synalinks._internal.json import JsonObject

    _Values: TypeAlias = Mapping[str, JsonObject]

MOMENT = "moment"
SAMPLE = "sample"
GROWN = "grown"
_HELD_OUT = "val:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When something happened to a run."""

    at: str
    """ISO 8601, UTC."""
    what: str
    """`begun`, `resumed`, `epoch` (one was done), `finished`, `stopped`, `failed`."""
    facts: Mapping[str, Any]
    """What else is known of it, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseUsage:
    """What a model was used for in one phase."""

    model: str
    """Its name."""
    phase: str
    """`inference`, `reward` or `optimizer`."""
    counts: Mapping[str, Any]
    """Counters by name, such as `calls`, `prompt_tokens` and `cost`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredSample:
    """A sample, and what the best program of the run made of it."""

    sample_id: str
    """Such as `val:3`."""
    inputs: Any
    """What was asked, as JSON, cut where long; None if it is not known."""
    target: Any
    """What was expected; None if there is nothing, or it is not known."""
    output: Any
    """What the program answered, the first time of several; None if it failed."""
    failure: str
    """Why it failed; empty if it did not."""
    reward: float
    """How good that was; the mean where it was drawn several times."""
    reward_before: float | None
    """How good the program was that the run began with; None if not measured."""
    feedback: str
    """What the reward says of it, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureCount:
    """Samples that failed for one reason."""

    boundary: str
    """Where: `language_model`, `module` or `reward`."""
    error: str
    """Class of the error."""
    n: int
    """How often."""
    message: str
    """Of the latest one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDetails:
    """All that is known of a run."""

    record: RunRecord
    """Who it is, how it ended, and the programs that it had."""
    facts: Mapping[str, Any]
    """`program`, `description` and `optimizer`; empty for earlier releases."""
    epochs: Sequence[int]
    """Indices of the epochs that are done."""
    history: Mapping[str, Sequence[Any]]
    """A value per epoch, by name."""
    first: Mapping[str, JsonObject]
    """What the program had at the beginning, by variable path."""
    best: Mapping[str, JsonObject]
    """The same of the best validated program, or else of the latest one."""
    events: Sequence[CandidateEvent]
    """What became of each candidate, in order."""
    usage: Sequence[PhaseUsage]
    """What models were used for; phases without any use are left out."""
    samples: Sequence[ScoredSample]
    """Those that the best program was scored on, worst first: held out, if any is."""
    failures: Sequence[FailureCount]
    """Failed samples by reason, the most frequent first."""
    moments: Sequence[Moment]
    """When what happened, in order."""


def read_details(folder: str | Path) -> RunDetails:
    """Return all that is known of a run; nothing is changed.

    Args:
        folder: The run's folder.

    Raises:
        ConfigurationError: It is no folder of a run.
        FileFormatError: Its card cannot be read.
    """
    record = read_run(folder)
    snapshot, _ = read_latest(record.folder)
    state: JsonObject = snapshot.state if snapshot else {}
    core: JsonObject = state.get("core", {})
    logs: JsonObject = state.get("callbacks", {}).get("History", {})
    notes = _Notes(record.folder)
    first, best = _ends_of(core, record.commits)
    moments = list(notes.moments())
    begun = [one.facts for one in moments if one.what == "begun"]
    return RunDetails(
        record=record,
        facts=begun[0] if begun else {},
        epochs=logs.get("epoch", []),
        history=logs.get("history", {}),
        first=first,
        best=best,
        events=list(notes.events(state.get("grown"))),
        usage=list(_used(state.get("usage", []))),
        samples=notes.samples(first, best),
        failures=notes.failures(),
        moments=moments,
    )


def _ends_of(core: JsonObject, commits: Sequence[Commit]) -> tuple[_Values, _Values]:
    known: list[_Values] = [one.values for one in commits] or [{}]
    best: JsonObject | None = core.get("trainer", {}).get("best")
    return known[0], known[-1] if best is None else best["candidate"]["values"]


def _used(usage: Iterable[JsonObject]) -> Iterator[PhaseUsage]:
    for one in usage:
        for phase, counts in one["counts"].items():
            if any(counts.values()):
                yield PhaseUsage(model=one["model"], phase=phase, counts=counts)


class _Notes:
    """What the journal has beside answers."""

    def __init__(self, folder: Path) -> None:
        self._moments: list[JsonObject] = []
        self._samples: dict[str, JsonObject] = {}
        # What was measured again after a crash is the same cell.
        self._cells: dict[tuple[str, str], dict[int, JsonObject]] = {}
        self._pieces: dict[str, JsonObject] = {}
        kinds = frozenset({MOMENT, SAMPLE, GROWN})
        for kind, key, value in read_records(folder, JOURNAL_PREFIX, kinds):
            if kind == MOMENT:
                self._moments.append(value)
            elif kind == SAMPLE:
                self._samples[key.partition("/")[2]] = value
            else:
                self._pieces[key] = value
                self._take_cells(value["cells"])

    def _take_cells(self, cells: Iterable[JsonObject]) -> None:
        for cell in cells:
            rollout: JsonObject = cell["rollout"]
            key = cell["candidate"], rollout["sample_id"]
            self._cells.setdefault(key, {})[rollout.get("draw", 0)] = rollout

    def moments(self) -> Iterator[Moment]:
        """Yield when what happened."""
        for one in sorted(self._moments, key=lambda one: one["at"]):
            facts = {key: one[key] for key in one if key not in {"at", "what"}}
            yield Moment(at=one["at"], what=one["what"], facts=facts)

    def events(self, latest: str | None) -> Iterator[CandidateEvent]:
        """Yield what became of candidates, without what a crash made be done again.

        Args:
            latest: Name of the latest piece of what grows, as the snapshot has it.
        """
        pieces: list[JsonObject] = []
        while latest in self._pieces:
            pieces.append(self._pieces[latest])
            latest = pieces[-1]["before"]
        for event in (event for one in reversed(pieces) for event in one["events"]):
            fields: JsonObject = {**event, "parents": tuple(event["parents"])}
            yield CandidateEvent(**fields)

    def samples(self, first: _Values, best: _Values) -> list[ScoredSample]:
        """Return what the best program was scored on, worst first.

        Args:
            first: Values of the program at the beginning.
            best: Values of the best program.
        """
        before, now = Candidate(values=first).digest, Candidate(values=best).digest
        scored = [
            self._scored(drawn, _rewarded(self._cells.get((before, sample_id), {})))
            for (candidate, sample_id), draws in self._cells.items()
            if candidate == now and (drawn := _rewarded(draws))
        ]
        held_out = [one for one in scored if one.sample_id.startswith(_HELD_OUT)]
        return sorted(held_out or scored, key=lambda one: one.reward)

    def _scored(
        self, drawn: Sequence[JsonObject], before: Sequence[JsonObject]
    ) -> ScoredSample:
        rollout = drawn[0]
        sample = self._samples.get(rollout["sample_id"], {})
        failure: JsonObject | None = rollout["failure"]
        return ScoredSample(
            sample_id=rollout["sample_id"],
            inputs=sample.get("inputs"),
            target=sample.get("target"),
            output=_value_of(rollout["output"]),
            failure=f"{failure['error']}: {failure['message']}" if failure else "",
            reward=fmean(one["reward"] for one in drawn),
            reward_before=fmean(one["reward"] for one in before) if before else None,
            feedback=rollout["feedback"] or "",
        )

    def failures(self) -> list[FailureCount]:
        """Return the failed samples by reason."""
        counts, messages = Counter[tuple[str, str]](), dict[tuple[str, str], str]()
        for rollout in (
            one for draws in self._cells.values() for one in draws.values()
        ):
            failure: JsonObject | None = rollout["failure"]
            if failure is not None:
                kind = failure["boundary"], failure["error"]
                counts[kind] += 1
                messages[kind] = failure["message"]
        return [
            FailureCount(boundary=kind[0], error=kind[1], n=n, message=messages[kind])
            for kind, n in counts.most_common()
        ]


def _rewarded(draws: Mapping[int, JsonObject]) -> list[JsonObject]:
    """Return those of a cell's draws that have a reward, in order."""
    in_order = (draws[draw] for draw in sorted(draws))
    return [one for one in in_order if one["reward"] is not None]


def _value_of(packed: Any) -> Any:
    """Return the JSON of an output, without its schemas."""
    if isinstance(packed, list):
        return [_value_of(part) for part in packed]  # pyright: ignore[reportUnknownVariableType] - JSON
    if packed is None or "parts" not in packed:
        return packed and packed["value"]
    return {key: _value_of(part) for key, part in packed["parts"].items()}
