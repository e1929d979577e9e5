"""Entries are taken at once, also where there is nobody to send them."""

import sys
import warnings

import pytest

from synalinks.tracking import Outbox


@pytest.mark.parametrize("executable", ["/bin/false", "/nowhere/python"])
def test_a_sender_that_cannot_run_is_told_of_once(executable, monkeypatch):
    """After a few attempts nobody waits for it, in training or at the end."""
    monkeypatch.setattr(sys, "executable", executable)
    outbox = Outbox("http://127.0.0.1:1")
    for step in range(3):
        row = ["reward", 0.5, 1, step]
        outbox.put({"op": "metrics", "run": "a" * 32, "rows": [row]})

    assert not outbox.wait(60)
    (said,) = outbox.take_warnings()
    assert "has died: nothing is logged" in said
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outbox.close()
