"""Rules say which request meets which fault."""

import re

import pytest

from synalinks.errors import ConfigurationError
from synalinks.testing import FAULTS, ChatServer, Fault, Status
from tests.unit.testing.test_bad_replies import BODY, post


def met(fault, n_requests=1000, body=BODY, seed=0):
    """Return the numbers of the requests that meet a fault."""
    return [n for n in range(1, n_requests + 1) if fault.meets(n, body, seed)]


def test_a_schedule_counts_from_one():
    """Numbers are those of the requests."""
    assert met(Fault("503", at=range(1, 4))) == [1, 2, 3]
    assert met(Fault("503", at={7}), n_requests=10) == [7]


def test_a_rate_is_met_and_drawn_by_the_seed():
    """The same seed draws the same requests; another one others."""
    fault = Fault("503", rate=0.1)

    assert 70 <= len(met(fault)) <= 130
    assert met(fault) == met(fault)
    assert met(fault) != met(fault, seed=1)
    assert met(fault) != met(Fault("500", rate=0.1))


@pytest.mark.parametrize(
    ("pattern", "expected"), [("hel+o", [1]), ("^hello$", [1]), ("bye", [])]
)
def test_prompts_are_searched(pattern, expected):
    """A pattern is searched in the text of all messages."""
    assert met(Fault("503", prompt=pattern), n_requests=1) == expected


@pytest.mark.parametrize("word", ["rules", "question", "answer"])
def test_all_messages_are_searched(word):
    """Whoever said it."""
    said = [("system", "rules"), ("user", "question"), ("assistant", "answer")]
    messages = [{"role": role, "content": text} for role, text in said]

    assert met(Fault("503", prompt=word), 1, {"messages": messages}) == [1]


def test_the_texts_of_embeddings_are_searched():
    """What is to be embedded is the prompt."""
    body = {"model": "m", "input": ["a", "banana"]}

    assert met(Fault("503", prompt="banana"), n_requests=1, body=body) == [1]


def test_conditions_are_joined():
    """All conditions of a rule must hold."""
    fault = Fault("503", at=range(1, 501), rate=0.5, prompt="hello")

    assert 200 <= len(met(fault)) <= 300
    assert max(met(fault)) <= 500


async def test_the_first_rule_that_fits_counts():
    """Rules are looked at in order."""
    faults = [Fault("401", at=[2]), Fault(Status(status=404), at=[1, 2])]
    async with ChatServer(faults=faults) as server:
        statuses = [(await post(server))[0] for _ in range(3)]

    assert statuses == [404, 401, 200]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("503", Fault("503")),
        ("503:0.05", Fault("503", rate=0.05)),
        ("hang@3,7-9", Fault("hang", at=frozenset({3, 7, 8, 9}))),
        ("html~ba(na)+", Fault("html", prompt="ba(na)+")),
        (
            "drop:0.5@1~a:b@c",
            Fault("drop", rate=0.5, at=frozenset({1}), prompt="a:b@c"),
        ),
    ],
)
def test_rules_are_written_as_text(text, expected):
    """The form of the command line says the same."""
    assert Fault.parse(text) == expected


def test_an_unknown_name_is_refused():
    """The nearest name is suggested."""
    with pytest.raises(ConfigurationError) as caught:
        Fault("hanged")

    assert str(caught.value) == "There is no fault 'hanged'. Did you mean `hang`?"


@pytest.mark.parametrize("text", ["", "503:x", "503@"])
def test_other_texts_are_refused(text):
    """The message shows the form."""
    expected = re.escape("`name[:rate][@numbers][~pattern]`, received: ")
    with pytest.raises(ConfigurationError, match=expected):
        Fault.parse(text)


def test_a_named_fault_is_the_one_of_the_table():
    """Names stand for replies."""
    assert Fault("hang").made() is FAULTS["hang"]
