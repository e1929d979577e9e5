"""One budget, handed out in parts."""

from hypothesis import given
from hypothesis import strategies as st

from synalinks.callbacks import BudgetLedger, Spent


def ledger(limit=1600, *, spent=None, n_sharing=1, clock=lambda: 0.0, **limits):
    return BudgetLedger(
        {"calls": limit, **limits},
        spent or {},
        seconds=5.0,
        n_sharing=n_sharing,
        clock=clock,
    )


def calls(n):
    return Spent(calls=n)


def test_who_asks_gets_some_more_than_it_needs():
    """A sixteenth of what is left, divided by the number of processes."""
    one = ledger(n_sharing=2)

    first = one.lease("a", calls(0), calls(1))
    second = one.lease("b", calls(0), calls(60))

    assert first.allowed == {"calls": 50}
    assert second.allowed == {"calls": 60}
    assert (first.elsewhere.calls, second.elsewhere.calls) == (1550, 1540)


def test_nothing_is_handed_out_that_does_not_do():
    """What is left stays for those that need less."""
    one = ledger(10)
    one.lease("a", calls(0), calls(8))

    refused = one.lease("b", calls(0), calls(3))
    served = one.lease("b", calls(0), calls(2))

    assert (refused.allowed["calls"], refused.elsewhere.calls) == (0, 10)
    assert served.allowed["calls"] == 2


def test_what_was_not_spent_comes_back():
    """A part that has ended, or died, holds no more than it has spent."""
    one = ledger(10)
    one.lease("a", calls(0), calls(8))
    one.lease("a", calls(3), calls(1))

    known = one.settle({"a": calls(2)})  # the folder of who died may know less

    assert known == {"a": calls(3)}
    assert one.lease("b", calls(0), calls(7)).allowed["calls"] == 7
    assert one.lease("a", calls(3), calls(1)).allowed["calls"] == 3


def test_what_was_spent_before_counts():
    """Also time, and all limits at once: one that does not do refuses the others."""
    now = [100.0]
    one = ledger(
        10, spent={"a": Spent(calls=4, cost=0.5)}, clock=lambda: now[0], cost=1.0
    )
    now[0] += 2

    lease = one.lease("b", Spent(), Spent(calls=1, cost=0.6))

    assert lease.allowed == {"calls": 0, "cost": 0.0}
    assert lease.elsewhere == Spent(calls=10, cost=1.0, seconds=7.0)
    assert one.lease("a", Spent(calls=4, cost=0.5), calls(6)).allowed["calls"] == 10


def test_who_has_spent_too_much_is_told():
    """Answers may take more than was expected: then the whole is over its limit."""
    one = ledger(10)
    one.lease("a", calls(0), calls(10))

    lease = one.lease("b", calls(3), calls(0))

    assert lease.elsewhere.calls + 3 == 13


@given(st.data())
def test_no_more_is_handed_out_than_there_is(data):
    """Whatever parts ask for, spend and give back, all together stay within."""
    limit = data.draw(st.integers(1, 200))
    one = ledger(limit, n_sharing=data.draw(st.integers(1, 4)))
    spent, allowed = dict.fromkeys("abc", 0), dict.fromkeys("abc", 0)
    for _ in range(data.draw(st.integers(0, 30))):
        part = data.draw(st.sampled_from("abc"))
        wanted = data.draw(st.integers(0, 20))
        lease = one.lease(part, calls(spent[part]), calls(wanted))
        allowed[part] = lease.allowed["calls"]
        room = allowed[part] - spent[part]
        assert room >= wanted or limit - sum(allowed.values()) < wanted - room
        spent[part] += data.draw(st.integers(0, room))
        if data.draw(st.booleans()):
            one.settle({part: calls(spent[part])})
            allowed[part] = spent[part]
        assert sum(allowed.values()) <= limit
        assert lease.elsewhere.calls == limit - lease.allowed["calls"]
