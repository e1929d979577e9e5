"""Combinations of instructions and examples."""

from ask_tell import PATHS, Driver

from synalinks.optimizers import MIPRO


def even_ones(candidate, sample_id):
    """Even samples pass, whatever the program."""
    return float(int(sample_id.split(":")[1]) % 2 == 0)


async def test_a_combination_meets_the_program_once():
    """Who has lost a full evaluation is not evaluated again, nor told of again."""
    optimizer = MIPRO(n_instructions=2, n_example_sets=1, full_evaluation_every=1)
    driver = Driver(optimizer, even_ones)

    events = await driver.steps(8)

    raced = optimizer._raced
    assert len(raced) == len(set(raced)) > 2
    assert {one.candidate for one in events if one.event == "rejected"} == set(raced)


async def test_only_what_passed_is_an_example():
    """Sets are drawn from samples that scored at least the mean."""
    optimizer = MIPRO(n_instructions=0, n_example_sets=6)
    driver = Driver(optimizer, even_ones)

    await driver.steps(1)

    sets = [one for path in PATHS for one in optimizer._sets[path] if one]
    assert sets
    samples = {example["inputs"]["sample"] for one in sets for example in one}
    assert {int(one.split(":")[1]) % 2 for one in samples} == {0}


async def test_the_first_program_is_no_candidate():
    """A combination of the first levels is the program itself: nobody proposed it."""
    optimizer = MIPRO(n_instructions=0, n_example_sets=0)
    driver = Driver(optimizer, even_ones)

    events = await driver.steps(3)

    assert [one.event for one in events] == ["best"]


async def test_one_lucky_sample_is_not_most_promising():
    """Of two combinations the one that did well on many samples is evaluated."""
    optimizer = MIPRO(n_instructions=0, n_example_sets=1)
    lucky, solid = {f"examples {PATHS[0]}": 0}, {f"examples {PATHS[0]}": 1}
    driver = Driver(optimizer, lambda candidate, one: float(one != "val:1"))
    first, *_ = PATHS
    optimizer._sets = {first: [[{"inputs": 0}], [{"inputs": 1}]]}
    optimizer._trials = [(lucky, 1.0), (solid, 0.9)]
    driver.measure(optimizer._candidate(lucky), ["val:0"])
    driver.measure(optimizer._candidate(solid), driver.validation)

    (chosen,) = optimizer._most_promising(driver.view())

    assert chosen == optimizer._candidate(solid)
