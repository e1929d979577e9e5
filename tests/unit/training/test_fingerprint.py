"""What makes a run what it is, told by name."""

import sys
import threading

import pytest

import synalinks
from synalinks.training._fingerprint import _code, _program


@pytest.fixture
def hurried():
    """Threads take turns as often as they can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


class Waste:
    """Freed by the collector only; its work then gives another thread its turn."""

    def __init__(self):
        self.me = self

    def __del__(self):
        sum(range(2000))


class Shout(synalinks.Module):
    """A module of the user's own."""

    async def call(self, inputs):
        return inputs


class Whisper(Shout):
    """Another one."""


def test_threads_may_tell_it_at_once(hurried):
    """Runs that begin together, in threads of their own, do not disturb each other."""

    class Program:
        reward = None

        def children(self):
            return [Shout(), Whisper()]

    found, failures = [], []

    def tell():
        for _ in range(30):
            for _ in range(50):
                Waste()
            try:
                found.append(dict(_code(Program())))
            except SystemError as error:
                failures.append(error)

    threads = [threading.Thread(target=tell) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert {"code.Shout", "code.Whisper"} < set(found[0])
    assert all(one == found[0] for one in found)


class Raw(Shout):
    """A module that describes itself by what is no JSON."""

    async def compute_output_spec(self, inputs):
        """Return what was given."""
        return inputs

    def get_config(self):
        """Return an object as it is."""
        return {"key": len}


async def test_a_module_without_json_is_known_by_its_class():
    """It cannot be saved, but trained and gone on with."""
    inputs = synalinks.Input(data_model=synalinks.ChatMessage)
    program = synalinks.Program(inputs=inputs, outputs=await Raw(name="raw")(inputs))

    told = dict(_program(program))

    assert told["modules.raw.class"] == "Raw"
    assert "modules.raw.key" not in told
