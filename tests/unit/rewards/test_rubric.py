"""One criterion that a judge goes by."""

import pytest

from synalinks.errors import ConfigurationError
from synalinks.rewards import Rubric
from synalinks.rewards._rubric import checked_rubrics
from synalinks.saving import deserialize_synalinks_object, serialize_synalinks_object

KNOWN = {"pii_leakage": Rubric("pii_leakage", "Best: none.")}


@pytest.mark.parametrize("name", ["pii_leakage", "PIILeakage", "PiiLeakage"])
def test_rubrics_are_named(name):
    """In Camel or snake case."""
    assert checked_rubrics([name], KNOWN) == [KNOWN["pii_leakage"]]


def test_rubrics_of_ones_own():
    """As objects, or as a dict of criteria by name."""
    own = Rubric("wit", "Best: it is funny.")

    assert checked_rubrics([own, "pii_leakage"], KNOWN)[0] is own
    assert checked_rubrics({"wit": "Best: it is funny."}, KNOWN) == [own]


@pytest.mark.parametrize(
    ("rubrics", "message"),
    [
        ([], "list of different rubrics"),
        ("wit", "list of different rubrics"),
        (["pii_leakage", "PIILeakage"], "list of different rubrics"),
        (["pi_leakage"], "There is no rubric named 'pi_leakage'. Did you mean"),
        ({"a wit": "x"}, "A rubric has a name"),
        ({"wit": " "}, "A rubric has a name"),
        ([3], "A rubric has a name"),
    ],
)
def test_anything_else_is_refused(rubrics, message):
    """With what was received."""
    with pytest.raises(ConfigurationError, match=message):
        checked_rubrics(rubrics, KNOWN)


def test_a_rubric_is_saved():
    """With name and criterion."""
    own = Rubric("wit", "Best: it is funny.")

    assert deserialize_synalinks_object(serialize_synalinks_object(own)) == own
