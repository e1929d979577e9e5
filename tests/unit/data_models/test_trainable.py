"""The bookkeeping of trainable variables."""

from synalinks.data_models import Instructions, Prediction, Trainable


def test_keys_order_and_defaults():
    """Saved variables have these keys, in this order."""
    assert list(Trainable().get_json().items()) == [
        ("examples", []),
        ("current_predictions", []),
        ("predictions", []),
        ("seed_candidates", []),
        ("candidates", []),
        ("best_candidates", []),
        ("history", []),
        ("nb_visit", 0),
        ("cumulative_reward", 0.0),
    ]


def test_instructions_come_last_and_are_required():
    """Instructions have no default, but may be None."""
    assert list(Instructions.keys())[-1] == "instructions"
    assert Instructions(instructions=None).get("instructions", 5) is None
    assert Instructions.get_schema()["required"] == ["instructions"]
    assert Trainable in Instructions


def test_prediction_without_reward_has_none():
    """A prediction that is not scored yet has no `reward` in its JSON."""
    prediction = Prediction(inputs={"query": "x"}, outputs={"answer": "y"})

    assert prediction.get_json() == {
        "inputs": {"query": "x"},
        "outputs": {"answer": "y"},
    }
    assert Prediction(inputs={}, outputs={}, reward=0.5).get("reward") == 0.5
