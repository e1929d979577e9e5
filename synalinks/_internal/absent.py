"""Names of the API that are not part of this library, each with a sentence of why."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_REASONS = {
    "Knowledge bases and graphs, retrieval and reranking are not part of this "
    "library.": (
        "EmbedKnowledge", "EmbeddedEntity", "Entities", "Entity", "KnowledgeBase",
        "KnowledgeGraph", "KnowledgeGraphs", "RRFReranker", "Relation", "Relations",
        "RetrieveKnowledge", "Text2SQL", "UpdateKnowledge", "default_knowledge_base",
        "is_embedded", "is_entities", "is_entity", "is_knowledge_graph", "is_relation",
        "is_relations", "knowledge_bases", "set_default_knowledge_base",
    ),
    "Sandboxes, and agents that run code or queries of their own, are not part of this "
    "library.": (
        "CommandResult", "CypherAgent", "DeepAgent", "DeepAgentAsJudge", "Execution",
        "ExecutionError", "ExecutionResult", "Logs", "PythonSynthesis", "RLM",
        "RLMAsJudge", "RecursiveLanguageModelAgent", "SQLAgent",
        "SequentialPlanSynthesis", "VectorRAGAgent",
    ),
    "Decision services are not part of this library: a language model decides.": (
        "DecisionModel", "decision_models", "default_decision_model",
        "set_default_decision_model",
    ),
    "Of the benchmark data sets, `datasets.gsm8k` and `datasets.banking77` are here.": (
        "arc_challenge", "arcagi", "bbh", "bbq", "boolq", "drop", "hellaswag",
        "hotpotqa", "humaneval", "ifeval", "lambada", "logiqa", "mmlu", "squad",
        "truthfulqa", "winogrande",
    ),
    "There are no tensors and there is one backend, so that there is nothing to set.": (
        "disable_keras_backend", "floatx", "set_backend", "set_floatx",
    ),
    "Keys and addresses belong to a model, as `LanguageModel(api_key=..., "
    "api_base=...)`, or to the environment, as `OPENAI_API_KEY`.": (
        "OAuthLanguageModel", "api_base", "api_key", "set_api_base", "set_api_key",
    ),
    "Paths follow from the tree of modules; there are no scopes to open.": (
        "StatelessScope", "SymbolicScope", "name_scope",
    ),
    "Messages are `ChatMessages`, which have the form of OpenAI's API already.": (
        "ChatCompletionMessage", "ChatCompletionMessages", "ChatCompletionRequest",
        "from_chat_completion_message", "from_chat_completion_messages",
        "to_chat_completion_message", "to_chat_completion_messages",
        "to_chat_completion_request",
    ),
    "No file can hold code, so that there is nothing to make unsafe: register what is "
    "to be loaded.": ("enable_unsafe_deserialization",),
    "`Program(inputs=..., outputs=...)` is a functional program.": ("Functional",),
    "`Experiment.search` searches settings of a program or an optimizer.": (
        "tuners", "BayesianOptimization", "GridSearch", "Hyperband", "Objective",
        "RandomSearch",
    ),
    "A `Dataset` of your own yields rows from elsewhere: write `_iter_rows`.": (
        "ImageFolderDataset", "MLflowDataset",
    ),
    "Each data set has `load_data`; `split_train_test` splits what was read.": (
        "load_split",
    ),
    "Hooks are a plain list: `Module(hooks=[...])`, `add_hook`.": ("HookList",),
    "`supported_providers` names providers; `model_info` tells of a model.": (
        "supported_models",
    ),
}  # fmt: skip

_WHY = {name: reason for reason, names in _REASONS.items() for name in names}


def missing_name(module_name: str, name: str, known: Iterable[str]) -> AttributeError:
    """Return the error for a name that a public package does not have.

    Args:
        module_name: Path of the package.
        name: The name.
        known: The names that it has.
    """
    from synalinks.errors import did_you_mean

    reason = _WHY.get(name)
    if reason is not None:
        msg = f"`{module_name}.{name}` is out of scope. {reason}"
    else:
        home = None if name.startswith("_") else _home_of(name, module_name)
        hint = f" It is `{home}.{name}`." if home else did_you_mean(name, known)
        msg = f"`{module_name}` has no `{name}`.{hint}"
    return AttributeError(msg, name=name)


def _home_of(name: str, besides: str) -> str | None:
    """Return the path of the package that has a name, if any has."""
    library = importlib.import_module("synalinks")
    for found in pkgutil.iter_modules(library.__path__):
        home = f"synalinks.{found.name}"
        if found.name.startswith("_") or home in {besides, "synalinks.cli"}:
            continue
        if name in getattr(importlib.import_module(home), "__all__", ()):
            return home
    return None
