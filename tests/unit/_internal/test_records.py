"""A record is whole, or it is no record."""

import pytest

from synalinks._internal.records import (
    Damage,
    decode,
    decode_value,
    encode,
    encode_value,
    line_length,
    scan,
)

VALUES = [
    {"a": 1, "text": 'quotes " and \\ and\nlines'},
    "é 漢字 \U0001f600 half a pair: \ud83d",
    [None, True, 1.5, float("inf")],
    {},
]
KEYS = ["k", "fit#0/epoch 1/ü/0", 'a "key"\\', "\ud83d"]


def lines():
    return [
        encode(number, "call", key, encode_value(value))
        for number, (key, value) in enumerate(zip(KEYS, VALUES, strict=True))
    ]


@pytest.mark.parametrize("index", range(4))
def test_round_trip(index):
    """Any text survives, as key and as value."""
    line = lines()[index]

    (place,) = scan(line).places

    assert (place.kind, place.key, place.offset) == ("call", KEYS[index], 0)
    assert decode(line) == VALUES[index]
    assert decode_value(encode_value(VALUES[index])) == VALUES[index]
    assert line.count(b"\n") == 1
    assert line_length(line[:20]) == len(line) - 1


def test_offsets_are_those_of_the_file():
    """A part of a file is read as if the whole were."""
    some = lines()

    found = scan(b"".join(some[1:]), start=len(some[0]))

    assert [place.offset for place in found.places] == [
        sum(map(len, some[:n])) for n in (1, 2, 3)
    ]
    assert found.end == sum(map(len, some))


def test_every_truncation_leaves_a_clean_prefix():
    """Cut at any byte, the whole lines before it are found, and no other."""
    some = lines()
    content = b"".join(some)

    for size in range(len(content)):
        n_whole = sum(sum(map(len, some[: n + 1])) <= size for n in range(4))
        found = scan(content[:size])
        assert [place.key for place in found.places] == KEYS[:n_whole]
        assert found.end == sum(map(len, some[:n_whole]))
        assert found.damages == []


def test_every_flipped_bit_is_noticed():
    """Nothing damaged is taken for a value, and all that is whole is kept."""
    some = lines()
    content = b"".join(some)
    values = dict(zip(KEYS, VALUES, strict=True))

    for at in range(len(content)):
        for bit in range(8):
            damaged = bytearray(content)
            damaged[at] ^= 1 << bit
            damaged = bytes(damaged)
            found = scan(damaged)
            for place in found.places:
                assert decode(damaged[place.offset :]) == values[place.key]
            assert len(found.places) >= 3
            is_line_end = content[at : at + 1] == b"\n"
            assert found.damages or found.end < len(content) or is_line_end


def test_damage_is_told_where_it_is():
    """What lies between whole records is reported with place and length."""
    first, second, third, _ = lines()
    broken = second.replace(b"call", b"cxll")

    found = scan(first + broken + b"\n\n" + third)

    assert [place.key for place in found.places] == [KEYS[0], KEYS[2]]
    assert found.damages == [
        Damage(len(first), len(broken)),
        Damage(len(first + broken), 1),
        Damage(len(first + broken) + 1, 1),
    ]


@pytest.mark.parametrize("content", [b"", b"\n", b"rubbish", b"00000000 2 {}\n"])
def test_rubbish(content):
    """What is no record has no value."""
    assert scan(content).places == []
    assert decode(content) is None
