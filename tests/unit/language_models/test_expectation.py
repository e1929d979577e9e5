"""What a call is expected to take: an estimate that learns."""

import pytest

from synalinks.contracts import Usage
from synalinks.language_models import LMRequest, UsageLedger
from synalinks.language_models._expectation import expected_usage


def request(**options):
    options = {"model": "openai/gpt-4o-mini", **options}
    return LMRequest(messages=[{"role": "user", "content": "x" * 400}], **options)


def test_the_prompt_is_measured():
    """Four characters are a token; schema and tools are sent as well."""
    bare = expected_usage(request(), UsageLedger()).prompt_tokens
    more = request(schema={"description": "x" * 400}, tools=[{"x": "x" * 400}])

    assert 100 <= bare <= 112
    assert expected_usage(more, UsageLedger()).prompt_tokens > bare + 200


@pytest.mark.parametrize(
    ("n_calls", "params", "tokens"),
    [
        (0, {}, 256),
        (0, {"max_tokens": 10}, 10),
        (0, {"max_completion_tokens": 1000}, 256),
        (4, {}, 38),
        (4, {"max_tokens": 20}, 20),
    ],
)
def test_the_answer_is_as_long_as_those_before(n_calls, params, tokens):
    """And never longer than it may be."""
    ledger = UsageLedger()
    for _ in range(n_calls):
        ledger.record(Usage(calls=1, completion_tokens=37), "stop")
    ledger.record(
        Usage(calls=n_calls > 0, completion_tokens=40 * (n_calls > 0)), "stop"
    )

    assert expected_usage(request(params=params), ledger).completion_tokens == tokens


def test_cost():
    """It has a price where the price is known; else it is unknown, not nothing."""
    known = expected_usage(request(), UsageLedger())

    assert known.cost_usd > 0
    unknown = expected_usage(request(model="openai/nobody-knows"), UsageLedger())
    assert unknown.cost_usd is None
