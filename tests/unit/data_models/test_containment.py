"""Which data models contain which."""

import pytest

from synalinks.data_models import DataModel, Field, Variable
from synalinks.errors import ConfigurationError


class Place(DataModel):
    name: str = "x"


class Query(DataModel):
    query: str = "x"
    place: Place = Place()


class Question(DataModel):
    query: str = "x"
    place: Place = Place()
    when: str = "now"


class Described(DataModel):
    query: str = Field("x", description="What is asked")


def kinds_of(model):
    value = model()
    return [
        model,
        value,
        value.to_json_data_model(),
        model.to_symbolic_data_model(),
        Variable(data_model=model),
    ]


@pytest.mark.parametrize("whole", kinds_of(Question), ids=lambda x: type(x).__name__)
def test_every_kind_contains_and_is_contained(whole):
    """Names and data models of every kind can be asked for in every kind."""
    assert "query" in whole
    assert "name" not in whole
    assert all(part in whole for part in kinds_of(Query))
    assert all(whole in same for same in kinds_of(Question))
    assert not any(whole in smaller for smaller in kinds_of(Query))


def test_whole_schemas_are_compared():
    """A field of the same name and another description is another field."""
    assert Described not in Query
    assert Described not in Place


def test_definitions_are_compared():
    """A field of the same name whose definition differs is another field."""

    class Elsewhere(DataModel):
        class Place(DataModel):
            name: int = 0

        place: Place = Place()

    class Here(DataModel):
        place: Place = Place()

    assert Here in Query
    assert Elsewhere not in Query


def test_other_objects_are_refused():
    """Only names and data models can be in a data model."""
    with pytest.raises(ConfigurationError, match="Expected a data model"):
        assert 5 in Query
