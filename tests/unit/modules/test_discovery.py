"""Finding the parts of a module."""

from synalinks.modules._discovery import attributes_of_type


class Part:
    pass


class Owner:
    pass


def test_parts_are_found_in_any_container():
    """Attributes, lists, tuples and dicts are searched, each part once."""
    one, two, three, four = (Part() for _ in range(4))
    owner = Owner()
    owner.a = one
    owner.b = [two, (one, {"x": three})]
    owner.c = {"y": four, "z": 3}

    assert attributes_of_type(owner, Part) == [one, two, three, four]


def test_what_the_constructor_was_given_is_no_part():
    """Arguments that are kept for saving do not count."""
    owner = Owner()
    owner._arguments = {"part": Part()}

    assert attributes_of_type(owner, Part) == []
