"""Train programs made of language-model calls.

Names are loaded when they are first used, so that `import synalinks` is fast and loads
no provider library.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from synalinks.version import __version__

if TYPE_CHECKING:
    from synalinks import (
        callbacks,
        config,
        datasets,
        errors,
        initializers,
        language_models,
        metrics,
        modules,
        ops,
        optimizers,
        programs,
        rewards,
        saving,
        testing,
        utils,
    )
    from synalinks.config import (
        clear_session,
        default_language_model,
        get_seed,
        set_default_language_model,
        set_seed,
    )
    from synalinks.data_models import (
        ChatMessage,
        ChatMessages,
        ChatRole,
        DataModel,
        Field,
        Instructions,
        JsonDataModel,
        Prediction,
        Rating,
        Score,
        SymbolicDataModel,
        Trainable,
        Variable,
    )
    from synalinks.language_models import LanguageModel
    from synalinks.modules import (
        And,
        Branch,
        ChainOfThought,
        Concat,
        Decision,
        Generator,
        Identity,
        InMask,
        Input,
        Lambda,
        Module,
        Not,
        Or,
        OutMask,
        Xor,
        default_prompt_template,
    )
    from synalinks.programs import Program, Sequential

_NAMESPACES = (
    "callbacks", "config", "datasets", "errors", "initializers", "language_models",
    "metrics", "modules", "ops", "optimizers", "programs", "rewards", "saving",
    "testing", "utils",
)  # fmt: skip

_EXPORTS = {
    "config": (
        "clear_session", "default_language_model", "get_seed",
        "set_default_language_model", "set_seed",
    ),
    "data_models": (
        "ChatMessage", "ChatMessages", "ChatRole", "DataModel", "Field",
        "Instructions", "JsonDataModel", "Prediction", "Rating", "Score",
        "SymbolicDataModel", "Trainable", "Variable",
    ),
    "language_models": ("LanguageModel",),
    "modules": (
        "And", "Branch", "ChainOfThought", "Concat", "Decision", "Generator",
        "Identity", "InMask", "Input", "Lambda", "Module", "Not", "Or", "OutMask",
        "Xor", "default_prompt_template",
    ),
    "programs": ("Program", "Sequential"),
}  # fmt: skip

_HOMES = {name: home for home, names in _EXPORTS.items() for name in names}

_OUT_OF_SCOPE = frozenset(
    {
        "AgentAsJudge", "CypherAgent", "DecisionModel", "DeepAgent", "EmbedKnowledge",
        "KnowledgeBase", "KnowledgeGraph", "RLM", "RecursiveLanguageModelAgent",
        "RetrieveKnowledge", "SQLAgent", "UpdateKnowledge", "VectorRAGAgent",
    }
)  # fmt: skip

__all__ = [
    "And",
    "Branch",
    "ChainOfThought",
    "ChatMessage",
    "ChatMessages",
    "ChatRole",
    "Concat",
    "DataModel",
    "Decision",
    "Field",
    "Generator",
    "Identity",
    "InMask",
    "Input",
    "Instructions",
    "JsonDataModel",
    "Lambda",
    "LanguageModel",
    "Module",
    "Not",
    "Or",
    "OutMask",
    "Prediction",
    "Program",
    "Rating",
    "Score",
    "Sequential",
    "SymbolicDataModel",
    "Trainable",
    "Variable",
    "Xor",
    "__version__",
    "callbacks",
    "clear_session",
    "config",
    "datasets",
    "default_language_model",
    "default_prompt_template",
    "errors",
    "get_seed",
    "initializers",
    "language_models",
    "metrics",
    "modules",
    "ops",
    "optimizers",
    "programs",
    "rewards",
    "saving",
    "set_default_language_model",
    "set_seed",
    "testing",
    "utils",
]


def __getattr__(name: str) -> Any:  # the types are in the block above
    if name in _NAMESPACES:
        return importlib.import_module(f"synalinks.{name}")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(_missing(name))
    value = getattr(importlib.import_module(f"synalinks.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)


def _missing(name: str) -> str:
    if name in _OUT_OF_SCOPE:
        return (
            f"`synalinks.{name}` is out of scope: knowledge bases, retrieval, "
            "sandboxes and decision services are not part of this library."
        )
    from synalinks.errors import did_you_mean

    return f"`synalinks` has no `{name}`.{did_you_mean(name, __all__)}"
