"""`Rubric`: one criterion that a judge goes by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict, is_row
from synalinks.errors import ConfigurationError, did_you_mean, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject


@dataclass(frozen=True, slots=True)
class Rubric:
    """A criterion, and in words what is best and what is worst.

    Example:
        ```python
        Rubric("politeness", "Best: warm and respectful. Worst: rude or cold.")
        ```
    """

    name: str
    """What it is called, a Python name in snake case."""
    criterion: str
    """What a judge looks at, and what the best and the worst are."""

    def get_config(self) -> JsonObject:
        """Return name and criterion as JSON."""
        return {"name": self.name, "criterion": self.criterion}

    @classmethod
    def from_config(cls, config: JsonObject) -> Rubric:
        """Return the rubric that `get_config` described.

        Args:
            config: Its name and criterion.
        """
        return cls(**config)


def checked_rubrics(rubrics: Any, known: Mapping[str, Rubric]) -> list[Rubric]:
    """Return rubrics, from whatever form they are given in.

    Args:
        rubrics: A list of `Rubric`s and of names of known ones, or a dict of criteria
            by name.
        known: Rubrics that can be named.

    Raises:
        ConfigurationError: There is none, one is not known, or two have one name.
    """
    if is_dict(rubrics):
        given: list[Any] = [Rubric(name, text) for name, text in rubrics.items()]
    else:
        given = list(rubrics) if is_row(rubrics) else []
    found = [_checked(one, known) for one in given]
    names = [one.name for one in found]
    if not found or len(set(names)) != len(names):
        msg = (
            "`rubrics` is a list of different rubrics, of their names, or a dict of "
            f"criteria by name, received: {show(rubrics)}."
        )
        raise ConfigurationError(msg)
    return found


def _checked(one: Any, known: Mapping[str, Rubric]) -> Rubric:
    if isinstance(one, str):
        return named_rubric(one, known)
    is_rubric = isinstance(one, Rubric)
    if not is_rubric or not str(one.name).isidentifier() or not _is_text(one.criterion):
        msg = (
            "A rubric has a name, such as 'politeness', and a text that says what is "
            f"best and what is worst, received: {show(one)}."
        )
        raise ConfigurationError(msg)
    return one


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def named_rubric(name: str, known: Mapping[str, Rubric]) -> Rubric:
    """Return the known rubric of a name.

    Args:
        name: In Camel or snake case, whatever the capitals.
        known: Rubrics by name in snake case.

    Raises:
        ConfigurationError: There is none.
    """
    letters = {key.replace("_", ""): rubric for key, rubric in known.items()}
    found = letters.get(name.replace("_", "").casefold())
    if found is None:
        msg = (
            f"There is no rubric named {show(name)}.{did_you_mean(name, known)} Known: "
            f"{', '.join(known)}. One of your own is `Rubric(name, criterion)`."
        )
        raise ConfigurationError(msg)
    return found
