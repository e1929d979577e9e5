"""Checks of programs and samples before anything is paid for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict
from synalinks.callbacks import reachable_models
from synalinks.config import is_interactive_logging_enabled
from synalinks.data_models import JsonDataModel
from synalinks.errors import ConfigurationError, NotCompiledError, show
from synalinks.language_models import LanguageModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from synalinks.training._sample import Sample

_VERBOSE = ("auto", 0, 1, 2)


def check_flag(name: str, value: Any) -> None:
    """Refuse what is neither True nor False.

    Args:
        name: Name of the argument.
        value: What was given.

    Raises:
        ConfigurationError: The value is something else.
    """
    if not isinstance(value, bool):
        msg = f"`{name}` is True or False, received: {show(value)}."
        raise ConfigurationError(msg)


def check_step(value: Any) -> None:
    """Refuse what is no index of a step, such as the inputs of a batch.

    Args:
        value: What was given.

    Raises:
        ConfigurationError: The value is something else.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        msg = (
            "The first argument of `train_on_batch` is the index of the step: "
            f"`train_on_batch(step, x, y)`, received: {show(value)}."
        )
        raise ConfigurationError(msg)


def check_verbose(value: Any) -> None:
    """Refuse what is no verbosity.

    Args:
        value: What was given.

    Raises:
        ConfigurationError: The value is something else.
    """
    if value not in _VERBOSE:
        msg = f"`verbose` is one of {_VERBOSE}, received: {show(value)}."
        raise ConfigurationError(msg)


def level_of(verbose: Any) -> int:
    """Return how much is printed: 0, 1 or 2.

    Args:
        verbose: What was given; checked before.
    """
    if verbose == "auto":
        return 1 if is_interactive_logging_enabled() else 2
    return verbose


def check_inputs(program: Any, samples: Iterable[Sample]) -> None:
    """Refuse samples that the program cannot take.

    Args:
        program: The program; nothing is checked unless it tells its input schema.
        samples: The samples.

    Raises:
        ConfigurationError: A sample lacks fields, or is of the wrong structure.
    """
    schema = program.input_schema
    if is_dict(schema) and "properties" in schema:
        for sample in samples:
            _check_input(program.name, schema, sample)


def _check_input(program_name: str, schema: dict[str, Any], sample: Sample) -> None:
    if not isinstance(sample.x, JsonDataModel):
        msg = (
            f"`{program_name}` takes one input, sample {sample.id} has: "
            f"{show(sample.x)}."
        )
        raise ConfigurationError(msg)
    missing = _missing_fields(schema.get("required", ()), sample.x)
    if missing:
        msg = (
            f"`{program_name}` takes inputs with the fields "
            f"{show(list(schema['properties']))}; sample {sample.id} lacks "
            f"{show(missing)}: {show(sample.x.get_json())}."
        )
        raise ConfigurationError(msg)


def _missing_fields(required: Sequence[str], model: JsonDataModel) -> list[str]:
    present = model.keys()
    return [field for field in required if field not in present]


def check_keys(program: Any, *parts: str) -> None:
    """Refuse a program one of whose language models needs a key and has none.

    Args:
        program: The program.
        parts: Attributes of the program whose models will be called too.

    Raises:
        AuthenticationError: A model has no key; no LM call was made.
    """
    for model in reachable_models(program, parts):
        if isinstance(model, LanguageModel):
            model.check_key()


def check_compiled(program: Any, *, needs_reward: bool) -> None:
    """Refuse a program that cannot be trained or evaluated as it is.

    Args:
        program: The program.
        needs_reward: Whether there must be a reward.

    Raises:
        NotCompiledError: `compile` was not called, or without a reward.
    """
    if program.compiled is None:
        msg = f"`{program.name}` is not compiled: call `program.compile(reward=...)`."
        raise NotCompiledError(msg)
    if needs_reward and program.compiled.reward is None:
        msg = (
            f"`{program.name}` was compiled without a reward, which training and "
            "evaluation need: `program.compile(reward=synalinks.rewards.ExactMatch())`."
        )
        raise NotCompiledError(msg)
