"""Templates in which everything is escaped."""

import pytest
from jinja2 import UndefinedError

from synalinks._internal.html import render, trusted


def test_values_are_escaped_unless_they_are_our_own():
    """Markup from outside is text, markup of ours is markup."""
    page = render("{{ a }} {{ b }}", a="<b>&'", b=trusted("<i>"))

    assert page == "&lt;b&gt;&amp;&#39; <i>"


def test_a_missing_value_is_an_error():
    """A template asks for nothing that it is not given."""
    with pytest.raises(UndefinedError):
        render("{{ a }}")
