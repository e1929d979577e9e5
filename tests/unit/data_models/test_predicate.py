"""Questions about data models."""

import pytest

from synalinks import data_models
from synalinks.data_models import (
    ChatMessage,
    ChatMessages,
    DataModel,
    Embedding,
    Embeddings,
    Instructions,
    JsonDataModel,
    Prediction,
    Stamp,
    ToolCall,
    Trainable,
    is_json_data_model,
    is_meta_class,
    is_strictly_chat_message,
    is_strictly_chat_messages,
    is_symbolic_data_model,
)


class Other(DataModel):
    other: str = "x"


PREDICATES = {
    "is_chat_message": ChatMessage,
    "is_chat_messages": ChatMessages,
    "is_tool_call": ToolCall,
    "is_prediction": Prediction,
    "is_trainable": Trainable,
    "is_instructions": Instructions,
    "is_embedding": Embedding,
    "is_embeddings": Embeddings,
    "is_stamped": Stamp,
}


@pytest.mark.parametrize(("name", "model"), PREDICATES.items())
def test_what_has_the_fields_is_one(name, model):
    """More fields do no harm; other objects are nothing."""
    predicate = getattr(data_models, name)

    assert predicate(model)
    assert predicate(model.to_symbolic_data_model() + Other)
    assert predicate(JsonDataModel(schema=model.get_schema(), json={}))
    assert not predicate(Other())
    assert not predicate(None)
    assert not predicate({"role": "user"})


def test_strictly_means_no_other_fields():
    """More fields make it something else."""
    assert is_strictly_chat_message(ChatMessage(role="user"))
    assert not is_strictly_chat_message(ChatMessage + Other)
    assert is_strictly_chat_messages(ChatMessages())
    assert not is_strictly_chat_messages(ChatMessages + Other)
    assert not is_strictly_chat_messages(None)


def test_kinds():
    """Every kind is told from the others."""
    value, symbol = Other().to_json_data_model(), Other.to_symbolic_data_model()

    assert [is_json_data_model(x) for x in (value, symbol, Other)] == [
        True,
        False,
        False,
    ]
    assert [is_symbolic_data_model(x) for x in (value, symbol, Other)] == [
        False,
        True,
        False,
    ]
    assert [is_meta_class(x) for x in (Other, Other(), str, None)] == [
        True,
        False,
        False,
        False,
    ]
