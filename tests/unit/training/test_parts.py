"""What only grows is saved once, and put back as it was."""

import copy
import json

import pytest

from synalinks._internal.rng import stream
from synalinks.errors import FileFormatError
from synalinks.training._parts import Parts, put_back

PREDICTIONS = ("variables", "v", "predictions")
EXAMPLES = ("optimizer", "examples", "v")


def core(predictions, examples):
    return {
        "variables": {"v": {"a": 1, "predictions": predictions, "nb_visit": 2}},
        "optimizer": {"iterations": 3, "examples": {"v": examples}},
    }


def entries(*numbers):
    return [{"n": number} for number in numbers]


def test_only_what_is_new_is_taken():
    """Entries that were saved are not saved again; nothing of the run is changed."""
    parts, predictions, examples = Parts(["examples"]), entries(0, 1), {"x": {"n": 0}}
    given = core(predictions, examples)
    variable, optimizer = given["variables"]["v"], given["optimizer"]

    first, there = parts.take(given)
    assert first == [[PREDICTIONS, 0, entries(0, 1)], [EXAMPLES, 0, {"x": {"n": 0}}]]
    assert there == [[PREDICTIONS, 2], [EXAMPLES, 1]]
    assert list(given["variables"]["v"].items()) == [
        ("a", 1), ("predictions", None), ("nb_visit", 2),
    ]  # fmt: skip
    assert given["optimizer"] == {"iterations": 3, "examples": {"v": None}}
    assert variable["predictions"] is predictions
    assert optimizer["examples"] == {"v": examples}

    predictions += entries(2)
    examples["y"] = {"n": 1}
    second, _ = parts.take(core(predictions, examples))
    assert second == [[PREDICTIONS, 2, entries(2)], [EXAMPLES, 1, {"y": {"n": 1}}]]
    assert parts.take(core(predictions, examples))[0] == []


def test_a_change_in_the_middle_is_noticed():
    """Also where the new entry is equal to the old one for Python, and is another."""
    parts, predictions, examples = (
        Parts(["examples"]), [*entries(0, 1), 1, *entries(3)], {"x": 1, "y": 2},
    )  # fmt: skip
    parts.take(core(predictions, examples))

    predictions[2], examples["x"] = True, 1.0
    news, _ = parts.take(core(predictions, examples))

    assert repr(news) == repr(
        [[PREDICTIONS, 2, [True, *entries(3)]], [EXAMPLES, 2, {"x": 1.0}]]
    )


# What may become of a list and a dict between two snapshots.
CHANGES = (
    lambda n, ones, _: ones.extend(entries(n, n + 1)),
    lambda n, ones, _: ones.__setitem__(slice(n % 5, n % 5 + 1), entries(-n)),
    lambda n, ones, _: ones.clear(),
    lambda n, _, named: named.update({f"x{n}": {"n": n}}),
    lambda n, _, named: named.update({key: {"n": -n} for key in [*named][:1]}),
    lambda n, _, named: named.pop(next(iter(named), ""), None),
    lambda n, ones, named: None,
)


@pytest.mark.parametrize("seed", range(10))
def test_what_was_taken_is_put_back(seed):
    """Whatever became of lists and dicts, in this process and in earlier ones."""
    draw = stream(seed, "parts")
    predictions, examples, pieces = [], {}, []
    for number in range(80):
        if number % 20 == 0:  # another process goes on with what was saved
            parts = Parts(["examples"])
            predictions, examples = copy.deepcopy((predictions, examples))
        CHANGES[draw.randint(0, len(CHANGES) - 1)](number, predictions, examples)
        whole = json.dumps(core(predictions, examples))
        state = core(predictions, examples)
        news, there = parts.take(state)
        pieces += json.loads(json.dumps(news))
        state, there = json.loads(json.dumps([state, there]))
        put_back(state, there, copy.deepcopy(pieces))

        assert json.dumps(state) == whole


def test_a_piece_that_is_lost():
    """Too few entries are an error, and no shorter state."""
    parts = Parts([])
    state = core(entries(0, 1), {})
    news, there = parts.take(state)

    with pytest.raises(FileFormatError, match="predictions"):
        put_back(state, there, [[news[0][0], 0, entries(0)]])
