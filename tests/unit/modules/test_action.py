"""`Action`: one call of one tool."""

import pytest

import synalinks
from synalinks.errors import AuthenticationError, ConfigurationError
from tests.builders import QUERY, Query, field_names, scripted


async def population(city: str, year: int = 2020) -> int:
    """Look up how many people live in a city.

    Args:
        city: Name of the city.
        year: When.
    """
    if city == "Atlantis":
        raise KeyError(city)
    return {"Paris": 2_100_000}[city] + year


def action(answers, **options):
    model, transport = scripted(answers)
    options.setdefault("tool", population)
    return synalinks.Action(language_model=model, **options), transport


async def test_the_model_chooses_the_arguments():
    """It answers in the schema of the tool, which is then called."""
    module, transport = action([{"city": "Paris", "year": 1}])

    output = await module(QUERY)

    assert output.get_json() == {
        "action": {
            "inputs": {"city": "Paris", "year": 1},
            "outputs": {"result": 2_100_001},
        }
    }
    request = transport.requests[0]
    assert list(request.schema["properties"]) == ["city", "year"]
    assert "Look up how many people" in request.messages[0]["content"]


async def test_an_error_of_the_tool_is_its_output():
    """The program goes on, and sees what went wrong."""
    module, _ = action([{"city": "Atlantis"}])

    output = await module(QUERY)

    assert output.get("action")["outputs"] == {"error": "KeyError: 'Atlantis'"}


async def test_an_error_of_the_system_is_raised():
    """A tool whose provider refuses the key is no bad call: all others would be."""

    async def ask(city: str) -> str:
        """Ask.

        Args:
            city: Where.
        """
        msg = "no key"
        raise AuthenticationError(msg)

    module, _ = action([{"city": "Paris"}], tool=synalinks.Tool(ask))

    with pytest.raises(AuthenticationError, match="no key") as caught:
        await module(QUERY)
    assert caught.value.__notes__ == ["in the tool `ask`"]


async def test_symbols_and_none():
    """A symbol gives the schema, None gives None, and neither costs a call."""
    module, transport = action([])

    assert field_names(await module(Query)) == ["action"]
    assert await module(None) is None
    assert transport.requests == []


async def test_a_trainable_tool_is_refused():
    """What the model reads here is the schema of the answer."""
    tool = synalinks.Tool(population, trainable=True)

    with pytest.raises(ConfigurationError, match="trainable_descriptions=True"):
        synalinks.Action(tool=tool)

    module, _ = action([], trainable_descriptions=True)
    texts = module.trainable_variables[0].get("field_descriptions")
    assert texts == {"city": "Name of the city.", "year": "When."}
