"""What the sample that a task works on knows of its calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synalinks._internal import context
from synalinks.contracts import CallRecord

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.language_models import Completion


def record_call(
    module_path: str, variable_path: str, inputs: JsonObject, completion: Completion
) -> None:
    """Note a call for the sample that the current task works on, if there is one.

    Args:
        module_path: Path of the module that made the call.
        variable_path: Path of the variable that the prompt was made from.
        inputs: What the module was given.
        completion: What was answered.
    """
    sample = context.sample.get()
    if sample is None:
        return
    sample.calls.append(
        CallRecord(
            sample_id=sample.id,
            module_path=module_path,
            variable_path=variable_path,
            index=len(sample.calls),
            inputs=inputs,
            outputs=completion.value,
            usage=completion.usage,
        )
    )
