"""Names of checkpoint files."""

from pathlib import Path

import pytest

from synalinks.callbacks._checkpoint_path import CheckpointPath
from synalinks.errors import ConfigurationError

KNOWN = {"reward", "val_reward"}


def make(template, **options):
    return CheckpointPath(template, **{"holds_variables": False, **options})


def test_fields_are_filled_in():
    """Formats are those of Python."""
    path = make("runs/{epoch:02d}-{step}-{val_reward:.3f}.json")

    filled = path.fill({"epoch": 3, "step": 7, "val_reward": 0.5, "other": 1})

    assert filled == Path("runs/03-7-0.500.json")
    assert path.folder == Path("runs")
    assert path.fill({"epoch": 3, "step": 7}) is None


def test_the_folder_is_the_part_without_fields():
    """Folders may have fields as well."""
    assert make("a/b{epoch}/c.json").folder == Path("a")
    assert make("c.json").folder == Path()
    assert make("a/b{epoch}/c.json").fill({"epoch": 1}) == Path("a/b1/c.json")


def test_versions_and_names_beside():
    """Both keep the ending."""
    path = make("a/b.variables.json", holds_variables=True)

    assert path.version(Path("a/b.variables.json"), 0) == Path("a/b.variables.json")
    assert path.version(Path("a/b.variables.json"), 2) == Path("a/b-v2.variables.json")
    assert path.named("last") == Path("a/last.variables.json")
    assert make("a/b.json").named("last") == Path("a/last.program.json")


@pytest.mark.parametrize(
    ("template", "holds_variables", "message"),
    [
        ("a.json", True, "`filepath` ends in `.variables.json`, received: 'a.json'"),
        ("a.variables.json", False, "only with `save_variables_only=True`"),
        ("a.txt", False, "`filepath` ends in `.json`"),
        ("{epoch.real}.json", False, "a field is the name of a number"),
        ("{epoch[0]}.json", False, "a field is the name of a number"),
        ("{}.json", False, "a field is the name of a number"),
        ("{0}.json", False, "a field is the name of a number"),
        ("{epoch!r}.json", False, "a field is the name of a number"),
        ("{epoch:{step}}.json", False, "a field is the name of a number"),
        ("{epoch.json", False, "is no template"),
    ],
)
def test_what_is_no_template(template, holds_variables, message):
    """Only numbers are formatted: nothing is looked up in them."""
    with pytest.raises(ConfigurationError, match=message):
        make(template, holds_variables=holds_variables)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (
            "{val_rewrd}.json",
            "none of: epoch, batch, step, reward, val_reward. Did you",
        ),
        ("{val_reward:d}.json", "does not fit a number such as 0.5"),
        ("{epoch:zz}.json", "does not fit a number such as 1"),
    ],
)
def test_fields_are_checked_before_the_run(template, message):
    """Unknown names and formats that do not fit are refused."""
    with pytest.raises(ConfigurationError, match=message):
        make(template).check(KNOWN, is_complete=True)


def test_unknown_fields_may_come_from_a_callback():
    """As long as not all names are known."""
    make("{mine:.2f}.json").check(KNOWN, is_complete=False)


@pytest.mark.parametrize("field", ["{epoch:/>3}", "{epoch:\\<3}", "{a/b}", "{a\\b}"])
def test_the_result_stays_in_its_folder(field):
    """A field cannot make folders."""
    with pytest.raises(ConfigurationError, match="a field is the name of a number"):
        make(f"a/{field}.json")
