"""The names that scripts are written for; the ledger says which are not there.

`python tests/followed_api.py` tells where `docs/compatibility.md` is not up to date.
"""

import importlib
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LEDGER = ROOT / "docs" / "compatibility.md"

_OPERATIONAL = """
    TotalTokens InputTokens OutputTokens ReasoningTokens CachedTokens
    CacheCreationTokens Cost Throughput TokensPerSecond AvgLatency CacheHitRate
    ReasoningTokenShare FailedCalls FallbackActivations ErrorRate AvgTimeToFirstToken
    AvgTimeToLastToken
"""
_PER_CALL = """
    AvgTotalTokensPerCall AvgInputTokensPerCall AvgOutputTokensPerCall
    AvgReasoningTokensPerCall AvgCachedTokensPerCall AvgCacheCreationTokensPerCall
    AvgCostPerCall AvgTrajectoryTimeToFirstToken
"""
_EMBEDDING = """
    TotalTokens Vectors Cost Throughput TokensPerSecond AvgLatency CacheHitRate
    FailedCalls FallbackActivations ErrorRate AvgTotalTokensPerCall AvgCostPerCall
"""
_TRAINER = """
    compile fit evaluate predict train_on_batch test_on_batch predict_on_batch
    reset_metrics get_metrics_result compute_reward compute_metrics stop_training
    metrics metrics_names optimizer reward
"""


def _prefixed(prefix: str, names: str) -> str:
    return " ".join(f"{prefix}{name}" for name in names.split())


# Space-separated names by the namespace that they are used from.
_NAMES = {
    "synalinks": """
        DataModel Field JsonDataModel SymbolicDataModel Variable Trainable Instructions
        Prediction ChatMessage ChatMessages ChatRole ToolCall ToolCallFunction
        EmbeddingRequest Embedding Embeddings Image Audio Score FineScore Rating
        Rating10 Rating20 GenericInputs GenericOutputs GenericIO GenericResult Stamp
        Module Input ImageInput AudioInput Generator ChainOfThought SelfCritique
        Decision MultiDecision Branch Action Tool FunctionCallingAgent Identity Lambda
        Not And Or Xor Concat InMask OutMask default_prompt_template
        Program Sequential LanguageModel EmbeddingModel
        set_seed get_seed clear_session set_default_language_model
        default_language_model set_default_embedding_model default_embedding_model
        enable_logging enable_observability is_observability_enabled record_traces
        callbacks hooks rewards metrics optimizers initializers datasets saving config
        utils backend ops modules programs language_models embedding_models
    """,
    "synalinks.ops": """
        concat concatenate logical_and logical_or logical_xor logical_not factorize
        in_mask out_mask prefix suffix convert_to_json_data_model
        convert_to_symbolic_data_model
    """,
    "synalinks.modules": """
        Module Input Generator ChainOfThought SelfCritique Decision MultiDecision
        Branch Action Tool FunctionCallingAgent Identity Lambda Not And Or Xor Concat
        Concatenate InMask OutMask get serialize deserialize InputModule ImageInput
        AudioInput default_prompt_template
    """,
    "synalinks.Module": """
        add_variable add_hook build build_from_config built call clone
        compute_output_spec from_config get_arity get_build_config
        get_config get_variable input input_spec metrics metrics_variables name
        non_trainable_variables output path rewards trainable trainable_variables
        variables
    """,
    "synalinks.Variable": """
        assign get get_json get_schema items keys prettify_json
        prettify_schema to_json_data_model to_symbolic_data_model trainable update
        values
    """,
    "synalinks.DataModel": """
        factorize from_config get get_config get_json get_schema in_mask keys out_mask
        prefix prettify_json
        prettify_schema suffix to_json_data_model to_symbolic_data_model
    """,
    "synalinks.JsonDataModel": """
        clone factorize get get_json get_schema in_mask items keys name out_mask prefix
        prettify_json prettify_schema suffix to_symbolic_data_model update values
    """,
    "synalinks.Tool": "get_input_schema get_tool_schema",
    "synalinks.backend": """
        ChatMessage ChatMessages ChatRole DataModel FineScore GenericInputs Instructions
        JsonDataModel Prediction Rating Score SymbolicDataModel Trainable Variable
        get_score_type normalize_score is_chat_message is_chat_messages
        is_strictly_chat_message is_strictly_chat_messages is_tool_call is_prediction
        is_trainable is_instructions is_embedding is_embeddings is_stamped
    """,
    "synalinks.programs": "Program Sequential program_from_json",
    "synalinks.Program": f"""
        {_TRAINER} get_module modules summary save load save_variables load_variables
        to_json get_state_tree set_state_tree get_config from_config get_compile_config
        compile_from_config get_variable trainable_variables variables
        non_trainable_variables
    """,
    "synalinks.language_models": """
        LanguageModel get serialize deserialize supported_providers provider_info
        supported_models model_info supports_reasoning supports_vision supports_audio
    """,
    "synalinks.embedding_models": "EmbeddingModel get serialize deserialize",
    "synalinks.callbacks": """
        Callback CallbackList EarlyStopping ProgramCheckpoint BackupAndRestore CSVLogger
        BudgetStopping History ProgbarLogger Monitor
    """,
    "synalinks.hooks": "Hook HookList Logger Monitor Recorder trace_context",
    "synalinks.rewards": """
        Reward RewardFunctionWrapper BatchReward BatchRewardFunctionWrapper
        ComposableReward ExactMatch CosineSimilarity ProgramAsJudge LMAsJudge
        RubricsAsJudge AgentAsJudge list_rubrics get_rubric exact_match
        cosine_similarity get serialize deserialize AnswerRelevancy Faithfulness
        Hallucination Bias Toxicity
    """,
    "synalinks.metrics": f"""
        Metric BatchMetric Mean Sum MeanMetricWrapper Accuracy BinaryAccuracy
        CategoricalAccuracy F1Score FBetaScore BinaryF1Score BinaryFBetaScore
        CategoricalF1Score CategoricalFBetaScore ListF1Score ListFBetaScore Precision
        Recall BinaryPrecision BinaryRecall CategoricalPrecision CategoricalRecall
        CosineSimilarity PassAtK PassHatK GapK
        ProgramCalls ProgramElapsedTime ProgramCallsPerSecond ProgramCost
        ProgramAvgCostPerInvocation get serialize deserialize
        {_OPERATIONAL} {_PER_CALL}
        {_prefixed("Reward", _OPERATIONAL + _PER_CALL)}
        {_prefixed("Optimizer", _OPERATIONAL + _PER_CALL)}
        {_prefixed("Embedding", _EMBEDDING)}
        {_prefixed("RewardEmbedding", _EMBEDDING)}
        {_prefixed("OptimizerEmbedding", _EMBEDDING)}
    """,
    "synalinks.optimizers": """
        GreedyOptimizer RandomFewShot EvolutionaryOptimizer OMEGA get serialize
        deserialize
    """,
    "synalinks.initializers": "Initializer Empty empty get serialize deserialize",
    "synalinks.datasets": """
        Dataset CSVDataset JSONDataset JSONLDataset ParquetDataset HuggingFaceDataset
        MLflowDataset ImageFolderDataset TextDataset MarkdownDataset split_train_test
        load_split parse_markdown_sections gsm8k banking77
    """,
    "synalinks.datasets.gsm8k": """
        load_data iterable_dataset get_input_data_model get_output_data_model
    """,
    "synalinks.saving": """
        register_synalinks_serializable serialize_synalinks_object
        deserialize_synalinks_object CustomObjectScope custom_object_scope
        get_custom_objects get_registered_name get_registered_object
    """,
    "synalinks.config": """
        set_seed get_seed floatx set_floatx epsilon set_epsilon backend set_backend
        api_key set_api_key api_base set_api_base synalinks_home enable_logging
        enable_interactive_logging disable_interactive_logging
        is_interactive_logging_enabled enable_observability is_observability_enabled
        mlflow_tracking_uri mlflow_experiment_name record_traces
        is_trace_recording_enabled trace_recording_dir clear_session
    """,
    "synalinks.utils": """
        plot_program program_to_dot plot_history plot_history_with_mean_and_std
        plot_history_comparison plot_history_comparison_with_mean_and_std plot_metrics
        plot_metrics_with_mean_and_std plot_metrics_comparison
        plot_metrics_comparison_with_mean_and_std Progbar get_file pack_x_y
        unpack_x_y is_json_data_model is_symbolic_data_model is_meta_class
        MultiServerMCPClient
    """,
    "synalinks.tuners": """
        RandomSearch GridSearch BayesianOptimization Hyperband Objective
    """,
}

FOLLOWED = sorted(
    f"{namespace}.{name}"
    for namespace, names in _NAMES.items()
    for name in set(names.split())
)


def missing_names() -> set[str]:
    """Return the followed names that cannot be used."""
    return {path for path in FOLLOWED if not _is_there(path)}


def coverage() -> float:
    """Return the share of the followed names that can be used."""
    return 1.0 - len(missing_names()) / len(FOLLOWED)


def excused_names() -> set[str]:
    """Return the names that the ledger says are not there."""
    section = LEDGER.read_text(encoding="utf-8").partition("## Not there")[2]
    rows = re.findall(r"^\| `([\w.]+)` \| (.+?) \|", section, flags=re.MULTILINE)
    return {
        f"{namespace}.{name}"
        for namespace, names in rows
        for name in re.findall(r"`(\w+)`", names)
    }


def _is_there(path: str) -> bool:
    namespace, _, name = path.rpartition(".")
    try:
        owner = importlib.import_module(namespace)
    except ImportError:
        parent, _, last = namespace.rpartition(".")
        owner = getattr(importlib.import_module(parent), last, None)
    declared = [vars(one).get("__annotations__", {}) for one in _bases(owner)]
    return hasattr(owner, name) or any(name in one for one in declared)


def _bases(owner: object) -> tuple[type, ...]:
    return owner.__mro__ if isinstance(owner, type) else ()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    missing, excused = missing_names(), excused_names()
    sys.stdout.write(f"{len(FOLLOWED)} names, {coverage():.1%} of them are there\n")
    sys.stdout.write(f"not in the ledger: {sorted(missing - excused)}\n")
    sys.stdout.write(f"there by now: {sorted(excused - missing)}\n")
