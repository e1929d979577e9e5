"""What proposers may write, and when they are not asked at all."""

import pytest

import synalinks
from synalinks.errors import RateLimitedError
from synalinks.optimizers import GEPA, MIPRO, OMEGA, OutOfBagRacing
from synalinks.testing import ScriptedTransport


class Text(synalinks.DataModel):
    text: str


class Rule(synalinks.DataModel):
    """A nested value."""

    word: str
    answers: list[str]


class Rules(synalinks.Trainable):
    """What a module of the user's own learns: a list of texts, and nested objects."""

    words: list[str] = synalinks.Field(default=["{subject} first"])
    rules: list[Rule] = synalinks.Field(default=[])


class RuleModule(synalinks.Module):
    """Answers by its rules alone: no language model is called, no call recorded."""

    def __init__(self, name="by_rules"):
        super().__init__(name=name)
        self.state = self.add_variable(data_model=Rules, name="state")

    async def call(self, inputs, training=False):
        if inputs is None:
            return None
        asked = inputs.get("text")
        for rule in self.state.get("rules"):
            if rule["word"] in asked:
                return synalinks.JsonDataModel(data_model=Text(text=rule["answers"][0]))
        return synalinks.JsonDataModel(data_model=Text(text="?"))

    async def compute_output_spec(self, inputs, training=False):
        return synalinks.SymbolicDataModel(data_model=Text)


def samples(start, stop):
    numbers = range(start, stop)
    words = ["odd" if one % 2 else "even" for one in numbers]
    return [Text(text=f"{word} {n}") for word, n in zip(words, numbers, strict=True)], [
        Text(text=word.upper()) for word in words
    ]


def written(words):
    """Return a proposal of the rules that are right."""
    rules = [{"word": one, "answers": [one.upper()]} for one in ("odd", "even")]
    return {"words": words, "rules": rules}


class Writer:
    """Answers each request for a proposal with the next of some values."""

    def __init__(self, *values):
        self.values = values
        self.requests = []
        self.model = synalinks.LanguageModel(
            "openai/writer", transport=ScriptedTransport(self.answer), retry=1
        )

    def answer(self, request):
        self.requests.append(request)
        names = request.schema["properties"]
        value = self.values[min(len(self.requests), len(self.values)) - 1]
        return {name: "Hm." if name == "thinking" else value for name in names}


async def train(optimizer, **options):
    inputs = synalinks.Input(data_model=Text)
    outputs = await RuleModule()(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs)
    program.compile(optimizer=optimizer, reward=synalinks.rewards.ExactMatch())
    history = await program.fit(
        *samples(0, 24),
        **{
            "validation_data": samples(24, 32),
            "batch_size": 8,
            "epochs": 2,
            "verbose": 0,
            **options,
        },
    )
    return program, history


PROPOSERS = [
    lambda model: OutOfBagRacing(language_model=model, nb_max_examples=0),
    lambda model: GEPA(language_model=model),
    lambda model: OMEGA(language_model=model),
    lambda model: MIPRO(
        language_model=model, n_instructions=1, full_evaluation_every=2
    ),
]
IDS = ["OutOfBagRacing", "GEPA", "OMEGA", "MIPRO"]
proposers = pytest.mark.parametrize("make", PROPOSERS, ids=IDS)


@proposers
async def test_a_schema_of_ones_own_is_learned(make):
    """Lists and nested objects are written by a model, from the program's records."""
    writer = Writer(written(["{subject} last"]))

    program, history = await train(make(writer.model))

    assert history.history["val_reward"][-1] == 1.0
    (state,) = program.trainable_variables
    assert state.get("rules")[0] == {"word": "odd", "answers": ["ODD"]}
    shown = writer.requests[0].messages[1]["content"]
    assert '"program_answer": {"text": "?"}' in shown
    assert '"program_target": {"text": "' in shown
    assert "Prediction" not in writer.requests[0].schema.get("$defs", {})


@pytest.mark.parametrize("minibatch_size", [2, 8, None])
async def test_a_combination_that_is_measured_already_may_win(minibatch_size):
    """Minibatches may have covered all validation samples before the full evaluation.

    Until that a combination is open: the log does not call it rejected.
    """
    writer = Writer(written(["{subject} last"]))
    optimizer = MIPRO(
        language_model=writer.model, n_instructions=1, full_evaluation_every=6
    )

    _, history = await train(optimizer, minibatch_size=minibatch_size, epochs=4)

    assert history.history["val_reward"][-1] == 1.0
    events = [(one.event, one.candidate) for one in history.candidate_events]
    _, best = [candidate for event, candidate in events if event == "best"]
    assert ("rejected", best) not in events


@proposers
async def test_a_list_keeps_its_placeholders(make):
    """A text of a list that loses one is asked for again, then dropped and counted."""
    writer = Writer(written(["none"]))

    program, history = await train(make(writer.model), epochs=1)

    assert program.trainable_variables[0].get("rules") == []
    dropped = [one for one in history.candidate_events if one.event == "dropped"]
    assert dropped
    assert "`words` of `by_rules` lost the placeholder {subject}" in dropped[0].reason
    assert len(writer.requests) == 2 * len(dropped)


async def test_too_long_a_text_deep_inside_is_refused():
    """The limit of characters holds for each text of a value."""
    value = written(["{subject}"])
    value["rules"][0]["answers"] = ["x" * 50]
    writer = Writer(value)

    _, history = await train(GEPA(language_model=writer.model, max_chars=40), epochs=1)

    dropped = [one for one in history.candidate_events if one.event == "dropped"]
    assert "`rules` of `by_rules` has 50 characters, at most 40" in dropped[0].reason


async def test_what_is_known_is_dropped_without_cost():
    """The same text again is not run; after three in a row the model varies more."""
    writer = Writer({"words": ["{subject} first"], "rules": []})
    optimizer = GEPA(language_model=writer.model)

    _, history = await train(optimizer, epochs=3)

    first, *dropped = history.candidate_events
    assert first.event == "best"
    assert {one.event for one in dropped} == {"dropped"}
    assert {one.reason for one in dropped} == {"The same was proposed before."}
    assert {digest for digest, _ in optimizer.ledger.since(0)} == {
        optimizer.incumbent.digest
    }
    heat = [one.params.get("temperature") for one in writer.requests]
    assert heat[:3] == [None] * 3
    assert heat[3] < heat[4]


@proposers
async def test_a_program_without_failures_is_left_alone(make):
    """Nobody is asked to mend what is not broken."""
    writer = Writer(written(["{subject} last"]))
    x, _ = samples(0, 24)
    nothing = [Text(text="?")] * 24

    inputs = synalinks.Input(data_model=Text)
    program = synalinks.Program(inputs=inputs, outputs=await RuleModule()(inputs))
    program.compile(optimizer=make(writer.model), reward=synalinks.rewards.ExactMatch())
    await program.fit(
        x,
        nothing,
        validation_data=(x[:8], nothing[:8]),
        batch_size=8,
        verbose=0,
    )

    assert writer.requests == []
    assert program.trainable_variables[0].get("rules") == []


@proposers
async def test_a_proposing_model_that_is_down_ends_the_run(make):
    """A provider that does not answer is an error, not a bad proposal."""

    def refuse(request):
        return RateLimitedError("slow down")

    model = synalinks.LanguageModel(
        "openai/writer", transport=ScriptedTransport(refuse), retry=1
    )

    with pytest.raises(RateLimitedError, match="slow down"):
        await train(make(model), epochs=1)
