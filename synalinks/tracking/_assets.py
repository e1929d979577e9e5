"""What is more than a number: datasets, files, programs and prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.files import scratch_folder, write_atomic_bytes
from synalinks._internal.json import dumps
from synalinks.graph import Box, Diagram, draw_diagram

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.tracking._client import Client
    from synalinks.tracking._open_run import OpenRun

_COLUMNS = ("inputs", "expectations")
_LOADER = "synalinks.programs.pyfunc"
_BEST = "best"
_DPI = 120
_USER_TURN = {"role": "user", "content": "{{ inputs }}"}


def log_dataset(client: Client, run: OpenRun, entry: JsonObject) -> None:
    """Note the samples that a run is about.

    Args:
        client: The store.
        run: The run.
        entry: `name`, `digest`, `context`, and `n_samples`.
    """
    entities = client.mlflow.entities
    columns: list[Any] = [
        {"type": "string", "name": one, "required": True} for one in _COLUMNS
    ]
    dataset = entities.Dataset(
        name=entry["name"],
        digest=entry["digest"],
        source_type="code",
        source=dumps({"tags": {"mlflow.source.type": "LOCAL"}}),
        schema=dumps({"mlflow_colspec": columns}),
        profile=dumps({"num_rows": entry["n_samples"]}),
    )
    tag = entities.InputTag("mlflow.data.context", entry["context"])
    client.store.log_inputs(run.run_id, [entities.DatasetInput(dataset, [tag])])


def log_picture(client: Client, run: OpenRun, entry: JsonObject) -> None:
    """Draw a program, and keep the picture with a run.

    Args:
        client: The store.
        run: The run.
        entry: `path` within the artifacts, and `diagram`.
    """
    given = entry["diagram"]
    boxes = [Box(**box) for box in given["boxes"]]
    diagram = Diagram(boxes=boxes, arrows=[(a, b) for a, b in given["arrows"]])
    picture = draw_diagram(diagram, rankdir="TB", file_format="png", dpi=_DPI)
    with scratch_folder() as folder:
        path = write_atomic_bytes(folder / entry["path"], picture)
        client.store.log_artifact(run.run_id, str(path))


def log_program(client: Client, run: OpenRun, entry: JsonObject) -> None:
    """Keep a program as a model that `mlflow.pyfunc.load_model` loads.

    Args:
        client: The store.
        run: The run.
        entry: `program`, the text of its file; `name`, that of the model; `step`; and
            `requirement`, the package that loads it.
    """
    name = entry["name"]
    with scratch_folder() as folder:
        local = folder / "program.json"
        write_atomic_bytes(local, entry["program"].encode())
        info = client.mlflow.models.Model.log(
            artifact_path=None,
            name=name,
            flavor=client.mlflow.pyfunc,
            run_id=run.run_id,
            registered_model_name=name,
            step=entry["step"],
            loader_module=_LOADER,
            data_path=str(local),
            pip_requirements=[entry["requirement"]],
        )
    store, version = client.store, str(info.registered_model_version)
    store.set_registered_model_alias(name, _BEST, version)
    client.set_tags(run, {"synalinks.best": f"models:/{name}/{version}"})


def log_prompt(client: Client, run: OpenRun, entry: JsonObject) -> None:
    """Register a prompt: a new version if it is none that is there already.

    Args:
        client: The store.
        run: The run.
        entry: `name`, `system`, `is_best`, and `message` about where it comes from.
    """
    store = client.store
    client.mlflow.set_experiment(experiment_id=run.experiment_id)
    template = [{"role": "system", "content": entry["system"]}, _USER_TURN]
    version = _same_version(store, entry["name"], template)
    if version is None:
        version = store.register_prompt(
            entry["name"], template, commit_message=entry["message"]
        )
    if entry["is_best"]:
        store.set_prompt_alias(entry["name"], _BEST, version.version)
    store.link_prompt_version_to_run(run.run_id, version)


def _same_version(store: Any, name: str, template: list[Any]) -> Any:
    if store.get_prompt(name) is None:
        return None
    versions = store.search_prompt_versions(name)
    return next((one for one in versions if one.template == template), None)
