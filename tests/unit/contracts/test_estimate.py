"""What a run will take, as a notebook shows it."""

import re

from synalinks.contracts import Estimate, Span


def cells(page):
    rows = page.partition("<tbody>")[2].split("<tr")[1:]
    return [re.findall(r">([^<>\n]+)</t[hd]>", row) for row in rows]


def test_a_notebook_shows_a_table():
    """Each amount has the least, the expected and the most; no price is said to be."""
    calls = Span(low=10, expected=1234.5, high=2_000_000)
    minutes = Span(low=0.51, expected=1.5, high=99.5)

    estimate = Estimate(calls=calls, tokens=calls, cost_usd=None, minutes=minutes)

    assert cells(estimate._repr_html_()) == [
        ["calls", "10", "1,234", "2,000,000"],
        ["tokens", "10", "1,234", "2,000,000"],
        ["US dollars", "not known"],
        ["minutes", "0.51", "1.5", "99.5"],
    ]
