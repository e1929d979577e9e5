"""Out-of-bag racing, by ask and tell."""

import pytest
from ask_tell import Driver, texts_of

from synalinks.optimizers import OutOfBagRacing


@pytest.mark.parametrize("n_children", [1, 2])
async def test_a_program_that_hardly_fails_is_not_run_on_the_whole_pool(n_children):
    """Failures are looked for on a hundred samples a step, however many there are."""

    def rarely_wrong(candidate, sample_id):
        return float(not sample_id.endswith("77"))

    optimizer = OutOfBagRacing(pool="train", n_children=n_children, nb_max_examples=0)
    driver = Driver(optimizer, rarely_wrong, n_train=2000)
    costs = []
    for _ in range(6):
        n_before = len(driver.cells)
        await driver.steps(1)
        costs.append(len(driver.cells) - n_before)

    # The first 28 of the seed and the batch; the search; and what races take.
    assert max(costs) <= 28 + 100 + n_children * 200
    assert driver.asked, "nothing was learned from the failures that were found"


async def test_a_program_without_a_failure_costs_a_search_and_no_proposal():
    """Where nothing is wrong nothing is written."""
    optimizer = OutOfBagRacing(pool="train", nb_max_examples=0)
    driver = Driver(optimizer, lambda candidate, sample_id: 1.0, n_train=2000)

    await driver.steps(3)

    assert driver.asked == []
    assert len(driver.cells) <= 28 + 3 * 100


def half_wrong(candidate, sample_id):
    """Every second sample fails, whatever the program."""
    return float(int(sample_id.split(":")[1]) % 2)


def racing(**options):
    optimizer = OutOfBagRacing(pool="train", nb_max_examples=0, **options)
    return Driver(optimizer, half_wrong, n_train=120)


async def test_the_order_of_evaluation_is_drawn_once():
    """Without a batch the first program is measured on the first 24 samples of it."""
    driver = racing()

    await driver.steps(1, batch_size=0)
    order = list(driver.optimizer._order)
    first = [one for _, one in driver.cells[:24]]
    await driver.steps(2)

    assert order != driver.train
    assert sorted(order) == sorted(driver.train)
    assert first == order[:24]
    assert driver.optimizer._order == order


async def test_a_child_remembers_all_that_its_lineage_was_shown():
    """Not only what it was itself made from: its parent's samples are in it, too."""

    def longer_is_better(candidate, sample_id):
        n_words = sum(map(len, map(str.split, texts_of(candidate))))
        return float(int(sample_id.split(":")[1]) % 10 < n_words)

    optimizer = OutOfBagRacing(pool="train", nb_max_examples=0)
    driver = Driver(optimizer, longer_is_better, n_train=120)
    await driver.steps(8)

    nodes = optimizer._tree.nodes
    lines = [
        (nodes[one.parent].shown, one.shown)
        for one in nodes.values()
        if one.parent is not None and nodes[one.parent].shown
    ]
    assert lines, "no child had a child"
    assert all(parent <= child for parent, child in lines)
    assert any(parent < child for parent, child in lines)


async def test_samples_that_taught_nothing_yet_come_first():
    """Reflections go round the failures instead of telling the same ones again."""
    driver = racing()

    await driver.steps(1)
    optimizer = driver.optimizer
    before = [one.sample_id for one in optimizer._failures(driver.seed)]
    optimizer._n_used[before[0]] = 9
    after = [one.sample_id for one in optimizer._failures(driver.seed)]

    assert after == [*before[1:], before[0]]


async def test_what_does_not_work_is_done_less():
    """A try without a better child counts against its parent and its move."""
    driver = racing()

    await driver.steps(4)

    nodes = driver.optimizer._tree.nodes
    assert sum(one.n_tries for one in nodes.values()) == 4
    counts = driver.optimizer._bandit.state_dict().values()
    assert sum(losses for _, losses in counts) == 4
