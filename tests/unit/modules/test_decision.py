"""`Decision`: one of several labels."""

import pytest

import synalinks
from synalinks.errors import ConfigurationError, InvalidOutputError
from tests.builders import QUERY, Query, field_names, scripted


@pytest.fixture(autouse=True)
def _fresh_names():
    synalinks.clear_session()


def decision(answers=None, **options):
    model, transport = scripted(answers) if answers else scripted()
    options = {"question": "Is it hard?", "labels": ["easy", "hard"], **options}
    return synalinks.Decision(language_model=model, **options), transport


async def test_a_label_is_chosen():
    """The answer has the thinking and the choice."""
    module, transport = decision([{"thinking": "t", "choice": "hard"}])

    output = await module(QUERY)

    assert output.get_json() == {"thinking": "t", "choice": "hard"}
    schema = transport.requests[0].schema
    assert schema["properties"]["choice"]["enum"] == ["easy", "hard"]


async def test_the_question_stands_beside_the_inputs():
    """The model sees what is to be decided, and about what."""
    module, transport = decision()
    await module(QUERY)

    assert transport.requests[0].messages[-1]["content"] == (
        '{"query": "What is it?", "question": "Is it hard?"}'
    )


async def test_the_question_follows_a_chat():
    """It is the last turn, after the messages."""
    module, transport = decision()
    chat = synalinks.ChatMessages(
        messages=[synalinks.ChatMessage(role="user", content="hi")]
    )
    await module(chat)

    assert transport.requests[0].messages[1:] == [
        {"role": "user", "content": "hi"},
        {"role": "user", "content": '{"question": "Is it hard?"}'},
    ]


async def test_symbols_and_none():
    """A symbol gives the schema, None gives None, and neither costs a call."""
    module, transport = decision()

    assert field_names(await module(Query)) == ["thinking", "choice"]
    assert await module(None) is None
    assert transport.requests == []


async def test_another_label_is_no_answer():
    """The choice is one of the labels."""
    module, _ = decision(lambda _: {"thinking": "t", "choice": "other"})

    with pytest.raises(InvalidOutputError, match=r"one of .'easy', 'hard'."):
        await module(QUERY)


@pytest.mark.parametrize(
    "labels",
    ["ab", ["a"], [], ["a", "a"], ["a", 1], [["a"], ["b"]], None, {"a": 1, "b": 2}],
    ids=["text", "one", "none", "twice", "number", "lists", "missing", "dict"],
)
def test_labels_are_two_or_more_different_texts(labels):
    """Anything else is refused, with what was received."""
    with pytest.raises(ConfigurationError, match="`labels` of `d` is a list of two or"):
        synalinks.Decision(question="?", labels=labels, name="d")


def test_the_labels_are_a_copy():
    """Changing the list afterwards changes nothing."""
    labels = ["a", "b"]
    module, _ = decision(labels=labels)
    labels.append("c")

    assert module.labels == ["a", "b"]


def test_the_generator_inside_is_named_after_the_module():
    """One trainable variable, below the module's path."""
    module, _ = decision(name="d")

    assert [path for path, _ in module.named_variables()] == [
        "d/generator_d/state_generator_d"
    ]


@pytest.mark.parametrize(
    ("make", "option"),
    [
        (synalinks.Decision, "min_confidence"),
        (synalinks.Branch, "min_confidence"),
        (synalinks.Branch, "threshold"),
    ],
)
def test_a_bound_on_confidence_is_out_of_scope(make, option):
    """A language model tells none; the message says what to do instead."""
    branches = [synalinks.Identity(), synalinks.Identity()]
    options = {"branches": branches} if make is synalinks.Branch else {}

    with pytest.raises(
        ConfigurationError,
        match=rf"`{option}` of `.*` is out of scope, received: 0.8\. .*'unsure'",
    ):
        make(question="Is it?", labels=["yes", "no"], **options, **{option: 0.8})


class TestMultiDecision:
    """Some of several labels."""

    async def test_some_labels_are_chosen(self):
        """Each once, in the order of the answer."""
        answer = {"thinking": "t", "choices": ["hard", "easy", "hard"]}
        model, transport = scripted([answer])
        module = synalinks.MultiDecision(
            question="Is it?", labels=["easy", "hard"], language_model=model
        )

        output = await module(QUERY)

        assert output.get_json() == {"thinking": "t", "choices": ["hard", "easy"]}
        choices = transport.requests[0].schema["properties"]["choices"]
        assert choices["items"]["enum"] == ["easy", "hard"]

    async def test_labels_may_be_a_definition(self):
        """With `inline=False` the field refers to them, and answers are checked."""
        model, transport = scripted([{"thinking": "t", "choices": []}])
        module = synalinks.MultiDecision(
            question="?", labels=["a", "b"], inline=False, language_model=model
        )

        assert (await module(QUERY)).get("choices") == []
        schema = transport.requests[0].schema
        assert schema["$defs"]["Choice"]["enum"] == ["a", "b"]

    async def test_another_label_is_no_answer(self):
        """The choices are among the labels."""
        model, _ = scripted(lambda _: {"thinking": "t", "choices": ["other"]})
        module = synalinks.MultiDecision(
            question="?", labels=["a", "b"], language_model=model
        )

        with pytest.raises(InvalidOutputError, match=r"one of .'a', 'b'."):
            await module(QUERY)

    async def test_symbols_and_none(self):
        """A symbol gives the schema, None gives None, and neither costs a call."""
        model, transport = scripted()
        module = synalinks.MultiDecision(
            question="?", labels=["a", "b"], language_model=model
        )

        assert field_names(await module(Query)) == ["thinking", "choices"]
        assert await module(None) is None
        assert transport.requests == []

    async def test_it_chooses_among_branches(self):
        """Each branch that was chosen runs, the others give None."""
        answer = {"thinking": "t", "choices": ["a", "c"]}
        model, _ = scripted([answer])
        branch = synalinks.Branch(
            question="?",
            labels=["a", "b", "c"],
            branches=[synalinks.Identity() for _ in "abc"],
            decision_type=synalinks.MultiDecision,
            language_model=model,
            return_decision=False,
        )

        taken = [output is not None for output in await branch(QUERY)]

        assert taken == [True, False, True]
