"""Rewards: how good a prediction is, as a number that training makes higher."""

from synalinks._internal.public import publish
from synalinks.rewards._agent_as_judge import AgentAsJudge
from synalinks.rewards._batch_reward import BatchReward, BatchRewardFunctionWrapper
from synalinks.rewards._composable_reward import ComposableReward
from synalinks.rewards._cosine_similarity import CosineSimilarity, cosine_similarity
from synalinks.rewards._exact_match import ExactMatch, exact_match
from synalinks.rewards._judge import Judge
from synalinks.rewards._lm_as_judge import LMAsJudge
from synalinks.rewards._lookup import deserialize, get, serialize
from synalinks.rewards._output_rewards import OutputRewards
from synalinks.rewards._program_as_judge import ProgramAsJudge
from synalinks.rewards._reduction import reduce_scores
from synalinks.rewards._reward import Reward
from synalinks.rewards._reward_function_wrapper import RewardFunctionWrapper
from synalinks.rewards._rubric import Rubric
from synalinks.rewards._rubric_judges import (
    AnswerRelevancy,
    ArgumentCorrectness,
    Bias,
    Clarity,
    Coherence,
    Completeness,
    Conciseness,
    ContextualPrecision,
    ContextualRecall,
    ContextualRelevancy,
    ConversationCompleteness,
    Correctness,
    Faithfulness,
    Fluency,
    GoalAccuracy,
    Hallucination,
    Helpfulness,
    InstructionFollowing,
    JsonCorrectness,
    KnowledgeRetention,
    Misuse,
    NonAdvice,
    PIILeakage,
    PlanAdherence,
    PlanQuality,
    PromptAlignment,
    RoleAdherence,
    RoleViolation,
    StepEfficiency,
    Summarization,
    TaskCompletion,
    ToolCorrectness,
    ToolUse,
    TopicAdherence,
    Toxicity,
    TurnContextualPrecision,
    TurnContextualRecall,
    TurnContextualRelevancy,
    TurnFaithfulness,
    TurnRelevancy,
)
from synalinks.rewards._rubrics_as_judge import (
    RubricJudge,
    RubricsAsJudge,
    get_rubric,
    list_rubrics,
)
from synalinks.rewards._score import Score

__all__ = [
    "AgentAsJudge",
    "AnswerRelevancy",
    "ArgumentCorrectness",
    "BatchReward",
    "BatchRewardFunctionWrapper",
    "Bias",
    "Clarity",
    "Coherence",
    "Completeness",
    "ComposableReward",
    "Conciseness",
    "ContextualPrecision",
    "ContextualRecall",
    "ContextualRelevancy",
    "ConversationCompleteness",
    "Correctness",
    "CosineSimilarity",
    "ExactMatch",
    "Faithfulness",
    "Fluency",
    "GoalAccuracy",
    "Hallucination",
    "Helpfulness",
    "InstructionFollowing",
    "JsonCorrectness",
    "Judge",
    "KnowledgeRetention",
    "LMAsJudge",
    "Misuse",
    "NonAdvice",
    "OutputRewards",
    "PIILeakage",
    "PlanAdherence",
    "PlanQuality",
    "ProgramAsJudge",
    "PromptAlignment",
    "Reward",
    "RewardFunctionWrapper",
    "RoleAdherence",
    "RoleViolation",
    "Rubric",
    "RubricJudge",
    "RubricsAsJudge",
    "Score",
    "StepEfficiency",
    "Summarization",
    "TaskCompletion",
    "ToolCorrectness",
    "ToolUse",
    "TopicAdherence",
    "Toxicity",
    "TurnContextualPrecision",
    "TurnContextualRecall",
    "TurnContextualRelevancy",
    "TurnFaithfulness",
    "TurnRelevancy",
    "cosine_similarity",
    "deserialize",
    "exact_match",
    "get",
    "get_rubric",
    "list_rubrics",
    "reduce_scores",
    "serialize",
]

publish(__name__)
