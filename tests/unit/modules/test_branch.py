"""`Branch`: running what a decision chooses."""

import re

import pytest

import synalinks
from synalinks.errors import ConfigurationError
from tests.builders import QUERY, Answer, Query, field_names, scripted


@pytest.fixture(autouse=True)
def _fresh_names():
    synalinks.clear_session()


class Mark(synalinks.Module):
    """Answer with one's own name and what was seen."""

    async def call(self, inputs, training=False):
        self.seen = inputs
        return Answer(answer=self.name).to_json_data_model()

    async def compute_output_spec(self, inputs, training=False):
        return Answer.to_symbolic_data_model()


def choosing(*choices):
    """Return a language model that makes these choices in turn."""
    answers = [{"thinking": "t", "choice": choice} for choice in choices]
    return scripted(answers)


def branch(*choices, **options):
    model, transport = choosing(*choices)
    branches = [Mark(name="one"), Mark(name="two")]
    options = {"labels": ["a", "b"], "branches": branches, **options}
    module = synalinks.Branch(question="Which?", language_model=model, **options)
    return module, transport


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("a", [{"answer": "one"}, None]), ("b", [None, {"answer": "two"}])],
)
async def test_the_chosen_branch_runs(choice, expected):
    """One slot per label; those not chosen are None, and their modules idle."""
    module, transport = branch(choice, return_decision=False)

    outputs = await module(QUERY)

    assert [output and output.get_json() for output in outputs] == expected
    assert [hasattr(one, "seen") for one in module.branches] == [
        one is not None for one in expected
    ]
    assert len(transport.requests) == 1


@pytest.mark.parametrize("inject", [True, False])
async def test_the_decision_is_injected(inject):
    """The branch sees inputs and decision, or the inputs alone."""
    module, _ = branch("a", inject_decision=inject)
    await module(QUERY)

    keys = {"query", "thinking", "choice"} if inject else {"query"}
    assert module.branches[0].seen.keys() == keys


@pytest.mark.parametrize("is_returned", [True, False])
async def test_the_decision_is_returned(is_returned):
    """It stands before the branch's output, on values and on symbols."""
    module, _ = branch("a", return_decision=is_returned)
    keys = ["thinking", "choice", "answer"] if is_returned else ["answer"]

    (value, _) = await module(QUERY)
    symbols = await module(Query)

    assert list(value.keys()) == keys
    assert [field_names(symbol) for symbol in symbols] == [keys, keys]


async def test_none_takes_no_branch():
    """No decision is made about nothing."""
    module, transport = branch()

    assert await module(None) == (None, None)
    assert transport.requests == []


async def test_a_decision_that_is_none_takes_no_branch():
    """A decision of one's own may refuse."""

    class Undecided(synalinks.Module):
        def __init__(self, question, labels, **kwargs):
            super().__init__(**kwargs)

        async def call(self, inputs):
            return None

    module = synalinks.Branch(
        question="?",
        labels=["a", "b"],
        branches=[Mark(), Mark()],
        decision_type=Undecided,
    )

    assert await module(QUERY) == (None, None)
    assert module.language_model is None


async def test_several_labels_may_be_chosen():
    """A decision with `choices` runs all of them at once."""

    class Both(synalinks.Module):
        def __init__(self, question, labels, **kwargs):
            super().__init__(**kwargs)
            self.labels = labels

        async def call(self, inputs):
            return synalinks.JsonDataModel(
                schema={
                    "type": "object",
                    "properties": {"choices": {"type": "array"}},
                },
                json={"choices": self.labels},
            )

    module = synalinks.Branch(
        question="?",
        labels=["a", "b"],
        branches=[Mark(name="one"), Mark(name="two")],
        decision_type=Both,
        return_decision=False,
    )

    assert [one.get("answer") for one in await module(QUERY)] == ["one", "two"]


async def test_a_branch_that_gives_none_gives_none():
    """None from a branch stays None beside a decision."""
    module, _ = branch("a", branches=[synalinks.Not(), Mark()])

    assert await module(QUERY) == (None, None)


class TestNesting:
    """A branch inside a branch."""

    def nested(self, *choices):
        model, transport = choosing(*choices)
        inner = synalinks.Branch(
            question="Inner?",
            labels=["c", "d"],
            branches=[Mark(name="three"), Mark(name="four")],
            language_model=model,
            name="inner",
        )
        outer = synalinks.Branch(
            question="Outer?",
            labels=["a", "b"],
            branches=[Mark(name="one"), inner],
            language_model=model,
            name="outer",
        )
        return outer, transport

    async def test_the_slots_are_nested_too(self):
        """The inner branch's slots stand in the outer one's slot."""
        outer, transport = self.nested("b", "d")

        one, (three, four) = await outer(QUERY)

        assert one is None
        assert three is None
        assert four.get("answer") == "four"
        assert len(transport.requests) == 2

    @pytest.mark.parametrize(
        ("choices", "expected"),
        [
            (("a",), ["one", None, None]),
            (("b", "c"), [None, "three", None]),
            (("b", "d"), [None, None, "four"]),
        ],
        ids=["a", "b c", "b d"],
    )
    async def test_it_works_in_a_graph(self, choices, expected):
        """Each slot is an output of the program; below what is absent all is None."""
        outer, _ = self.nested(*choices)
        inputs = synalinks.Input(data_model=Query)
        one, (three, four) = await outer(inputs)
        program = synalinks.Program(inputs=inputs, outputs=[one, three, four])

        outputs = await program(QUERY)

        assert [output and output.get("answer") for output in outputs] == expected

    async def test_a_branch_may_return_a_dict(self):
        """The decision stands before each of its values."""

        class Both(Mark):
            async def call(self, inputs):
                answer = await super().call(inputs)
                return {"x": answer, "y": None}

            async def compute_output_spec(self, inputs):
                return {"x": Answer.to_symbolic_data_model()}

        module, _ = branch("a", branches=[Both(), Mark()])

        (value, _), (symbol, _) = await module(QUERY), await module(Query)

        assert list(value["x"].keys()) == ["thinking", "choice", "answer"]
        assert value["y"] is None
        assert field_names(symbol["x"]) == ["thinking", "choice", "answer"]

    def test_paths_go_through_both(self):
        """Every prompt has a path of its own."""
        outer, _ = self.nested()

        assert [path for path, _ in outer.named_variables()] == [
            "outer/inner/decision_inner/generator_decision_inner/"
            "state_generator_decision_inner",
            "outer/decision_outer/generator_decision_outer/"
            "state_generator_decision_outer",
        ]


@pytest.mark.parametrize(
    "branches",
    [[], [Mark()], [Mark(), Mark(), Mark()], [Mark(), "x"], None, "ab"],
    ids=["none", "too few", "too many", "no module", "missing", "text"],
)
def test_one_module_per_label(branches):
    """Anything else is refused, with what was expected."""
    message = "`b` takes one module per label in `branches`: expected 2 for ['x', 'y']"
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        synalinks.Branch(question="?", labels=["x", "y"], branches=branches, name="b")


async def test_options_reach_the_decision():
    """Sampling and instructions are those of the deciding module."""
    module, transport = branch("a", temperature=0.0, instructions="Decide well.")
    await module(QUERY)

    assert transport.requests[0].params == {"temperature": 0.0}
    assert "Decide well." in transport.requests[0].messages[0]["content"]


async def test_training_reaches_the_chosen_branch():
    """The flag of the call is that of the branch."""

    class Flag(Mark):
        async def call(self, inputs, training=False):
            self.training = training
            return inputs

    flag = Flag()
    module, _ = branch("a", "a", branches=[flag, Mark()])

    await module(QUERY, training=True)
    assert flag.training
    await module(QUERY)
    assert not flag.training
