"""A batch is packed and unpacked."""

import pytest

from synalinks.errors import ConfigurationError
from synalinks.utils import pack_x_y, unpack_x_y


@pytest.mark.parametrize("batch", [(["a"], ["b"]), (["a"], None)])
def test_packing_and_unpacking_agree(batch):
    """What was packed comes back; without targets they are None."""
    assert unpack_x_y(pack_x_y(*batch)) == batch


def test_inputs_alone_are_a_batch():
    """A list is inputs; a tuple of three is nothing."""
    assert unpack_x_y(["a"]) == (["a"], None)
    with pytest.raises(ConfigurationError, match=r"`\(x,\)` or `\(x, y\)`, received"):
        unpack_x_y((1, 2, 3))
