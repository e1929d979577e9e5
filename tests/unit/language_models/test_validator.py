"""A compiled validator that says yes, and an exact one that has the last word."""

import threading

import pytest

from synalinks.language_models._validator import Validator

SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "integer"}, "tag": {"enum": ["a", "b"]}},
    "required": ["n"],
}


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ({"n": 1}, True),
        ({"n": 1.0}, True),  # in JSON Schema an integer
        ({"n": True}, False),
        ({"n": 10**40}, True),
        ({"n": 1, "tag": "c"}, False),
        ({}, False),
        ([], False),
    ],
)
def test_both_validators_agree(value, fits):
    """A value passes where the exact validator lets it pass."""
    validator = Validator(SCHEMA)

    assert validator.is_valid(value) is fits
    assert validator.exact.is_valid(value) is fits


def test_what_cannot_be_compiled_is_judged_all_the_same():
    """A regular expression that only Python knows still decides."""
    validator = Validator({"type": "string", "pattern": r"^(?P<year>\d{4})\Z"})

    assert validator.is_valid("2024")
    assert not validator.is_valid("24")


def test_a_schema_makes_nothing_be_fetched():
    """Neither its dialect nor a reference is looked up on the network."""
    validator = Validator({"$schema": "http://localhost:1/meta", "type": "object"})

    assert validator.is_valid({})


def test_threads_share_a_validator():
    """A model may be used from several threads, and validators are kept for all."""
    validator, found = Validator(SCHEMA), []
    thread = threading.Thread(target=lambda: found.append(validator.is_valid({"n": 1})))

    thread.start()
    thread.join()

    assert found == [True]
