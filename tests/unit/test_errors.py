"""Exceptions, warnings, and what their messages are made of."""

import asyncio
import inspect
import re
import warnings
from pathlib import Path

import pytest

from synalinks import errors
from synalinks.errors import (
    ConfigurationError,
    FileFormatError,
    GraphError,
    SavingError,
    SynalinksError,
    SynalinksWarning,
)

CLASSES = [
    cls
    for _, cls in inspect.getmembers(errors, inspect.isclass)
    if issubclass(cls, Exception) and cls.__module__ == "synalinks.errors"
]
BUILTINS = {
    "ConfigurationError": ValueError,
    "ModuleError": RuntimeError,
    "FileFormatError": ValueError,
    "StateMismatchError": ValueError,
    "UnregisteredObjectError": TypeError,
    "WriteError": OSError,
    "ToolServerError": ConnectionError,
    "MissingDependencyError": ImportError,
    "SynalinksWarning": UserWarning,
}


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_class_is_in_the_tree_of_the_module(cls):
    """The docstring shows each class, and each class has a docstring of its own."""
    assert re.search(rf"\b{cls.__name__}\b", errors.__doc__)
    assert cls.__dict__.get("__doc__")
    assert issubclass(cls, (SynalinksError, SynalinksWarning))


def test_the_tree_names_no_class_that_is_not_there():
    """Whatever the docstring names exists."""
    named = re.findall(r"\b[A-Z]\w+(?:Error|Warning)\b", errors.__doc__)

    assert {name for name in named if not hasattr(errors, name)} <= {
        "ValueError", "RuntimeError", "TypeError", "OSError", "ImportError",
        "ConnectionError", "UserWarning",
    }  # fmt: skip


@pytest.mark.parametrize("name", BUILTINS)
def test_errors_are_those_that_scripts_catch(name):
    """`except ValueError` and the like go on working."""
    assert issubclass(getattr(errors, name), BUILTINS[name])


def test_the_facts_of_a_language_model_error():
    """The provider follows from the model; everything else is as given."""
    error = errors.RateLimitedError(
        "slow down", model="openai/gpt", status_code=429, retry_after_s=3.0
    )

    assert str(error) == "slow down"
    assert (error.provider, error.model) == ("openai", "openai/gpt")
    assert (error.status_code, error.retry_after_s) == (429, 3.0)
    assert errors.InvalidOutputError("bad", answer="x").answer == "x"


class Loop:
    def __repr__(self):
        raise RecursionError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("a", "'a'", id="short"),
        pytest.param("a" * 300, f"'{'a' * 199}… (302 characters)", id="long"),
        pytest.param(Loop(), "a deeply nested Loop", id="recursive"),
    ],
)
def test_values_are_shown_at_a_length_that_suits_a_message(value, text):
    """Long values are cut, and what has no representation is named."""
    assert errors.show(value) == text


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("reard", " Did you mean `reward`?"),
        ("REWARD", " Did you mean `reward`?"),
        ("xyz", ""),
    ],
)
def test_near_names_are_suggested(name, hint):
    """The nearest known name is suggested, whatever its case."""
    assert errors.did_you_mean(name, ["reward", "loss"]) == hint


def test_a_warning_points_at_the_users_line():
    """The file of a warning is the one that called the library."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        errors.warn("careful")

    assert [str(one.message) for one in caught] == ["careful"]
    assert caught[0].category is SynalinksWarning
    assert caught[0].filename == __file__


def test_a_warning_of_a_task_points_at_who_runs_the_loop():
    """A line of asyncio would say nothing."""

    async def main():
        asyncio.get_running_loop().call_soon(errors.warn, "careful")
        await asyncio.sleep(0)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        asyncio.run(main())

    assert [one.filename for one in caught] == [__file__]


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 samples"), (1, "1 sample"), (2, "2 samples")]
)
def test_what_is_counted_has_its_number(count, text):
    """One of a thing is not several."""
    assert errors.counted(count, "sample") == text


class TestBoundary:
    """Errors that cross a boundary are classified."""

    def test_any_error_becomes_one_of_ours(self):
        """The message tells the class and the text of the original, its cause."""
        with (
            pytest.raises(FileFormatError, match=r"^no good: KeyError: 'a'$") as caught,
            errors.boundary(FileFormatError, "no good"),
        ):
            raise KeyError("a")

        assert isinstance(caught.value.__cause__, KeyError)

    @pytest.mark.parametrize("error", [GraphError("g"), FileFormatError("f")])
    def test_classified_errors_pass(self, error):
        """An error of the library is let through as it is."""
        with (
            pytest.raises(type(error)) as caught,
            errors.boundary(SavingError, "no good"),
        ):
            raise error

        assert caught.value is error

    def test_what_passes_can_be_chosen(self):
        """Errors of the library that are not to pass are classified as well."""
        with (
            pytest.raises(ConfigurationError, match="no good: NotBuiltError: b"),
            errors.boundary(ConfigurationError, "no good", passes=(SavingError,)),
        ):
            raise errors.NotBuiltError("b")

    @pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
    def test_interruptions_are_no_errors(self, error):
        """What ends the process is not held up."""
        with pytest.raises(error), errors.boundary(SavingError, "no good"):
            raise error


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_class_is_in_the_catalogue(cls):
    """The page of errors says of each when it is raised and what to do."""
    page = Path(__file__).parents[2] / "docs" / "errors.md"

    assert f"`{cls.__name__}`" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "cls",
    [cls for cls in CLASSES if not cls.__subclasses__()],
    ids=lambda cls: cls.__name__,
)
def test_every_class_is_provoked(cls):
    """A test of something else expects each error that is no group of others."""
    folder = Path(__file__).parents[1]
    here = Path(__file__)
    expected = re.compile(rf"\b{cls.__name__}\b")

    assert any(
        expected.search(path.read_text(encoding="utf-8"))
        for path in folder.rglob("test_*.py")
        if path != here
    )
