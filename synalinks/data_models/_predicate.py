"""Questions about data models of any kind.

"Is a chat message" means: has every field of `ChatMessage`, and maybe others. Whatever
is no data model, None included, is none of these things.
"""

from __future__ import annotations

from typing import Any

from synalinks.data_models._chat import ChatMessage, ChatMessages, ToolCall
from synalinks.data_models._containment import is_in
from synalinks.data_models._data_model import DataModel
from synalinks.data_models._duck_type import is_data_model
from synalinks.data_models._embedding import Embedding, Embeddings
from synalinks.data_models._json_data_model import JsonDataModel
from synalinks.data_models._stamp import Stamp
from synalinks.data_models._symbolic_data_model import SymbolicDataModel
from synalinks.data_models._trainable import Instructions, Prediction, Trainable


def _has_fields_of(model: type[DataModel], x: Any) -> bool:
    return is_data_model(x) and is_in(model, x)


def _has_just_fields_of(model: type[DataModel], x: Any) -> bool:
    return _has_fields_of(model, x) and is_in(x, model)


def is_chat_message(x: Any) -> bool:
    """Return whether a data model has every field of a `ChatMessage`.

    Args:
        x: Any object.
    """
    return _has_fields_of(ChatMessage, x)


def is_strictly_chat_message(x: Any) -> bool:
    """Return whether a data model has the fields of a `ChatMessage` and no others.

    Args:
        x: Any object.
    """
    return _has_just_fields_of(ChatMessage, x)


def is_chat_messages(x: Any) -> bool:
    """Return whether a data model has every field of `ChatMessages`.

    Args:
        x: Any object.
    """
    return _has_fields_of(ChatMessages, x)


def is_strictly_chat_messages(x: Any) -> bool:
    """Return whether a data model has the fields of `ChatMessages` and no others.

    Args:
        x: Any object.
    """
    return _has_just_fields_of(ChatMessages, x)


def is_tool_call(x: Any) -> bool:
    """Return whether a data model has every field of a `ToolCall`.

    Args:
        x: Any object.
    """
    return _has_fields_of(ToolCall, x)


def is_prediction(x: Any) -> bool:
    """Return whether a data model has every field of a `Prediction`.

    Args:
        x: Any object.
    """
    return _has_fields_of(Prediction, x)


def is_trainable(x: Any) -> bool:
    """Return whether a data model has every field of a `Trainable`.

    Args:
        x: Any object.
    """
    return _has_fields_of(Trainable, x)


def is_instructions(x: Any) -> bool:
    """Return whether a data model has every field of `Instructions`.

    Args:
        x: Any object.
    """
    return _has_fields_of(Instructions, x)


def is_embedding(x: Any) -> bool:
    """Return whether a data model has every field of an `Embedding`.

    Args:
        x: Any object.
    """
    return _has_fields_of(Embedding, x)


def is_embeddings(x: Any) -> bool:
    """Return whether a data model has every field of `Embeddings`.

    Args:
        x: Any object.
    """
    return _has_fields_of(Embeddings, x)


def is_stamped(x: Any) -> bool:
    """Return whether a data model has every field of a `Stamp`.

    Args:
        x: Any object.
    """
    return _has_fields_of(Stamp, x)


def is_json_data_model(x: Any) -> bool:
    """Return whether an object is a `JsonDataModel`.

    Args:
        x: Any object.
    """
    return isinstance(x, JsonDataModel)


def is_symbolic_data_model(x: Any) -> bool:
    """Return whether an object is a `SymbolicDataModel`.

    Args:
        x: Any object.
    """
    return isinstance(x, SymbolicDataModel)


def is_meta_class(x: Any) -> bool:
    """Return whether an object is a `DataModel` class, not an instance.

    Args:
        x: Any object.
    """
    return isinstance(x, type) and issubclass(x, DataModel)
