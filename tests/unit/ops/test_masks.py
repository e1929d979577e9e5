"""Which fields are looked at."""

import pytest

from synalinks.data_models import DataModel, JsonDataModel
from synalinks.errors import ConfigurationError
from synalinks.ops import Masks


class Answer(DataModel):
    thinking: str
    answer: str


@pytest.fixture
def answer():
    return Answer(thinking="hm", answer="Paris")


@pytest.mark.parametrize(
    ("masks", "fields"),
    [
        pytest.param(Masks(), {"thinking", "answer"}, id="none"),
        pytest.param(Masks(in_mask=["answer"]), {"answer"}, id="in"),
        pytest.param(Masks(out_mask=["answer"]), {"thinking"}, id="out"),
        pytest.param(Masks(in_mask_pattern="^ans"), {"answer"}, id="in pattern"),
        pytest.param(Masks(out_mask_pattern="think"), {"answer"}, id="out pattern"),
        pytest.param(
            Masks(in_mask=["thinking"], in_mask_pattern="ans"),
            {"thinking", "answer"},
            id="in or in pattern",
        ),
    ],
)
def test_masks_choose_fields_of_both_sides(masks, fields, answer):
    """The same fields remain in target and prediction."""
    y_true, y_pred = masks.apply(answer, answer)

    assert set(y_true.get_json()) == set(y_pred.get_json()) == fields


def test_data_models_become_json_data_models(answer):
    """User code sees one kind of object, in training and when called by hand."""
    y_true, y_pred = Masks().apply(answer, None)

    assert isinstance(y_true, JsonDataModel)
    assert y_pred is None


def test_several_outputs_are_masked_one_by_one(answer):
    """Lists and dicts of outputs keep their form."""
    y_true, y_pred = Masks(in_mask=["answer"]).apply(
        {"a": answer, "b": None}, [answer, None]
    )

    assert y_true["a"].get_json() == {"answer": "Paris"}
    assert y_true["b"] is None
    assert y_pred[0].get_json() == {"answer": "Paris"}
    assert y_pred[1] is None


def test_a_mask_that_leaves_nothing_is_an_error(answer):
    """A misspelled mask would make all predictions equal; the near name is shown."""
    with pytest.raises(
        ConfigurationError,
        match=r"^`in_mask=\['anwser'\]` leaves no field of the target\. Its fields are "
        r"`thinking`, `answer`\. Did you mean `answer`\?$",
    ):
        Masks(in_mask=["anwser"]).apply(answer, answer)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            {"in_mask": "answer"}, r"`in_mask` is 'answer'\. Expected a list", id="text"
        ),
        pytest.param(
            {"out_mask": []}, r"`out_mask` is \[\]\. Expected a list", id="empty"
        ),
        pytest.param({"in_mask": [1]}, r"`in_mask` is \[1\]", id="no names"),
        pytest.param(
            {"in_mask_pattern": "("},
            r"`in_mask_pattern` is '\(', which is not a regular expression",
            id="pattern",
        ),
        pytest.param(
            {"out_mask_pattern": 3}, r"`out_mask_pattern` is 3, which", id="number"
        ),
    ],
)
def test_malformed_masks_are_refused(arguments, message):
    """What is no list of names or no pattern is an error when it is given."""
    with pytest.raises(ConfigurationError, match=message):
        Masks(**arguments)


def test_what_is_no_data_model_is_refused():
    """A plain value in place of a data model is named with its type."""
    with pytest.raises(
        ConfigurationError,
        match=r"^A target or prediction is 'Paris' of type `str`\. Expected a data "
        r"model, None, or a list or dict of data models\.$",
    ):
        Masks().apply(None, "Paris")
