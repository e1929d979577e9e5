"""Automatic names whose numbers differ: `generator_1` in a file, `generator` here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Renumbering:
    """Tells which saved name stands for which name of a program.

    An automatic name depends on how many objects were made before in the process. Of
    those with one stem, the first in the file is the first in the program, if there are
    as many.

    Args:
        automatic_names: Names that modules without a name get, without their numbers.
        renamed: Name of the module around, here and in the file, where these differ:
            its parts may be named after it.
    """

    def __init__(
        self, automatic_names: set[str], renamed: tuple[str, str] | None = None
    ) -> None:
        self._automatic_names = automatic_names
        self._renamed = renamed

    def below(self, name: str, saved_name: str) -> Renumbering:
        """Return what to use for the parts of a module.

        Args:
            name: The module's name.
            saved_name: Its name in the file.
        """
        renamed = None if name == saved_name else (name, saved_name)
        return Renumbering(self._automatic_names, renamed)

    def names(self, expected: Iterable[str], saved: Iterable[str]) -> dict[str, str]:
        """Return saved names by the names of the program that they stand for.

        Args:
            expected: Names in the program.
            saved: Names in the file.

        Returns:
            The names that differ; all others stand for themselves.
        """
        found = self._named_after(expected, saved)
        for stem in self._automatic_names:
            here = _of_stem(stem, expected)
            there = _of_stem(stem, saved)
            if len(here) == len(there):
                pairs = zip(here, there, strict=True)
                found |= {one: other for one, other in pairs if one != other}
        return found

    def _named_after(
        self, expected: Iterable[str], saved: Iterable[str]
    ) -> dict[str, str]:
        if self._renamed is None:
            return {}
        new, old = self._renamed
        renamed = {
            f"{name.removesuffix(old)}{new}": name
            for name in saved
            if name.endswith(f"_{old}")
        }
        return {name: renamed[name] for name in expected if name in renamed}


def _of_stem(stem: str, names: Iterable[str]) -> list[str]:
    """Return the names that are a stem and maybe a number, by number."""
    numbered = [
        (int(name.removeprefix(stem).lstrip("_") or 0), name)
        for name in names
        if _unnumbered(name) == stem
    ]
    return [name for _, name in sorted(numbered)]


def _unnumbered(name: str) -> str:
    stem, _, number = name.rpartition("_")
    return stem if stem and number.isdecimal() else name
