"""Variables as a tree of JSON, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict
from synalinks.data_models import (
    Variable,
    first_violation,
    is_trainable,
    schema_of,
)
from synalinks.errors import StateMismatchError, show
from synalinks.programs._renumbering import Renumbering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from synalinks._internal.json import JsonObject

_KINDS = (("trainable_variables", True), ("non_trainable_variables", False))
# What a training run notes down in a variable is not part of the program: it holds
# training data, which a saved program must not give away.
_NOTES_OF_A_RUN = ("current_predictions", "predictions", "candidates")


def to_trees(
    variables: Mapping[str, Variable], is_trained: Callable[[Variable], bool]
) -> JsonObject:
    """Return the values of variables as nested dicts, one level per part of a path.

    Training predictions are left out: they are not part of the program and may be
    private.

    Args:
        variables: Variables by path.
        is_trained: Tells which optimizers may change; these are a tree of their own.

    Returns:
        A tree of the trainable ones and one of the others.
    """
    return {
        kind: _saved_values(
            _nest(
                {path: one for path, one in variables.items() if is_trained(one) == yes}
            )
        )
        for kind, yes in _KINDS
    }


def matched_values(
    trees: Mapping[str, Any],
    variables: Mapping[str, Variable],
    automatic_names: set[str],
    *,
    strict: bool,
) -> list[tuple[Variable, JsonObject]]:
    """Return the value that each variable has in saved trees; nothing is changed.

    Which of the trees a variable is in does not matter: it may have been frozen since.
    The numbers of automatic names may differ (`generator_1` for `generator`).

    Args:
        trees: What `to_trees` returned.
        variables: Variables by path.
        automatic_names: Names that modules without a name get, without their numbers.
        strict: Whether missing and unknown paths are an error.

    Returns:
        Pairs of a variable and its valid value.

    Raises:
        StateMismatchError: Paths or values do not fit.
    """
    if not is_dict(trees):
        msg = f"Saved variables are a JSON object, found: {show(trees)}."
        raise StateMismatchError(msg)
    merged: JsonObject = {}
    for kind, _ in _KINDS:
        tree = trees.get(kind, {})
        _check_is_object(kind, tree)
        _merge(merged, tree, kind)
    renumbering = Renumbering(automatic_names)
    pairs = list(_pairs(_nest(variables), merged, "", renumbering))
    missing = [path for path, _, value in pairs if value is None]
    unknown = [path for path, variable, _ in pairs if variable is None]
    if strict and (missing or unknown):
        msg = (
            "The saved variables are not those of this program. "
            f"Missing in the file: {show(missing)}. "
            f"Unknown to the program: {show(unknown)}. "
            "Build the program as it was when it was saved, or pass `strict=False` to "
            "load what matches."
        )
        raise StateMismatchError(msg)
    return [
        (variable, _valid_value(path, value, variable))
        for path, variable, value in pairs
        if variable is not None and value is not None
    ]


def _nest(variables: Mapping[str, Variable]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for path, variable in variables.items():
        *parents, name = path.split("/")
        branch = nested
        for parent in parents:
            branch = branch.setdefault(parent, {})
        branch[name] = variable
    return nested


def _saved_values(branch: dict[str, Any]) -> JsonObject:
    return {
        key: _saved_value(part) if isinstance(part, Variable) else _saved_values(part)
        for key, part in branch.items()
    }


def _saved_value(variable: Variable) -> JsonObject:
    value = variable.get_json()
    if is_trainable(variable):
        value.update({key: [] for key in _NOTES_OF_A_RUN})
    return value


def _merge(target: JsonObject, source: JsonObject, path: str) -> None:
    for key, part in source.items():
        if key not in target:
            # Not the part itself: a later tree may be merged into it.
            target[key] = dict(part) if is_dict(part) else part
        elif is_dict(part) and is_dict(target[key]):
            target[key] = dict(target[key])
            _merge(target[key], part, f"{path}/{key}")
        else:
            msg = f"The saved variables have two values for `{path}/{key}`."
            raise StateMismatchError(msg)


def _pairs(
    expected: dict[str, Any], saved: JsonObject, prefix: str, renumbering: Renumbering
) -> Iterator[tuple[str, Variable | None, Any]]:
    """Yield (path, variable or None, saved value or None) of two trees."""
    names = renumbering.names(expected, saved)
    for key, part in expected.items():
        saved_key = names.get(key, key)
        value = saved.get(saved_key)
        path = f"{prefix}{key}"
        if isinstance(part, Variable):
            yield path, part, value
        else:
            _check_is_object(path, value or {})
            inner = renumbering.below(key, saved_key)
            yield from _pairs(part, value or {}, f"{path}/", inner)
    for key in saved.keys() - {names.get(key, key) for key in expected}:
        yield f"{prefix}{key}", None, saved[key]


def _check_is_object(path: str, value: Any) -> None:
    if not is_dict(value):
        msg = f"`{path}` of the saved variables is no JSON object: {show(value)}."
        raise StateMismatchError(msg)


def _valid_value(path: str, value: Any, variable: Variable) -> JsonObject:
    """Return a saved value with the defaults of fields that it does not have.

    A file may be older than a field. One that is None is not always saved.

    Raises:
        StateMismatchError: The value does not fit the variable's schema.
    """
    _check_is_object(path, value)
    schema = schema_of(variable)
    properties: JsonObject = schema.get("properties", {})
    defaults = {
        key: part["default"]
        for key, part in properties.items()
        if key not in value and part.get("default") is not None
    }
    complete: JsonObject = {**value, **defaults}
    if violation := first_violation(complete, schema):
        msg = f"The saved value of `{path}` does not fit the program's: {violation}."
        raise StateMismatchError(msg)
    return complete
