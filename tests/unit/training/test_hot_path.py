"""What one more sample costs: counted, not timed."""

import cProfile
import pstats

import pytest
from parity import data, make_task

# Functions that never wait, by file: a profile counts each turn of those that do.
COUNTED = {
    "validations of the answer": ("_validator.py", "is_valid"),
    "JSON texts written": ("/json/encoder.py", "encode"),
    "prompts rendered": ("/jinja2/environment.py", "render"),
    "schemas copied": ("_data_model.py", "get_schema"),
    "values copied": ("_data_model.py", "get_json"),
    "tasks started": ("/asyncio/base_events.py", "create_task"),
}
# The one text is the question.
ONE_CALL = {"validations of the answer": 1, "JSON texts written": 1}
NOTHING = dict.fromkeys(COUNTED, 0)


async def counts_of(method, n_samples):
    """Return how often each function is called in a pass over samples."""
    task = await make_task(lambda request: '{"answer": "even"}')
    # The window is full in any case: it is what tasks are started for.
    task.program.get_module("gen").language_model.max_concurrency = 4
    x_and_y = data(0, n_samples)
    arguments = x_and_y if method == "evaluate" else x_and_y[:1]
    profile = cProfile.Profile()

    with profile:
        await getattr(task.program, method)(*arguments, batch_size=4, verbose=0)

    assert task.n_calls == n_samples
    return {
        what: sum(
            row[1]
            for (file, _, name), row in pstats.Stats(profile).stats.items()
            if file.endswith(ending) and name == function
        )
        for what, (ending, function) in COUNTED.items()
    }


@pytest.mark.parametrize("method", ["predict", "evaluate"])
async def test_a_sample_more_does_its_own_work_only(method):
    """An answer is validated once; prompts, schemas and tasks are made per pass."""
    few, many = await counts_of(method, 16), await counts_of(method, 80)

    more = {what: (many[what] - few[what]) / 64 for what in COUNTED}
    assert more == {**NOTHING, **ONE_CALL}
    assert few["prompts rendered"] == 1
    assert few["tasks started"] >= 4  # the names above are those of real functions
    assert few["schemas copied"] >= 1
