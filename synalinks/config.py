"""The session: seed, default models, home folder.

Nothing here is read from or written to disk at import, and nothing outlives the
process: two projects never see each other's settings.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.naming import forget_names
from synalinks._internal.public import publish
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "clear_session",
    "default_embedding_model",
    "default_language_model",
    "epsilon",
    "get_seed",
    "on_clear_session",
    "set_default_embedding_model",
    "set_default_language_model",
    "set_epsilon",
    "set_seed",
    "synalinks_home",
]

_DEFAULT_SEED = 123
_EXAMPLES = {
    "language": "openai/gpt-4o-mini",
    "embedding": "openai/text-embedding-3-small",
}


@dataclass
class _Session:
    seed: int = _DEFAULT_SEED
    epsilon: float = 1e-7
    # Identifiers or instances; the classes belong to higher layers.
    language_model: Any = None
    embedding_model: Any = None


_session = _Session()


def set_seed(seed: int) -> None:
    """Set the seed from which every random draw of later runs is derived.

    The global `random` and `numpy.random` generators are neither used nor changed.

    Args:
        seed: Any integer; 123 until set.

    Raises:
        ConfigurationError: `seed` is not an integer.
    """
    if isinstance(seed, bool) or not isinstance(seed, int):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = f"`set_seed` takes an integer, received: {show(seed)}."
        raise ConfigurationError(msg)
    _session.seed = seed


def get_seed() -> int:
    """Return the seed of the session; in a run of an experiment that of the run."""
    here = context.seed.get()
    return _session.seed if here is None else here


def set_epsilon(value: float) -> None:
    """Set the small number that guards divisions.

    Args:
        value: A positive number.

    Raises:
        ConfigurationError: It is no positive number.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = f"`set_epsilon` takes a positive number, received: {show(value)}."
        raise ConfigurationError(msg)
    _session.epsilon = value


def epsilon() -> float:
    """Return the small number that guards divisions."""
    return _session.epsilon


def set_default_language_model(identifier: Any) -> None:
    """Set the model of modules that are made without one.

    Args:
        identifier: A `LanguageModel`, its `"provider/model"` name, its configuration,
            or None for none.

    Raises:
        ConfigurationError: It is none of these.
    """
    _check_model("language", "LanguageModel", identifier)
    _session.language_model = identifier


def default_language_model() -> Any:
    """Return what `set_default_language_model` was given, or None."""
    return _session.language_model


def set_default_embedding_model(identifier: Any) -> None:
    """Set the embedding model of objects that are made without one.

    Args:
        identifier: An `EmbeddingModel`, its `"provider/model"` name, its configuration,
            or None for none.

    Raises:
        ConfigurationError: It is none of these.
    """
    _check_model("embedding", "EmbeddingModel", identifier)
    _session.embedding_model = identifier


def default_embedding_model() -> Any:
    """Return what `set_default_embedding_model` was given, or None."""
    return _session.embedding_model


def _check_model(kind: str, class_name: str, identifier: Any) -> None:
    # The classes belong to higher layers, and an object of one knows its name.
    is_name = isinstance(identifier, str) and all(identifier.partition("/"))
    is_model = any(cls.__name__ == class_name for cls in type(identifier).__mro__)
    if not (identifier is None or is_name or is_model or isinstance(identifier, dict)):
        msg = (
            f"`set_default_{kind}_model` takes a name of the form 'provider/name', "
            f"such as {_EXAMPLES[kind]!r}, or an object of `{class_name}`, received: "
            f"{show(identifier)}."
        )
        raise ConfigurationError(msg)


def synalinks_home() -> Path:
    """Return the folder for downloads: `$SYNALINKS_HOME`, or `~/.synalinks`.

    The folder is not made here.
    """
    return Path(os.environ.get("SYNALINKS_HOME") or Path.home() / ".synalinks")


_on_clear: list[Callable[[], object]] = []


def on_clear_session(forget: Callable[[], object]) -> None:
    """Have something of a higher layer forgotten with the session.

    Args:
        forget: Called without arguments each time the session is cleared.
    """
    _on_clear.append(forget)


def clear_session(free_memory: bool = True) -> None:
    """Forget automatic names, the seed, the default models, and shared models.

    Args:
        free_memory: Has no effect; accepted for compatibility.
    """
    global _session
    _session = _Session()
    forget_names()
    for forget in _on_clear:
        forget()


publish(__name__)
