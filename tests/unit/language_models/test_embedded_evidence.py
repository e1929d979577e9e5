"""Evidence for values: similarity, and what instructions say of each value."""

import pytest

from synalinks.language_models._embedded_evidence import (
    Document,
    Evidence,
    describe,
    evidence_of,
)
from synalinks.language_models._embedded_prompt import Example, Prompt

LABELS = ["card_arrival", "refund"]


def test_every_kind_of_evidence_adds():
    """Name, description and example of a value each raise its score."""
    scores = []
    for documents in (
        [],
        [Document(0, "name", "parcel")],
        [Document(0, "name", "parcel"), Document(0, "example", "my parcel")],
        [
            Document(0, "name", "parcel"),
            Document(0, "example", "my parcel"),
            Document(0, "description", "parcel post"),
        ],
    ):
        evidence = Evidence(2, [*documents, Document(1, "name", "money")])
        scores.append(evidence.verdicts("the parcel")[0].score)

    assert scores[0] == 0.0
    assert scores == sorted(set(scores))


def test_what_all_values_share_decides_little():
    """The rarer a word is among the values, the more it weighs."""
    documents = [Document(0, "name", "card lost"), Document(1, "name", "card money")]

    lost, money = Evidence(2, documents).verdicts("card card card lost")

    assert lost.score > money.score > 0
    assert (lost.document, money.document) == (0, 1)


def test_nothing_in_common_is_no_evidence():
    """Scores are 0.0 and no document is named."""
    (verdict,) = Evidence(1, [Document(0, "name", "card")]).verdicts("zzz")

    assert (verdict.score, verdict.document) == (0.0, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "- `card_arrival`: post, refund of postage",
            [(0, " post, refund of postage")],
        ),
        ("Card arrival means post.", [(0, " post.")]),
        ("All about money is a refund.", [(1, "All about money is a  .")]),
        (
            "card_arrival if post is named, refund if money",
            [(0, " if post is named, "), (1, " if money")],
        ),
        ("One of card_arrival, refund", [(0, ", "), (1, "")]),
        ("Nothing is said here.", []),
    ],
)
def test_instructions_describe_the_values_they_name(text, expected):
    """A leading value owns its line, a single one its sentence, several their part."""
    found = [(document.owner, document.text) for document in describe(text, LABELS)]

    assert found == expected


def test_the_longer_of_two_names_is_taken():
    """`refund_status` is not taken for `refund`."""
    found = list(describe("- refund_status: late", ["refund", "refund_status"]))

    assert [document.owner for document in found] == [1]


def test_evidence_is_made_once_for_a_prompt():
    """The same prompt and field share one object."""
    prompt = Prompt("", (Example("late", {"label": "refund"}),))

    first = evidence_of(prompt, ("label",), tuple(LABELS), "")

    assert evidence_of(prompt, ("label",), tuple(LABELS), "") is first
    assert [d.text for d in first.documents] == ["card arrival", "refund", "late"]
