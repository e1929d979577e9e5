"""How MLflow loads a saved program: `mlflow.pyfunc.load_model` finds this by its name.

The name is written into every model, so that it stays where it is.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict, is_list
from synalinks.data_models import JsonDataModel
from synalinks.errors import ConfigurationError, show
from synalinks.programs._program import Program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject

_FILE = "program.json"


class ServedProgram:
    """A program as MLflow calls it: rows in, JSON out, no event loop of the caller's.

    Args:
        program: The program.
    """

    def __init__(self, program: Program) -> None:
        self.program = program

    def predict(
        self, model_input: Any, params: JsonObject | None = None
    ) -> list[JsonObject | None]:
        """Run the program on each row.

        Args:
            model_input: A table, a list of dicts, or one dict, with the fields of the
                program's inputs.
            params: Not used.

        Returns:
            What the program answers to each row, as JSON; None where it failed.
        """
        del params
        rows = [self._to_input(row) for row in _rows_of(model_input)]
        with ThreadPoolExecutor(max_workers=1) as pool:  # a loop may run here already
            return pool.submit(asyncio.run, self._predict(rows)).result()

    async def _predict(self, rows: list[Any]) -> list[JsonObject | None]:
        outputs = await self.program.predict(rows, verbose=0)
        for model in self.program.language_models:
            await model.aclose()
        return [None if one is None else one.get_json() for one in outputs]

    def _to_input(self, row: JsonObject) -> JsonDataModel:
        return JsonDataModel(schema=self.program.input_schema, json=row)


def _rows_of(model_input: Any) -> Sequence[JsonObject]:
    if hasattr(model_input, "to_dict"):  # a table of pandas
        return model_input.to_dict(orient="records")
    rows: Any = [model_input] if is_dict(model_input) else model_input
    if not is_list(rows) or not all(is_dict(row) for row in rows):
        msg = (
            "A served program takes a table, a list of dicts or one dict, received: "
            f"{show(model_input)}."
        )
        raise ConfigurationError(msg)
    return rows


def _load_pyfunc(  # pyright: ignore[reportUnusedFunction] - MLflow calls it
    path: str, model_config: JsonObject | None = None
) -> ServedProgram:
    """Load a program for MLflow.

    Args:
        path: The file, or the folder that it is in.
        model_config: What `load_model` was given: `trust_endpoints`, as for
            `Program.load`.

    Returns:
        The program, as MLflow calls it.
    """
    file = Path(path)
    trusts = bool((model_config or {}).get("trust_endpoints"))
    loaded = Program.load(
        file / _FILE if file.is_dir() else file, trust_endpoints=trusts
    )
    return ServedProgram(loaded)
