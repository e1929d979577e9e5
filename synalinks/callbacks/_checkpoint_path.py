"""`CheckpointPath`: the template of a file name, filled in with numbers only."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

from synalinks.errors import ConfigurationError, did_you_mean, show

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

# Counted from 1, except `step`, which counts what is completed.
COUNTS = ("epoch", "batch", "step")
_VARIABLES = ".variables.json"


class CheckpointPath:
    """Where a checkpoint goes: a path with fields such as `{epoch:02d}`.

    Args:
        filepath: Ends in `.json`, or in `.variables.json` for variables.
        holds_variables: Which of the two it is.

    Raises:
        ConfigurationError: The ending is another, or a field is more than a name and
            a format.
    """

    def __init__(self, filepath: str | Path, *, holds_variables: bool) -> None:
        self.template: str = str(filepath)
        self.suffix: str = _suffix_of(self.template, holds_variables=holds_variables)
        self._fields = dict(_fields_of(self.template))
        parts = Path(filepath).parts
        self.folder: Path = Path(*takewhile(lambda part: "{" not in part, parts[:-1]))

    @property
    def keys(self) -> set[str]:
        """The values of the logs that the name has fields for."""
        return self._fields.keys() - set(COUNTS)

    def check(self, known: Collection[str], *, is_complete: bool) -> None:
        """Refuse a field that cannot be filled in.

        Args:
            known: Names that the logs will have.
            is_complete: Whether they will have no others.

        Raises:
            ConfigurationError: There is such a field.
        """
        for name, spec in self._fields.items():
            available = (*COUNTS, *sorted(known))
            if is_complete and name not in available:
                msg = (
                    f"`filepath={self.template!r}` has the field `{{{name}}}`, which "
                    f"is none of: {', '.join(available)}."
                    f"{did_you_mean(name, available)}"
                )
                raise ConfigurationError(msg)
            self._format(name, spec, 1 if name in COUNTS else 0.5)

    def fill(self, values: Mapping[str, Any]) -> Path | None:
        """Return the path for some values.

        Args:
            values: Numbers by name.

        Returns:
            The path; None if a value is missing.
        """
        if not self._fields.keys() <= values.keys():
            return None
        text = "".join(
            literal + ("" if name is None else self._format(name, spec, values[name]))
            for literal, name, spec, _ in Formatter().parse(self.template)
        )
        return Path(text)

    def version(self, path: Path, number: int) -> Path:
        """Return another name for a path.

        Args:
            path: A path that `fill` returned.
            number: 0 for the path itself.
        """
        stem = path.name.removesuffix(self.suffix)
        return path.with_name(f"{stem}-v{number}{self.suffix}") if number else path

    def named(self, stem: str) -> Path:
        """Return a path without fields in the folder.

        Args:
            stem: The name without its ending.
        """
        suffix = _VARIABLES if self.suffix == _VARIABLES else ".program.json"
        return self.folder / f"{stem}{suffix}"

    def _format(self, name: str, spec: str | None, value: Any) -> str:
        try:
            return format(value, spec or "")
        except ValueError as error:
            msg = (
                f"`filepath={self.template!r}`: the format of `{{{name}:{spec}}}` does "
                f"not fit a number such as {value}: {error}."
            )
            raise ConfigurationError(msg) from error


def _suffix_of(template: str, *, holds_variables: bool) -> str:
    names_variables = template.endswith(_VARIABLES)
    if holds_variables and not names_variables:
        msg = (
            "With `save_variables_only=True`, `filepath` ends in `.variables.json`, "
            f"received: {show(template)}."
        )
        raise ConfigurationError(msg)
    if not holds_variables and (names_variables or not template.endswith(".json")):
        msg = (
            "`filepath` ends in `.json`, and in `.variables.json` only with "
            f"`save_variables_only=True`; received: {show(template)}."
        )
        raise ConfigurationError(msg)
    endings = (_VARIABLES, ".program.json", ".json")
    return next(one for one in endings if template.endswith(one))


def _fields_of(template: str) -> Iterator[tuple[str, str]]:
    try:
        parsed = list(Formatter().parse(template))
    except ValueError as error:
        msg = f"`filepath={template!r}` is no template: {error}."
        raise ConfigurationError(msg) from error
    for _, name, spec, conversion in parsed:
        if name is None:
            continue
        if conversion or not _is_plain(name, spec or ""):
            msg = (
                f"`filepath={template!r}`: a field is the name of a number and maybe a "
                "format, such as `{epoch:02d}` or `{val_reward:.3f}`."
            )
            raise ConfigurationError(msg)
        yield name, spec or ""


def _is_plain(name: str, spec: str) -> bool:
    # Without separators in it, what a field gives cannot lead out of the folder.
    is_name = bool(name) and not name.isdigit() and not set(name) & set(".[]/\\")
    return is_name and not set(spec) & set("{/\\")
