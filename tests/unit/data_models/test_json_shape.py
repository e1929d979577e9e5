"""What a JSON value is."""

from synalinks.data_models._json_shape import copied, is_array, is_object, is_sequence


def test_copies_share_nothing():
    """A copy is equal, and changes of it do not reach the original."""
    value = {"a": [{"b": 1}, None], "c": "é"}

    copy = copied(value)
    copy["a"][0]["b"] = 2

    assert value == {"a": [{"b": 1}, None], "c": "é"}


def test_kinds_of_value():
    """Objects are dicts, arrays lists, sequences lists and tuples."""
    assert is_object({})
    assert not is_object([])
    assert is_array([])
    assert not is_array(())
    assert is_sequence(())
    assert not is_sequence("")
