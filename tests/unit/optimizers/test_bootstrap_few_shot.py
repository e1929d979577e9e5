"""Sets of whole traces."""

from ask_tell import PATHS, Driver

from synalinks.optimizers import BootstrapFewShot


async def test_only_what_passed_is_an_example():
    """A wrong answer teaches the wrong thing: sets hold samples that scored."""
    tried = []

    class Watched(BootstrapFewShot):
        async def propose(self, step):
            tried.extend(found := await super().propose(step))
            return found

    driver = Driver(Watched(), lambda _, one: float(int(one.split(":")[1]) % 2 == 0))

    await driver.steps(2, batch_size=8)

    examples = [
        one for c in tried for path in PATHS for one in c.values[path]["examples"]
    ]
    samples = {one["inputs"]["sample"] for one in examples}
    assert samples <= {"train:0", "train:2", "train:4", "train:6"}
    assert samples
