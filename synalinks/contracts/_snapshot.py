"""Between a program's variables and candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.contracts._records import Candidate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks.data_models import Variable


def trainable_by_path(program: Any) -> dict[str, Variable]:
    """Return a program's trainable variables by path.

    Args:
        program: The program.
    """
    return {variable.path: variable for variable in program.trainable_variables}


def present_candidate(variables: Mapping[str, Variable]) -> Candidate:
    """Return the program as it is, as a candidate.

    Args:
        variables: Trainable variables by path.
    """
    return Candidate(
        values={
            path: {key: variable.get(key) for key in variable.learnable_fields}
            for path, variable in variables.items()
        }
    )


def commit(candidate: Candidate, variables: Mapping[str, Variable]) -> None:
    """Write a candidate's values: the only place where training changes a program.

    Args:
        candidate: What to write.
        variables: Trainable variables by path.
    """
    for path, value in candidate.values.items():
        variables[path].update(dict(value))
