"""Out-of-bag racing, by ask and tell."""

import pytest
from ask_tell import Driver

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
