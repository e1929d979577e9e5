"""From a document to a program.

A document is data from anywhere: whatever is wrong with it becomes an error of ours,
and nothing that it names is imported or run unless it is registered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.aio import run_without_waiting
from synalinks.errors import (
    ConfigurationError,
    FileFormatError,
    SavingError,
    boundary,
    warn,
)
from synalinks.language_models import ProviderModel
from synalinks.metrics import Metric
from synalinks.modules import Module
from synalinks.optimizers import Optimizer
from synalinks.programs._endpoints import with_models
from synalinks.rewards import Reward
from synalinks.saving import CustomObjectScope, deserialize_synalinks_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject

# What a program is made of; a file can name no other class of this library.
_PARTS = (Module, ProviderModel, Reward, Metric, Optimizer)


def load_document(
    document: JsonObject,
    source: str,
    *,
    kind: type[Module],
    custom_objects: Mapping[str, Any] | None,
    models: Mapping[str, ProviderModel] | None,
    trust_endpoints: bool,
) -> Any:
    """Return the program that a document describes.

    Args:
        document: Form of a program, with `build_config` and `compile_config`.
        source: Where it came from, for messages.
        kind: What it must be.
        custom_objects: Further classes and functions, by name.
        models: The user's models, by the identifiers of those that they replace.
        trust_endpoints: Whether the models of the document may have addresses.

    Raises:
        FileFormatError: The document is malformed, or holds something else.
        UntrustedEndpointError: A model of the document says where calls go.
    """
    what = f"`{source}` holds a malformed program; restore it from a copy"
    with (
        CustomObjectScope(custom_objects),
        context.bound(context.shared_objects, {}),
        context.bound(context.loadable, _PARTS),
        boundary(FileFormatError, what, passes=(SavingError, ConfigurationError)),
    ):
        document = with_models(
            document, source, models, trust_endpoints=trust_endpoints
        )
        program = deserialize_synalinks_object(document)
        if not isinstance(program, kind):
            msg = f"`{source}` holds a `{document['class_name']}`, which is no program."
            raise FileFormatError(msg)
        _build(program, document.get("build_config"))
        _compile(program, document.get("compile_config"))
        return program


def _build(program: Module, config: JsonObject | None) -> None:
    if config is None or program.built:
        return
    try:
        run_without_waiting(program.build_from_config(config))
    except RuntimeError:
        # `call` waits for something, so that only the first call can build the parts.
        if not program.built:
            raise


def _compile(program: Any, config: JsonObject | None) -> None:
    # A reward that cannot be loaded must not keep the prompts from being loaded.
    if config is None:
        return
    try:
        with boundary(FileFormatError, "its compile settings are malformed"):
            program.compile_from_config(config)
    except (SavingError, ConfigurationError) as error:
        warn(
            f"The program is loaded, but not compiled: {error} Call `compile` before "
            "training or evaluating it."
        )
