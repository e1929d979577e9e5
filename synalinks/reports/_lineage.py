"""What an optimizer has tried, as a picture and as a table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synalinks._internal.svg import COLOURS, Frame, axes, dot, frame_around, picture

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from synalinks.contracts import CandidateEvent

_WIDTH, _HEIGHT = 720, 320
_MAX_ROWS = 25
_GREY = "currentColor"


@dataclass(slots=True, kw_only=True)
class Tried:
    """A candidate."""

    candidate: str
    """Its digest."""
    step: int
    """When it was proposed."""
    origin: str
    """How it was made."""
    parents: Sequence[str]
    """Digests."""
    reward: float = 0.0
    """Mean, where it was measured last."""
    n_samples: int = 0
    """On how many samples that is; 0 if on none."""
    is_taken: bool = False
    """Whether the optimizer keeps it."""
    in_use_from: int | None = None
    """Step from which the program was this one; None if never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """All candidates of a run."""

    n_proposed: int
    n_taken: int
    best: Sequence[Tried]
    """Those that were in use, and the best of the others."""
    n_hidden: int
    """Measured candidates that are not among them."""
    dropped: Sequence[tuple[str, int]]
    """Why proposals were dropped, and how often."""
    origins: Sequence[tuple[str, str]]
    """How those that were taken were made, and the colour of each."""
    svg: str
    """Empty if none was measured."""


def lineage_of(events: Sequence[CandidateEvent]) -> Lineage:
    """Return what became of the candidates of a run.

    Args:
        events: In order.
    """
    tried = _tried(events)
    measured = [one for one in tried.values() if one.n_samples]
    shown = sorted(measured, key=lambda one: (one.in_use_from is None, -one.reward))
    dropped = Counter(one.reason for one in events if one.event == "dropped")
    origins = dict.fromkeys(one.origin for one in measured if one.is_taken)
    colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(origins)}
    return Lineage(
        n_proposed=sum(one.event == "proposed" for one in events),
        n_taken=sum(one.event == "accepted" for one in events),
        best=shown[:_MAX_ROWS],
        n_hidden=max(0, len(measured) - _MAX_ROWS),
        dropped=dropped.most_common(8),
        origins=list(colours.items()),
        svg=_svg(measured, events, colours) if measured else "",
    )


def _tried(events: Sequence[CandidateEvent]) -> dict[str, Tried]:
    tried: dict[str, Tried] = {}
    for one in events:
        if one.event == "dropped":
            continue
        fresh = Tried(
            candidate=one.candidate,
            step=one.step,
            origin=one.origin,
            parents=one.parents,
        )
        entry = tried.setdefault(one.candidate, fresh)
        if one.reward is not None:
            entry.reward, entry.n_samples = one.reward, one.n_samples
        entry.is_taken |= one.event in {"accepted", "best"}
        if one.event == "best" and entry.in_use_from is None:
            entry.in_use_from = one.step
    return tried


def _svg(
    measured: Sequence[Tried],
    events: Sequence[CandidateEvent],
    colours: dict[str, str],
) -> str:
    points = [(one.step, one.reward) for one in measured]
    frame = frame_around(points, width=_WIDTH, height=_HEIGHT)
    parts = [
        *axes(frame, xlabel="step"),
        *_descent(measured, frame),
        *_use(measured, events, frame),
        *_dots(measured, frame, colours),
    ]
    n_taken = sum(one.is_taken for one in measured)
    best = max(one.reward for one in measured)
    label = (
        f"{len(measured)} candidates by step and mean reward, {n_taken} of them taken; "
        f"the highest mean is {best:.4f}"
    )
    return picture(parts, frame, label)


def _descent(measured: Sequence[Tried], frame: Frame) -> Iterator[str]:
    by_digest = {one.candidate: one for one in measured}
    for child in measured:
        for parent in child.parents:
            if parent in by_digest:
                old = by_digest[parent]
                (x1, y1), (x2, y2) = (
                    frame.at(old.step, old.reward),
                    frame.at(child.step, child.reward),
                )
                yield (
                    f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" '
                    f'stroke="{_GREY}" stroke-opacity="0.15"/>'
                )


def _use(
    measured: Sequence[Tried], events: Sequence[CandidateEvent], frame: Frame
) -> Iterator[str]:
    by_digest = {one.candidate: one for one in measured}
    used = [
        (one.step, by_digest[one.candidate].reward)
        for one in events
        if one.event == "best" and one.candidate in by_digest
    ]
    if not used:
        return
    steps = [*(step for step, _ in used), max(one.step for one in measured)]
    places: list[str] = []
    for (_, reward), start, end in zip(used, steps, steps[1:], strict=False):
        places += ["{},{}".format(*frame.at(step, reward)) for step in (start, end)]
    yield (
        f'<polyline points="{" ".join(places)}" fill="none" stroke="currentColor" '
        'stroke-width="1.5" stroke-opacity="0.8"/>'
    )


def _dots(
    measured: Sequence[Tried], frame: Frame, colours: dict[str, str]
) -> Iterator[str]:
    for one in sorted(measured, key=lambda one: one.is_taken):
        place = frame.at(one.step, one.reward)
        if not one.is_taken:
            yield dot(place, 2.5, fill=_GREY, fill_opacity=0.35)
            continue
        yield dot(place, 4.5, fill=colours[one.origin])
        if one.in_use_from is not None:
            yield dot(place, 8, fill="none", stroke="currentColor", stroke_width=1.5)
