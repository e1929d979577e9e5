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
        backend,
        backups,
        callbacks,
        config,
        datasets,
        embedding_models,
        errors,
        experiments,
        hooks,
        initializers,
        language_models,
        metrics,
        modules,
        observability,
        ops,
        optimizers,
        programs,
        reports,
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
        FineScore,
        GenericInputs,
        GenericIO,
        GenericOutputs,
        GenericResult,
        Image,
        Instructions,
        JsonDataModel,
        Prediction,
        Rating,
        Rating10,
        Rating20,
        Score,
        Stamp,
        SymbolicDataModel,
        ToolCall,
        ToolCallFunction,
        ToolCalling,
        Trainable,
        Variable,
    )
    from synalinks.embedding_models import EmbeddingModel
    from synalinks.experiments import (
        Arm,
        ArmResult,
        Benchmark,
        EvalResult,
        Experiment,
        ExperimentResult,
        RunContext,
    )
    from synalinks.language_models import LanguageModel, StreamingIterator
    from synalinks.modules import (
        Action,
        And,
        AudioInput,
        Branch,
        ChainOfThought,
        Concat,
        Concatenate,
        Decision,
        FunctionCallingAgent,
        Generator,
        Identity,
        ImageInput,
        InMask,
        Input,
        Lambda,
        Module,
        MultiDecision,
        Not,
        Or,
        OutMask,
        SelfCritique,
        Tool,
        Xor,
        default_prompt_template,
    )
    from synalinks.observability import (
        disable_logging,
        disable_observability,
        enable_logging,
        enable_observability,
        flush_observability,
        is_observability_enabled,
        mlflow_experiment_name,
        mlflow_tracking_uri,
        record_traces,
        stop_recording,
        trace_context,
    )
    from synalinks.programs import Program, Sequential
    from synalinks.rewards import (
        AgentAsJudge,
        BatchReward,
        BatchRewardFunctionWrapper,
        ComposableReward,
        CosineSimilarity,
        ExactMatch,
        LMAsJudge,
        ProgramAsJudge,
        Reward,
        RewardFunctionWrapper,
        RubricsAsJudge,
    )
    from synalinks.training import Evaluator

_NAMESPACES = (
    "backend", "backups", "callbacks", "config", "datasets", "embedding_models",
    "errors", "experiments", "hooks", "initializers", "language_models", "metrics",
    "modules", "observability", "ops", "optimizers", "programs", "reports",
    "rewards", "saving", "testing", "utils",
)  # fmt: skip

_EXPORTS = {
    "config": (
        "clear_session", "default_embedding_model", "default_language_model",
        "get_seed", "set_default_embedding_model", "set_default_language_model",
        "set_seed",
    ),
    "data_models": (
        "Audio", "ChatMessage", "ChatMessages", "ChatRole", "DataModel", "Embedding",
        "EmbeddingRequest", "Embeddings", "Field", "FineScore", "GenericIO",
        "GenericInputs", "GenericOutputs", "GenericResult", "Image", "Instructions",
        "JsonDataModel", "Prediction", "Rating", "Rating10", "Rating20", "Score",
        "Stamp", "SymbolicDataModel", "ToolCall", "ToolCallFunction", "ToolCalling",
        "Trainable", "Variable",
    ),
    "embedding_models": ("EmbeddingModel",),
    "experiments": (
        "Arm", "ArmResult", "Benchmark", "EvalResult", "Experiment",
        "ExperimentResult", "RunContext",
    ),
    "language_models": ("LanguageModel", "StreamingIterator"),
    "modules": (
        "Action", "And", "AudioInput", "Branch", "ChainOfThought", "Concat",
        "Concatenate", "Decision", "FunctionCallingAgent", "Generator", "Identity",
        "ImageInput", "InMask", "Input", "Lambda", "Module", "MultiDecision", "Not",
        "Or", "OutMask", "SelfCritique", "Tool", "Xor", "default_prompt_template",
    ),
    "observability": (
        "disable_logging", "disable_observability", "enable_logging",
        "enable_observability", "flush_observability",
        "is_observability_enabled", "mlflow_experiment_name",
        "mlflow_tracking_uri", "record_traces", "stop_recording",
        "trace_context",
    ),
    "programs": ("Program", "Sequential"),
    "training": ("Evaluator",),
    "rewards": (
        "AgentAsJudge", "BatchReward", "BatchRewardFunctionWrapper",
        "ComposableReward", "CosineSimilarity", "ExactMatch", "LMAsJudge",
        "ProgramAsJudge", "Reward", "RewardFunctionWrapper", "RubricsAsJudge",
    ),
}  # fmt: skip

_HOMES = {name: home for home, names in _EXPORTS.items() for name in names}

__all__ = [
    "Action",
    "AgentAsJudge",
    "And",
    "Arm",
    "ArmResult",
    "Audio",
    "AudioInput",
    "BatchReward",
    "BatchRewardFunctionWrapper",
    "Benchmark",
    "Branch",
    "ChainOfThought",
    "ChatMessage",
    "ChatMessages",
    "ChatRole",
    "ComposableReward",
    "Concat",
    "Concatenate",
    "CosineSimilarity",
    "DataModel",
    "Decision",
    "Embedding",
    "EmbeddingModel",
    "EmbeddingRequest",
    "Embeddings",
    "EvalResult",
    "Evaluator",
    "ExactMatch",
    "Experiment",
    "ExperimentResult",
    "Field",
    "FineScore",
    "FunctionCallingAgent",
    "Generator",
    "GenericIO",
    "GenericInputs",
    "GenericOutputs",
    "GenericResult",
    "Identity",
    "Image",
    "ImageInput",
    "InMask",
    "Input",
    "Instructions",
    "JsonDataModel",
    "LMAsJudge",
    "Lambda",
    "LanguageModel",
    "Module",
    "MultiDecision",
    "Not",
    "Or",
    "OutMask",
    "Prediction",
    "Program",
    "ProgramAsJudge",
    "Rating",
    "Rating10",
    "Rating20",
    "Reward",
    "RewardFunctionWrapper",
    "RubricsAsJudge",
    "RunContext",
    "Score",
    "SelfCritique",
    "Sequential",
    "Stamp",
    "StreamingIterator",
    "SymbolicDataModel",
    "Tool",
    "ToolCall",
    "ToolCallFunction",
    "ToolCalling",
    "Trainable",
    "Variable",
    "Xor",
    "__version__",
    "backend",
    "backups",
    "callbacks",
    "clear_session",
    "config",
    "datasets",
    "default_embedding_model",
    "default_language_model",
    "default_prompt_template",
    "disable_logging",
    "disable_observability",
    "embedding_models",
    "enable_logging",
    "enable_observability",
    "errors",
    "experiments",
    "flush_observability",
    "get_seed",
    "hooks",
    "initializers",
    "is_observability_enabled",
    "language_models",
    "metrics",
    "mlflow_experiment_name",
    "mlflow_tracking_uri",
    "modules",
    "observability",
    "ops",
    "optimizers",
    "programs",
    "record_traces",
    "reports",
    "rewards",
    "saving",
    "set_default_embedding_model",
    "set_default_language_model",
    "set_seed",
    "stop_recording",
    "testing",
    "trace_context",
    "utils",
]


def __getattr__(name: str) -> Any:  # the types are in the block above
    if name in _NAMESPACES:
        return importlib.import_module(f"synalinks.{name}")
    home = _HOMES.get(name)
    if home is None:
        from synalinks._internal.absent import missing_name

        msg = "synalinks"
        raise missing_name(msg, name, __all__)
    value = getattr(importlib.import_module(f"synalinks.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
