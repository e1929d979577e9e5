"""Automatic names whose numbers differ."""

import pytest

from synalinks.programs._renumbering import Renumbering

AUTOMATIC = {"generator", "chain_of_thought"}


@pytest.mark.parametrize(
    ("expected", "saved", "names"),
    [
        pytest.param(["generator"], ["generator"], {}, id="equal"),
        pytest.param(
            ["generator"], ["generator_1"], {"generator": "generator_1"}, id="one"
        ),
        pytest.param(
            ["generator_9", "generator_10"],
            ["generator_3", "generator"],
            {"generator_9": "generator", "generator_10": "generator_3"},
            id="in the order of the numbers",
        ),
        pytest.param(
            ["generator", "generator_1"],
            ["generator_1", "generator_2"],
            {"generator": "generator_1", "generator_1": "generator_2"},
            id="overlapping",
        ),
        pytest.param(["generator", "generator_1"], ["generator_1"], {}, id="fewer"),
        pytest.param(["writer_1"], ["writer_2"], {}, id="a name that was chosen"),
        pytest.param(
            ["generator", "chain_of_thought_1"],
            ["chain_of_thought", "generator_4"],
            {"generator": "generator_4", "chain_of_thought_1": "chain_of_thought"},
            id="two kinds",
        ),
        pytest.param(["generator_x"], ["generator"], {}, id="no number"),
    ],
)
def test_names_that_differ_in_their_number(expected, saved, names):
    """Only automatic names are matched, and only if there are as many."""
    assert Renumbering(AUTOMATIC).names(expected, saved) == names


def test_parts_named_after_a_renamed_module_follow_it():
    """`state_generator_1` in `generator_1` is `state_generator` in `generator`."""
    below = Renumbering(AUTOMATIC).below("generator", "generator_1")

    assert below.names(["state_generator", "x"], ["state_generator_1", "x"]) == {
        "state_generator": "state_generator_1"
    }
    assert Renumbering(AUTOMATIC).below("a", "a").names(["b_a"], ["b_c"]) == {}
