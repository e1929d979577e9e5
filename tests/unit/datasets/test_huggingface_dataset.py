"""Data sets of Hugging Face, built here and read from files of this machine."""

import json
import os
import subprocess
import sys

import pytest
from builders import Answer, Query

from synalinks.datasets import HuggingFaceDataset
from synalinks.errors import ConfigurationError

ROWS = [{"query": f"number {n}", "answer": str(n), "grade": n} for n in range(5)]
SIDES = {"input_data_model": Query, "output_data_model": Answer}


def made(**options):
    """Return a data set of the package itself, which is slow to import."""
    import datasets

    return datasets.Dataset.from_list(ROWS, **options)


def test_a_loaded_data_set_gives_its_rows():
    """Columns are fields; each iteration starts anew; the length is known."""
    dataset = HuggingFaceDataset(made(), batch_size=2, **SIDES)

    first, second = list(dataset), list(dataset)

    assert len(dataset) == len(first) == len(second) == 3
    assert [one["answer"] for one in first[0][1]] == ["0", "1"]
    assert first[2][0][0].get("query") == "number 4"


def test_a_stream_has_no_length():
    """Rows that are read as they are needed cannot be counted beforehand."""
    dataset = HuggingFaceDataset(
        made().to_iterable_dataset(), limit=2, input_data_model=Query
    )

    assert sum(len(batch[0]) for batch in dataset) == 2
    with pytest.raises(TypeError, match="not known before"):
        len(dataset)


def test_files_are_read_by_a_builder(tmp_path):
    """What `load_dataset` takes is passed on to it."""
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    code = f"""
from synalinks.datasets import HuggingFaceDataset
for streaming in (False, True):
    dataset = HuggingFaceDataset(
        "json", data_files={str(path)!r}, streaming=streaming,
        input_schema={Query.get_schema()}, output_schema={Answer.get_schema()},
    )
    x, y = dataset.materialize()
    print(len(x), y[3].get("answer"))
"""

    run = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.stdout.splitlines() == ["5 3", "5 3"], run.stderr


def test_what_is_no_data_set_is_refused():
    """Each mistake is told with what was received."""
    import datasets

    with pytest.raises(ConfigurationError, match=r"`path` is 7\. Expected the name"):
        HuggingFaceDataset(7, **SIDES)
    with pytest.raises(ConfigurationError, match=r"has the splits \['train'\]"):
        HuggingFaceDataset(datasets.DatasetDict({"train": made()}), **SIDES)
    with pytest.raises(ConfigurationError, match="cannot be loaded with"):
        HuggingFaceDataset("no-such-builder/at all", **SIDES)


def test_without_the_package_the_error_says_what_to_install():
    """The package is an extra: who lacks it is told its name."""
    code = """
import sys
sys.modules["datasets"] = None
import synalinks
try:
    synalinks.datasets.HuggingFaceDataset("any", input_schema={"type": "object"})
except synalinks.errors.MissingDependencyError as error:
    print(error)
"""

    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert "extra `huggingface`" in run.stdout
