"""Graphs as JSON: operations, and how they are wired."""

import json
import re

import pytest

import synalinks
from synalinks.errors import ConfigurationError, FileFormatError
from synalinks.programs._graph_config import graph_from_config, graph_to_config
from tests.builders import Answer, Query, run


@pytest.fixture
def graph():
    async def make():
        synalinks.clear_session()
        x = synalinks.Input(data_model=Query, name="x")
        step = synalinks.Identity(name="step")
        once = await step(x)
        twice = await step([once, x], training=True)
        both = (twice[0] & Answer(answer="a").to_json_data_model()).in_mask(
            mask=["query"]
        )
        return synalinks.Program(inputs=x, outputs=[both, twice[1]])._graph

    return run(make())


def test_the_form_of_a_graph(graph):
    """Each operation with its uses; each argument as what made it."""
    config = graph_to_config(graph)

    def symbol(*reference):
        return {
            "class_name": "__symbolic_data_model__",
            "config": {"synalinks_history": list(reference)},
        }

    described = {form["name"]: form for form in config["modules"]}
    assert list(described) == ["x", "step", "logical_and", "in_mask"]
    assert described["x"]["inbound_nodes"] == []
    assert described["step"]["inbound_nodes"] == [
        {"args": [symbol("x", 0, 0)], "kwargs": {}},
        {
            "args": [[symbol("step", 0, 0), symbol("x", 0, 0)]],
            "kwargs": {"training": True},
        },
    ]
    first, second = described["logical_and"]["inbound_nodes"][0]["args"]
    assert first == symbol("step", 1, 0)
    assert second["class_name"] == "__json_data_model__"
    assert described["in_mask"]["config"]["kind"] == "in_mask"
    assert described["in_mask"]["config"]["params"]["mask"] == ["query"]
    assert config["input_modules"] == ["x", 0, 0]
    assert config["output_modules"] == [["in_mask", 0, 0], ["step", 1, 1]]


def test_a_form_is_json(graph):
    """It is the same after a trip through text."""
    config = graph_to_config(graph)

    assert json.loads(json.dumps(config)) == config


def test_a_graph_is_made_again(graph):
    """Whatever the order of its operations in the form."""
    config = graph_to_config(graph)
    config["modules"].reverse()

    inputs, outputs = graph_from_config(config)

    again = synalinks.Program(inputs=inputs, outputs=outputs)._graph
    assert sorted(
        graph_to_config(again)["modules"], key=lambda form: form["name"]
    ) == sorted(graph_to_config(graph)["modules"], key=lambda form: form["name"])


def other(reference):
    return lambda config: config.update(output_modules=reference)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (other(["x", 1, 0]), "refers to ['x', 1, 0], which is no data model"),
        (other(["step", 1, 2]), "refers to ['step', 1, 2], which is no data model"),
        (other(["step", 1, "a"]), "refers to ['step', 1, 'a'], which is no data model"),
        (other(["step", 1, [0, 0]]), "refers to ['step', 1, [0, 0]], which is no data"),
        (other(["step", 1, None]), "refers to ['step', 1, None], which is no data mod"),
        (other(3), "3 refers to no node of the saved graph"),
        (other([3]), "3 refers to no node of the saved graph"),
        (
            lambda config: config["modules"].pop(0),
            "`step` of the saved graph takes the output of `x` (use 0), "
            "which is not in the file.",
        ),
    ],
)
def test_a_reference_to_nothing_is_told(graph, change, message):
    """With what it says."""
    config = json.loads(json.dumps(graph_to_config(graph)))
    change(config)

    with pytest.raises(FileFormatError, match=re.escape(message)):
        graph_from_config(config)


def test_a_cycle_is_told(graph):
    """With the names around it, in the order in which data would flow."""
    config = json.loads(json.dumps(graph_to_config(graph)))
    first, second = config["modules"][1]["inbound_nodes"]
    first["args"][0] = second["args"][0][0] | {
        "config": {"synalinks_history": ["logical_and", 0, 0]}
    }

    with pytest.raises(
        FileFormatError, match="has a cycle: `step` → `step` → `logical_and` → `step`"
    ):
        graph_from_config(config)


def test_two_modules_of_one_name_are_told(graph):
    """The second would silently take the place of the first."""
    config = json.loads(json.dumps(graph_to_config(graph)))
    config["modules"].append(config["modules"][1])

    with pytest.raises(
        FileFormatError, match="Two modules of the saved graph are named 'step'"
    ):
        graph_from_config(config)


def test_an_operation_on_nothing_is_told(graph):
    """One that has only constants is no part of the graph."""
    config = json.loads(json.dumps(graph_to_config(graph)))
    use = config["modules"][2]["inbound_nodes"][0]
    use["args"][0] = use["args"][1]

    with pytest.raises(
        FileFormatError, match="`logical_and` of the saved graph takes n"
    ):
        graph_from_config(config)


def test_an_unknown_operation_on_data_is_told(graph):
    """The near one is suggested."""
    config = json.loads(json.dumps(graph_to_config(graph)))
    config["modules"][2]["config"]["kind"] = "logical_an"

    with pytest.raises(ConfigurationError, match="Did you mean `logical_and`"):
        graph_from_config(config)
