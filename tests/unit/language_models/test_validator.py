"""A compiled validator that says yes, and an exact one that has the last word."""

import contextlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from referencing.exceptions import Unresolvable

from synalinks.language_models._validator import _NOT_JUDGED, Validator

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


@pytest.fixture
def fetched():
    """Run a server that has a schema for every address.

    Yields:
        Its address, and the paths that it was asked for.
    """
    paths = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"type": "object"}')

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", paths
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("keyword", ["$schema", "$ref"])
def test_a_schema_makes_nothing_be_fetched(fetched, keyword):
    """Neither its dialect nor a reference is looked up on the network."""
    address, paths = fetched

    validator = Validator({keyword: f"{address}/meta", "type": "object"})
    with contextlib.suppress(Unresolvable):
        assert validator.is_valid({})

    assert paths == []


def test_threads_share_a_validator():
    """A model may be used from several threads, and validators are kept for all."""
    validator, found = Validator(SCHEMA), []
    thread = threading.Thread(target=lambda: found.append(validator.is_valid({"n": 1})))

    thread.start()
    thread.join()

    assert found == [True]


@pytest.mark.parametrize(
    ("schema", "value", "fits"),
    [
        ({"pattern": r"^\D$"}, "\u0663", True),  # a digit, and not one of JSON Schema
        ({"pattern": r"^\p{Lu}+$"}, "É", True),
        ({"pattern": r"^\p{Lu}+$"}, "é", False),
        ({"pattern": "^x$"}, "x\n", False),
        ({"pattern": "^x"}, "x\ud800", True),
        ({"pattern": "^x"}, "\ud800", False),
        ({"pattern": "^x"}, 1, True),
        ({"multipleOf": 0.1}, 0.3, True),
        ({"multipleOf": 0.1}, 0.35, False),
        ({"multipleOf": 7}, 14.0, True),
        ({"multipleOf": 2.5}, 2**64, False),
        ({"patternProperties": {r"^\w$": {"type": "null"}}}, {"é": 1}, False),
    ],
)
def test_both_judge_alike_what_they_see_differently(schema, value, fits):
    """Patterns and multiples have one meaning, whoever looks."""
    schema = {"properties": {"a": schema}}
    validator = Validator(schema)

    assert validator.is_valid({"a": value}) is fits
    assert validator.exact.is_valid({"a": value}) is fits


@pytest.mark.parametrize(
    "schema", [{"pattern": "("}, {"patternProperties": {"(": {"type": "string"}}}]
)
def test_a_malformed_pattern_is_refused(schema):
    """It would otherwise end the run at the first answer, which was paid for."""
    with pytest.raises(re.error):
        Validator({"items": schema})


def test_half_a_surrogate_pair_is_judged_all_the_same():
    """JSON can escape what no compiled validator can read."""
    validator = Validator(SCHEMA)

    assert validator.is_valid({"\ud800": "\ud800", "n": 1})
    assert not validator.is_valid({"\ud800": 1})


@pytest.mark.parametrize(
    ("name", "fitting", "others"),
    [
        ("date", ["2024-02-29"], ["2023-02-29", "next tuesday", ""]),
        (
            "date-time",
            ["2024-01-01T10:00:00", "2024-01-01 10:00", "2024-01-01T10:00:00+01:00"],
            ["2024-01-01T25:00:00", "next tuesday"],
        ),
        ("time", ["10:30", "10:30:00Z"], ["25:00", "noon"]),
        ("duration", ["P1DT2H", "1 day, 02:00:00"], ["P1X", "a while"]),
        (
            "uuid",
            ["12345678-1234-5678-1234-567812345678", "1" * 32],
            ["12345678", "\ud800"],
        ),
        ("uri", ["https://example.org/a?b=c", "urn:isbn:3"], ["example", "http://a b"]),
        ("email", ["me@example.org", "Me <me@example.org>"], ["me", "me@", "m e@x.y"]),
        *((one, ["anything", "("], []) for one in _NOT_JUDGED),
        ("nothing known", ["anything"], []),
    ],
)
def test_formats_are_those_of_data_models(name, fitting, others):
    """Both validators take what pydantic's types take, and what is no text."""
    validator = Validator({"type": ["string", "null"], "format": name})
    refused = Validator({"not": {"format": name}})

    for value in (None, *fitting):
        assert validator.is_valid(value)
        assert validator.exact.is_valid(value)
        assert not refused.is_valid(value)
    for value in others:
        assert not validator.is_valid(value)
        assert not validator.exact.is_valid(value)
        assert refused.is_valid(value)
