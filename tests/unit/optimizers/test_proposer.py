"""Proposals of a language model."""

import json

import pytest

from synalinks.contracts import Candidate, ProgramBrief, VariableBrief
from synalinks.errors import AuthenticationError, ConfigurationError, InvalidOutputError
from synalinks.language_models import LanguageModel
from synalinks.optimizers._proposer import Proposer, proposing_model, rewritable
from synalinks.testing import ScriptedTransport

PATH = "gen/state"
SCHEMA = {
    "type": "object",
    "properties": {
        "instructions": {"type": "string"},
        "tools": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    "required": ["instructions", "tools"],
}
BRIEF = ProgramBrief(
    description="Answers.",
    variables={PATH: VariableBrief(path=PATH, schema=SCHEMA, module_name="gen")},
)
CANDIDATE = Candidate(
    values={
        PATH: {
            "instructions": "Speak {language}.",
            "tools": {"search": "Finds."},
            "examples": [{"inputs": {}, "outputs": {}}],
        }
    }
)


def answer(instructions, tools=None):
    return {"gen": {"instructions": instructions, "tools": tools or {}}}


async def rewrite(answers, **options):
    transport = ScriptedTransport(answers)
    model = LanguageModel("openai/scripted", transport=transport, retry=1)
    record = {"inputs": {"q": 1}, "outputs": {"a": 2}, "feedback": "no"}
    proposer = Proposer(model, **options)
    rewriting = await proposer.rewrite(BRIEF, CANDIDATE, {PATH: [record]})
    return rewriting, transport.requests


async def test_every_field_of_the_variable_is_rewritten_and_examples_stay():
    """A proposal fills the variable's own schema, whatever its fields are."""
    rewriting, (request,) = await rewrite(
        [answer("Use {language} only.", {"search": "Finds papers."})]
    )

    assert rewriting.values[PATH] == {
        "instructions": "Use {language} only.",
        "tools": {"search": "Finds papers."},
        "examples": [{"inputs": {}, "outputs": {}}],
    }
    shown = json.loads(request.messages[1]["content"])["modules"]["gen"]
    assert shown["current"] == {
        "instructions": "Speak {language}.",
        "tools": {"search": "Finds."},
    }
    assert shown["records"][0]["feedback"] == "no"


def variable(path, rule):
    """Return a variable whose definition of a rule is its own."""
    schema = {
        "type": "object",
        "properties": {
            "rules": {"type": "array", "items": {"$ref": "#/$defs/Rule"}},
        },
        "required": ["rules"],
        "$defs": {"Rule": {"type": "object", "properties": rule}},
    }
    return VariableBrief(path=path, schema=schema, module_name=path)


async def test_definitions_of_one_name_are_told_apart():
    """Two variables may each call something of their own a rule."""
    rules = {"one": {"word": {"type": "string"}}, "two": {"weight": {"type": "number"}}}
    answer = {"one": {"rules": [{"word": "a"}]}, "two": {"rules": [{"weight": 2.0}]}}
    transport = ScriptedTransport([answer])
    model = LanguageModel("openai/scripted", transport=transport, retry=1)
    variables = {path: variable(path, rule) for path, rule in rules.items()}
    first = Candidate(values={path: {"rules": []} for path in rules})

    rewriting = await Proposer(model).rewrite(
        ProgramBrief(variables=variables),
        first,
        {path: [{"reward": 0.0}] for path in rules},
    )

    assert rewriting.values == answer
    (request,) = transport.requests
    definitions, asked = request.schema["$defs"], request.schema["properties"]
    for path, rule in rules.items():
        reference = asked[path]["properties"]["rules"]["items"]["$ref"]
        definition = definitions[reference.removeprefix("#/$defs/")]
        assert definition["properties"].keys() == rule.keys()


async def test_a_lost_placeholder_is_asked_for_once_more():
    """The model is told what it lost; the second answer counts."""
    rewriting, requests = await rewrite([answer("Speak."), answer("{language}!")])

    assert rewriting.values[PATH]["instructions"] == "{language}!"
    assert len(requests) == 2
    assert requests[1].messages[-1]["content"] == (
        "`instructions` of `gen` lost the placeholder {language}. Answer again."
    )


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([answer("Speak.")] * 2, "lost the placeholder {language}"),
        ([answer("{language} " + "x" * 50)] * 2, "at most 40 are allowed"),
        ([{"gen": {"instructions": 3}}], "InvalidOutputError"),
        ([InvalidOutputError("cut off")], "InvalidOutputError: cut off"),
    ],
)
async def test_a_broken_proposal_is_dropped_with_the_reason(answers, reason):
    """What cannot be used twice in a row is no candidate, and no error."""
    rewriting, _ = await rewrite(answers, max_chars=40)

    assert rewriting.values is None
    assert reason in rewriting.reason


async def test_a_refused_key_ends_the_run():
    """A dead provider is an error, not a proposal that failed."""
    with pytest.raises(AuthenticationError):
        await rewrite([AuthenticationError("no")])


async def test_it_may_think_first():
    """With a chain of thought the thoughts are asked for, and not kept."""
    thoughts = {"thinking": "Hm.", **answer("{language}")}

    rewriting, (request,) = await rewrite([thoughts], thinks=True)

    assert list(request.schema["properties"]) == ["thinking", "gen"]
    assert rewriting.values.keys() == {PATH}


def test_without_any_model_the_message_says_what_to_pass():
    """A program without language model needs one for its optimizer."""
    with pytest.raises(ConfigurationError, match=r"Pass `language_model=synalinks"):
        proposing_model(None, ProgramBrief(), "mine")


def test_variables_of_examples_only_cannot_be_rewritten():
    """Only fields besides the examples are for the model to write."""
    nothing = VariableBrief(path="b", schema={"type": "object", "properties": {}})
    brief = ProgramBrief(variables={**BRIEF.variables, "b": nothing})
    candidate = Candidate(values={**CANDIDATE.values, "b": {"examples": []}})

    assert rewritable(brief, candidate) == [PATH]
