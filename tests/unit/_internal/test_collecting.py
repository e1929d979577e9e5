"""The garbage collector, less often while many calls are in flight."""

import gc

import pytest

from synalinks._internal.collecting import YOUNG, collecting_less_often


@pytest.fixture(autouse=True)
def thresholds():
    """Leave the collector as it was."""
    before = gc.get_threshold()
    gc.set_threshold(700, 11, 12)
    yield
    gc.set_threshold(*before)


def test_it_is_restored_by_the_last_to_leave():
    """Runs overlap, and end in any order."""
    first, second = collecting_less_often(), collecting_less_often()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert gc.get_threshold() == (YOUNG, 11, 12)
    second.__exit__(None, None, None)

    assert gc.get_threshold() == (700, 11, 12)


def test_an_error_restores_it():
    """Whatever ends the block."""
    with pytest.raises(ValueError, match="x"), collecting_less_often():
        raise ValueError("x")

    assert gc.get_threshold() == (700, 11, 12)


@pytest.mark.parametrize("young", [0, YOUNG + 1])
def test_who_collects_less_is_left_alone(young):
    """Zero means never."""
    gc.set_threshold(young, 11, 12)
    with collecting_less_often():
        assert gc.get_threshold() == (young, 11, 12)

    assert gc.get_threshold() == (young, 11, 12)


def test_what_is_set_meanwhile_stays():
    """It is the user's process."""
    with collecting_less_often():
        gc.set_threshold(900, 11, 12)

    assert gc.get_threshold() == (900, 11, 12)
