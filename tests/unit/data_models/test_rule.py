"""The rules of the operations, and plans made of them."""

import pytest

from synalinks.data_models import OPERATIONS, _rule
from synalinks.data_models._rule import plan_for
from synalinks.errors import ConfigurationError

SCHEMA = {"type": "object", "properties": {"query": {}}}


def test_kinds_of_operation():
    """The names of the operations are part of saved programs."""
    assert list(OPERATIONS) == [
        "concat",
        "logical_and",
        "logical_or",
        "logical_xor",
        "logical_not",
        "factorize",
        "in_mask",
        "out_mask",
        "prefix",
        "suffix",
    ]


def test_plans_are_made_once_per_schema_object():
    """The same schemas and parameters give the same plan; equal ones a new plan."""
    params = {"mask": ["query"], "pattern": None}

    plan = plan_for("in_mask", [SCHEMA], params)

    assert plan_for("in_mask", [SCHEMA], dict(params)) is plan
    assert plan_for("out_mask", [SCHEMA], params) is not plan
    assert plan_for("in_mask", [dict(SCHEMA)], params) is not plan
    assert plan_for("in_mask", [SCHEMA], {"mask": []}) is not plan


def test_plans_are_forgotten_when_there_are_many(monkeypatch):
    """Programs that make schemas as they run do not fill the memory."""
    monkeypatch.setattr(_rule, "_plans", {})
    monkeypatch.setattr(_rule, "_MAX_PLANS", 2)

    for _ in range(5):
        plan_for("logical_not", [dict(SCHEMA)], {})

    assert len(_rule._plans) <= 2


@pytest.mark.parametrize("kind", ["prefix", "suffix"])
@pytest.mark.parametrize("text", [None, "", 5])
def test_affixes_are_texts(kind, text):
    """Nothing is no prefix."""
    with pytest.raises(
        ConfigurationError, match=rf"`{kind}` expected a text .* received {text!r}\."
    ):
        plan_for(kind, [SCHEMA], {kind: text})
