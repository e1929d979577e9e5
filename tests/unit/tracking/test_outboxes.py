"""One outbox for each store, and what waits for all of them."""

import sys

from builders import run

from synalinks.tracking import flush_outboxes, outbox_for


def test_one_outbox_for_a_store():
    """All runs and traces of a store go the same way."""
    one = outbox_for("http://127.0.0.1:1")

    assert outbox_for("http://127.0.0.1:1") is one
    assert outbox_for("http://127.0.0.1:2") is not one


def test_all_is_sent_only_if_each_store_has_it(monkeypatch):
    """A store with nothing to send does not hide another that did not get it."""
    monkeypatch.setattr("synalinks.tracking._outboxes._outboxes", {})
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    outbox_for("http://127.0.0.1:1")
    assert run(flush_outboxes(10))
    outbox_for("http://127.0.0.1:2").put({"op": "tags", "run": "a" * 32, "tags": {}})
    outbox_for("http://127.0.0.1:3")

    assert not run(flush_outboxes(10))
