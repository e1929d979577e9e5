"""Context variables have values for the length of a block."""

from contextvars import ContextVar

import pytest

from synalinks._internal.context import all_bound, bound, inside, scope

ONE: ContextVar[object] = ContextVar("one", default="outer")
OTHER: ContextVar[object] = ContextVar("other", default=None)


def values():
    return ONE.get(), OTHER.get()


def test_several_values_are_there_inside_and_gone_after():
    """Those that are there already as well as those that are new."""
    with bound(ONE, "mine"):
        with all_bound((ONE, "mine"), (OTHER, 3)):
            assert values() == ("mine", 3)
            with all_bound((ONE, None), (OTHER, 4)):
                assert values() == (None, 4)
            assert values() == ("mine", 3)
        assert values() == ("mine", None)

    assert values() == ("outer", None)


@pytest.mark.parametrize("last", ["second", "outer"])
def test_the_last_value_of_a_variable_counts(last):
    """What was there before the block is there after it, whatever came between."""
    with all_bound((ONE, "first"), (ONE, last)):
        assert ONE.get() == last

    assert ONE.get() == "outer"


@pytest.mark.parametrize(
    "block",
    [all_bound((ONE, 1), (OTHER, 2)), bound(ONE, 1)],
    ids=["all_bound", "bound"],
)
def test_an_error_takes_the_values_along(block):
    """Whatever ends the block, and it is not swallowed."""
    with pytest.raises(ZeroDivisionError), block:
        raise ZeroDivisionError

    assert values() == ("outer", None)


def test_an_equal_value_is_another():
    """Two lists that are equal now may differ later: identity decides."""
    first, second = [], []
    with bound(ONE, first), all_bound((ONE, second)):
        assert ONE.get() is second
        with bound(ONE, first):
            assert ONE.get() is first
        assert ONE.get() is second


def test_a_variable_without_a_value_has_none_after():
    """One without a default may be bound all the same."""
    bare: ContextVar[int] = ContextVar("bare")
    with bound(bare, 1) as given:
        assert (given, bare.get()) == (1, 1)

    assert bare.get(None) is None


def test_scopes_are_paths():
    """Each is inside the one around it."""
    with inside("fit", "epoch 1"), inside(7) as path:
        assert path == scope.get() == "fit/epoch 1/7"

    assert scope.get() == ""
