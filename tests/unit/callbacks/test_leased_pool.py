"""A run's part in a budget that others share."""

import pickle

from synalinks.callbacks import BudgetLedger, LeasedPool, Spent


class CountingDesk(BudgetLedger):
    """Counts how often it is asked."""

    n_asked = 0

    def lease(self, part, spent, wanted):
        self.n_asked += 1
        return super().lease(part, spent, wanted)


def desk_of(limit, clock=lambda: 0.0):
    return CountingDesk({"calls": limit}, {}, seconds=3.0, n_sharing=2, clock=clock)


class Work:
    """What a run has spent, and what it has in flight."""

    def __init__(self):
        self.spent, self.in_flight = Spent(), Spent()

    def read(self):
        return self.spent, self.in_flight


def spend_all(pool, work, limit):
    """Spend one by one as long as that is allowed."""
    one = Spent(calls=1)
    while pool.spent(one).calls + 1 <= limit:
        work.spent += one


def test_calls_are_allowed_without_asking_each_time():
    """All of the budget is spent, no more, and it is asked for seldom."""
    desk, works = desk_of(2000), [Work(), Work()]
    pools = [LeasedPool(desk, {}, lambda: 0.0) for _ in works]
    for name, pool, work in zip("ab", pools, works, strict=True):
        pool.enter(f"{name}/train", work.read)

    for pool, work in zip(pools, works, strict=True):
        spend_all(pool, work, 2000)

    assert sum(work.spent.calls for work in works) == 2000
    assert desk.n_asked < 250


def test_a_part_that_ends_gives_back_what_it_has_not_spent():
    """The next part of any run may have it."""
    desk, work, other = desk_of(100), Work(), Work()
    pool, beside = (LeasedPool(desk, {}, lambda: 0.0) for _ in "ab")
    pool.enter("a/train", work.read)
    beside.enter("b/train", other.read)
    pool.spent(Spent(calls=90))
    work.spent = Spent(calls=40)
    assert beside.spent(Spent(calls=50)).calls == 100

    pool.leave("a/train")

    assert beside.spent(Spent(calls=50)).calls == 50
    assert pool.spent() == Spent(calls=40)


def test_what_was_spent_before_is_no_new_budget():
    """A run that is gone on with counts from its beginning; so does time."""
    now, desk, work = [10.0], desk_of(100, clock=lambda: 50.0), Work()
    before = {"a/train": Spent(calls=30), "a/evaluate, cut off": Spent(calls=2)}
    desk.settle(before)
    pool = LeasedPool(desk, before, lambda: now[0])
    pool.enter("a/train", work.read)
    work.in_flight = Spent(calls=1)

    spent = pool.spent(Spent(calls=67))
    now[0] += 4
    refused = pool.spent(Spent(calls=68))

    assert spent.calls == 30 + 2
    # One is in flight, too.
    assert spent.calls + 1 + 67 == 100 < refused.calls + 1 + 68
    assert (spent.seconds, refused.seconds) == (3.0, 3.0)
    now[0] += 4
    assert pool.spent().seconds == 7.0


def test_it_can_be_sent_to_another_process():
    """As it is before anything is done with it."""
    from time import perf_counter

    spent = {"a/train": Spent(calls=1)}
    pool = LeasedPool(desk_of(9, perf_counter), spent, perf_counter)

    sent = pickle.loads(pickle.dumps(pool))  # noqa: S301 - it was made here

    assert sent.by_part() == spent
