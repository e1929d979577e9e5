"""Data models: typed JSON objects, symbols for them, and the state of modules."""

from pydantic import Field

from synalinks.data_models._chat import (
    ChatMessage,
    ChatMessages,
    ChatRole,
    ToolCall,
    ToolCallFunction,
    ToolCalling,
)
from synalinks.data_models._data_model import DataModel
from synalinks.data_models._default import default_json
from synalinks.data_models._definition import pruned, with_shared_definitions
from synalinks.data_models._duck_type import (
    is_data_model,
    json_of,
    plain_json,
    schema_of,
)
from synalinks.data_models._embedding import Embedding, EmbeddingRequest, Embeddings
from synalinks.data_models._generic import (
    GenericInputs,
    GenericIO,
    GenericOutputs,
    GenericResult,
)
from synalinks.data_models._json_data_model import JsonDataModel
from synalinks.data_models._media import Audio, Image
from synalinks.data_models._operation import DataOperation, apply
from synalinks.data_models._predicate import (
    is_chat_message,
    is_chat_messages,
    is_embedding,
    is_embeddings,
    is_instructions,
    is_json_data_model,
    is_meta_class,
    is_prediction,
    is_stamped,
    is_strictly_chat_message,
    is_strictly_chat_messages,
    is_symbolic_data_model,
    is_tool_call,
    is_trainable,
)
from synalinks.data_models._rule import OPERATIONS
from synalinks.data_models._score import (
    FineScore,
    Rating,
    Rating10,
    Rating20,
    Score,
    ScoreType,
    get_score_type,
    normalize_score,
)
from synalinks.data_models._stamp import Stamp
from synalinks.data_models._symbolic_data_model import SymbolicDataModel
from synalinks.data_models._trainable import Instructions, Prediction, Trainable
from synalinks.data_models._validation import first_violation
from synalinks.data_models._variable import Variable

__all__ = [
    "OPERATIONS",
    "Audio",
    "ChatMessage",
    "ChatMessages",
    "ChatRole",
    "DataModel",
    "DataOperation",
    "Embedding",
    "EmbeddingRequest",
    "Embeddings",
    "Field",
    "FineScore",
    "GenericIO",
    "GenericInputs",
    "GenericOutputs",
    "GenericResult",
    "Image",
    "Instructions",
    "JsonDataModel",
    "Prediction",
    "Rating",
    "Rating10",
    "Rating20",
    "Score",
    "ScoreType",
    "Stamp",
    "SymbolicDataModel",
    "ToolCall",
    "ToolCallFunction",
    "ToolCalling",
    "Trainable",
    "Variable",
    "apply",
    "default_json",
    "first_violation",
    "get_score_type",
    "is_chat_message",
    "is_chat_messages",
    "is_data_model",
    "is_embedding",
    "is_embeddings",
    "is_instructions",
    "is_json_data_model",
    "is_meta_class",
    "is_prediction",
    "is_stamped",
    "is_strictly_chat_message",
    "is_strictly_chat_messages",
    "is_symbolic_data_model",
    "is_tool_call",
    "is_trainable",
    "json_of",
    "normalize_score",
    "plain_json",
    "pruned",
    "schema_of",
    "with_shared_definitions",
]
