"""`Arm`: what an experiment compares."""

import pytest
from parity import data, make_task

from synalinks.errors import ConfigurationError
from synalinks.experiments import Arm
from synalinks.optimizers import RandomFewShot


def make(**config):
    """Make nothing."""


def make_sized(size=1):
    """Make nothing, of a size."""


@pytest.mark.row("EV-21")
def test_a_grid_has_an_arm_for_each_combination():
    """Two by three are six arms, named after what varies, each value in its place."""
    arms = Arm.grid(
        {
            "optimizer": {"few": RandomFewShot(), "boot": "bootstrap_few_shot"},
            "batch_size": [1, 2, 4],
        },
        program=make,
        fit={"epochs": 2},
    )

    assert [arm.name for arm in arms] == [
        f"optimizer={optimizer},batch_size={size}"
        for optimizer in ("few", "boot")
        for size in (1, 2, 4)
    ]
    assert arms[5].optimizer == "bootstrap_few_shot"
    assert arms[5].fit == {"epochs": 2, "batch_size": 4}
    assert arms[0].config == {}


def test_other_axes_go_to_the_function():
    """What is neither a part nor an argument of `fit` makes the program."""
    arms = Arm.grid({"temperature": [0.0, 1.0], "size": ["s"]}, program=make)

    assert [arm.config for arm in arms] == [
        {"temperature": 0.0, "size": "s"},
        {"temperature": 1.0, "size": "s"},
    ]


def test_values_of_one_class_have_names_of_their_own():
    """Two objects that look alike are told apart by a number."""
    arms = Arm.grid({"optimizer": [RandomFewShot(), RandomFewShot()]}, program=make)

    assert [arm.name for arm in arms] == [
        "optimizer=RandomFewShot",
        "optimizer=RandomFewShot+2",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "a/b"}, "begins with a letter"),
        ({"program": 3}, "a function that makes"),
        ({"fit": {"epoch": 2}}, "Did you mean `epochs`"),
        ({"fit": {"resume": "x"}}, "given to `fit` by the experiment"),
        ({"stages": [3]}, "a stage is"),
        ({"program": make_sized, "config": {"siez": 1}}, r"takes \(size=1\): .*'siez'"),
    ],
)
def test_mistakes_are_found_at_once(arguments, message):
    """What cannot work is refused when the arm is made."""
    with pytest.raises(ConfigurationError, match=message):
        Arm(**{"name": "a", "program": make, **arguments})


def test_an_axis_needs_values():
    """An empty axis would make no arm at all."""
    with pytest.raises(ConfigurationError, match="needs a list of values"):
        Arm.grid({"batch_size": []}, program=make)


async def test_an_axis_varies_something():
    """Arms that differ by nothing but a misspelt name are refused."""
    task = await make_task()

    with pytest.raises(ConfigurationError, match="Did you mean `optimizer`"):
        Arm.grid({"optimzer": ["gepa", "mipro"]}, program=task.program)
    with pytest.raises(ConfigurationError, match="takes"):
        Arm.grid({"siez": [1, 2]}, program=make_sized)


async def test_stages_have_names():
    """They are numbered where they are given none."""
    task = await make_task()
    arm = Arm("a", task.program, stages=[data(0, 4), {"x": [], "name": "late"}])

    assert [stage["name"] for stage in arm.stages] == ["stage1", "late"]
