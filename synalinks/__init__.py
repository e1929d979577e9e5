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
        backups,
        callbacks,
        config,
        datasets,
        embedding_models,
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
        default_embedding_model,
        default_language_model,
        get_seed,
        set_default_embedding_model,
        set_default_language_model,
        set_seed,
    )
    from synalinks.data_models import (
        Audio,
        ChatMessage,
        ChatMessages,
        ChatRole,
        DataModel,
        Embedding,
        EmbeddingRequest,
        Embeddings,
        Field,
        Image,
        Instructions,
        JsonDataModel,
        Prediction,
        Rating,
        Score,
        SymbolicDataModel,
        ToolCall,
        ToolCallFunction,
        Trainable,
        Variable,
    )
    from synalinks.embedding_models import EmbeddingModel
    from synalinks.language_models import LanguageModel, StreamingIterator
    from synalinks.modules import (
        And,
        AudioInput,
        Branch,
        ChainOfThought,
        Concat,
        Decision,
        Generator,
        Identity,
        ImageInput,
        InMask,
        Input,
        Lambda,
        Module,
        Not,
        Or,
        OutMask,
        Tool,
        Xor,
        default_prompt_template,
    )
    from synalinks.programs import Program, Sequential

_NAMESPACES = (
    "backups", "callbacks", "config", "datasets", "embedding_models", "errors",
    "initializers", "language_models", "metrics", "modules", "ops", "optimizers",
    "programs", "rewards", "saving", "testing", "utils",
)  # fmt: skip

_EXPORTS = {
    "config": (
        "clear_session", "default_embedding_model", "default_language_model",
        "get_seed", "set_default_embedding_model", "set_default_language_model",
        "set_seed",
    ),
    "data_models": (
        "Audio", "ChatMessage", "ChatMessages", "ChatRole", "DataModel", "Embedding",
        "EmbeddingRequest", "Embeddings", "Field", "Image", "Instructions",
        "JsonDataModel", "Prediction", "Rating", "Score", "SymbolicDataModel",
        "ToolCall", "ToolCallFunction", "Trainable", "Variable",
    ),
    "embedding_models": ("EmbeddingModel",),
    "language_models": ("LanguageModel", "StreamingIterator"),
    "modules": (
        "And", "AudioInput", "Branch", "ChainOfThought", "Concat", "Decision",
        "Generator", "Identity", "ImageInput", "InMask", "Input", "Lambda", "Module",
        "Not", "Or", "OutMask", "Tool", "Xor", "default_prompt_template",
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
    "Audio",
    "AudioInput",
    "Branch",
    "ChainOfThought",
    "ChatMessage",
    "ChatMessages",
    "ChatRole",
    "Concat",
    "DataModel",
    "Decision",
    "Embedding",
    "EmbeddingModel",
    "EmbeddingRequest",
    "Embeddings",
    "Field",
    "Generator",
    "Identity",
    "Image",
    "ImageInput",
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
    "StreamingIterator",
    "SymbolicDataModel",
    "Tool",
    "ToolCall",
    "ToolCallFunction",
    "Trainable",
    "Variable",
    "Xor",
    "__version__",
    "backups",
    "callbacks",
    "clear_session",
    "config",
    "datasets",
    "default_embedding_model",
    "default_language_model",
    "default_prompt_template",
    "embedding_models",
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
    "set_default_embedding_model",
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
