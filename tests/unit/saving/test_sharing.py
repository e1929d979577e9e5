"""Objects that several others have."""

from synalinks._internal import context
from synalinks.saving import shared_objects, with_shared_ids
from synalinks.saving._sharing import shared_id


def test_only_what_occurs_twice_is_numbered():
    """In the order in which it was met."""
    one, two, three = object(), object(), object()

    numbers = with_shared_ids(
        lambda: [shared_id(part) for part in (one, two, three, two, one)]
    )

    assert numbers == [0, 1, None, 1, 0]


def test_inside_another_the_outer_numbers_count():
    """One numbering holds for all that is saved together."""
    shared = object()

    numbers = with_shared_ids(
        lambda: [shared_id(shared), with_shared_ids(lambda: shared_id(shared))]
    )

    assert numbers == [0, 0]


def test_outside_nothing_is_numbered():
    """There is nothing to be shared in."""
    assert shared_id(object()) is None
    with_shared_ids(lambda: None)
    assert context.met_objects.get(None) is None


def test_objects_of_a_moment_are_not_mixed_up():
    """A freed object's identity may come back; it is kept until the end."""
    numbers = with_shared_ids(lambda: [shared_id(object()) for _ in range(100)])

    assert numbers == [None] * 100


def test_loaded_objects_are_known_inside_one_load():
    """A nested block is part of the outer one; a second load starts anew."""
    with shared_objects() as outer:
        outer[0] = "x"
        with shared_objects() as inner:
            assert inner is outer
    with shared_objects() as other:
        assert other == {}
