"""Variables as a tree of JSON, and back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict
from synalinks.data_models import Variable
from synalinks.errors import StateMismatchError, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from synalinks._internal.json import JsonObject

# What a training run notes down in a variable is not part of the program: it holds
# training data, which a saved program must not give away.
_NOTES_OF_A_RUN = ("current_predictions", "predictions", "candidates")


def to_tree(variables: Mapping[str, Variable]) -> JsonObject:
    """Return the values of variables as nested dicts, one level per part of a path.

    Training predictions are left out: they are not part of the program and may be
    private.

    Args:
        variables: Variables by path.
    """
    return _map_leaves(_nest(variables), _saved_value)


def from_tree(
    tree: JsonObject, variables: Mapping[str, Variable], *, strict: bool = True
) -> None:
    """Set variables to the values of a tree: all of them, or none.

    Automatic names may differ in their number (`generator_1` for `generator`).

    Args:
        tree: What `to_tree` returned.
        variables: Variables by path.
        strict: Whether missing and unknown paths are an error.

    Raises:
        StateMismatchError: Paths or fields differ; no variable was changed.
    """
    matched: list[tuple[Variable, JsonObject]] = []
    missing: list[str] = []
    unknown: list[str] = []
    for path, expected, value in _pairs(_nest(variables), tree, ""):
        if value is None:
            missing.append(path)
        elif expected is None:
            unknown.append(path)
        else:
            _check_fields(path, value, expected)
            matched.append((expected, value))
    if strict and (missing or unknown):
        msg = (
            "The saved variables are not those of this program. "
            f"Missing in the file: {show(missing)}. "
            f"Unknown to the program: {show(unknown)}. "
            "Build the program as it was when it was saved, or pass `strict=False` to "
            "load what matches."
        )
        raise StateMismatchError(msg)
    for variable, value in matched:
        variable.assign(value)


def _nest(variables: Mapping[str, Variable]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for path, variable in variables.items():
        *parents, name = path.split("/")
        branch = nested
        for parent in parents:
            branch = branch.setdefault(parent, {})
        branch[name] = variable
    return nested


def _map_leaves(branch: dict[str, Any], function: Any) -> JsonObject:
    return {
        key: function(part)
        if isinstance(part, Variable)
        else _map_leaves(part, function)
        for key, part in branch.items()
    }


def _saved_value(variable: Variable) -> JsonObject:
    value = variable.get_json()
    if variable.trainable:
        value.update({key: [] for key in _NOTES_OF_A_RUN if key in value})
    return value


def _pairs(
    expected: dict[str, Any], tree: Any, prefix: str
) -> Iterator[tuple[str, Any, Any]]:
    """Yield (path, variable or None, saved value or None) of two trees.

    Raises:
        StateMismatchError: The saved tree has no object where there should be one.
    """
    if not is_dict(tree):
        msg = f"`{prefix.rstrip('/') or 'variables'}` is no JSON object: {show(tree)}."
        raise StateMismatchError(msg)
    saved: dict[str, Any] = _renumbered(expected, tree)
    for key, part in expected.items():
        if isinstance(part, Variable):
            yield f"{prefix}{key}", part, saved.get(key)
        else:
            yield from _pairs(part, saved.get(key, {}), f"{prefix}{key}/")
    for key in saved.keys() - expected.keys():
        yield f"{prefix}{key}", None, saved[key]


def _renumbered(expected: dict[str, Any], saved: dict[str, Any]) -> dict[str, Any]:
    """Return `saved` under the program's keys, if only automatic numbers differ."""
    stem = re.compile(r"_\d+$|_\d+(?=_)")
    if [stem.sub("", key) for key in saved] == [stem.sub("", key) for key in expected]:
        return dict(zip(expected, saved.values(), strict=True))
    return saved


def _check_fields(path: str, value: Any, variable: Variable) -> None:
    schema = variable.get_schema()
    given: set[str] = set(value) if is_dict(value) else set()
    unknown = sorted(given - set(schema.get("properties", {})))
    missing = sorted(set(schema.get("required", ())) - given)
    if unknown or missing:
        msg = (
            f"The saved value of `{path}` has other fields than the program's: "
            f"unknown {show(unknown)}, missing {show(missing)}."
        )
        raise StateMismatchError(msg)
