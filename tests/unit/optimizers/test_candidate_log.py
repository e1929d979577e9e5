"""What became of candidates."""

import json

import pytest

from synalinks.contracts import CandidateEvent
from synalinks.optimizers._candidate_log import CandidateLog


def event(kind, candidate="a"):
    return CandidateEvent(event=kind, step=0, candidate=candidate, origin="mutation")


def told(*kinds):
    log = CandidateLog()
    for kind in kinds:
        if log.is_news(event(kind)):
            log.note(event(kind))
    return [one.event for one in log.events]


@pytest.mark.parametrize(
    ("kinds", "story"),
    [
        ("proposed proposed", "proposed"),
        ("proposed rejected proposed rejected", "proposed rejected"),
        ("proposed rejected accepted best", "proposed rejected accepted best"),
        ("proposed accepted rejected accepted", "proposed accepted"),
        ("accepted best rejected proposed", "best"),
        ("best best", "best"),
        ("dropped proposed dropped", "dropped proposed dropped"),
    ],
)
def test_a_candidate_has_one_story(kinds, story):
    """Proposed once, then accepted or first rejected; a given program is only used."""
    assert told(*kinds.split()) == story.split()


def test_each_change_of_use_is_news_and_the_story_goes_on_from_json():
    """A program that is put back is in use again; a log that was saved knows it."""
    log = CandidateLog()
    for one in (event("best", "seed"), event("proposed"), event("accepted")):
        log.note(one)
    events = json.loads(json.dumps(log.state_dict()))
    log.note(event("best"))
    again = CandidateLog()
    again.load_state_dict(events)

    assert log.is_news(event("best", "seed"))
    assert not log.is_news(event("best"))
    assert not again.is_news(event("best", "seed"))
    assert again.is_news(event("best"))
    assert not again.is_news(event("rejected"))
