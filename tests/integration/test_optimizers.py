"""Optimizers in `fit`: what they are told, what they spend, what they return."""

import json

import pytest

import synalinks
from synalinks.callbacks import LambdaCallback, StopRun
from synalinks.contracts import Trial
from synalinks.errors import AuthenticationError, ConfigurationError
from synalinks.optimizers import (
    GEPA,
    MIPRO,
    OMEGA,
    Chain,
    GreedyOptimizer,
    OutOfBagRacing,
    RandomFewShot,
)
from synalinks.rewards import Score
from synalinks.testing import ScriptedTransport


class Question(synalinks.DataModel):
    text: str


class Plan(synalinks.DataModel):
    plan: str


class Answer(synalinks.DataModel):
    answer: str


PARTS = ["random_few_shot", "auto"]


def data(start, stop):
    numbers = range(start, stop)
    return (
        [Question(text=f"number {n}") for n in numbers],
        [Answer(answer="odd" if n % 2 else "even") for n in numbers],
    )


class Model:
    """Knows parity if the second module is told to use it, and proposes that."""

    def __init__(self, proposal="Tell the parity."):
        self.proposal = proposal
        self.proposals = []
        self.transport = ScriptedTransport(self.answer)

    def answer(self, request):
        properties = request.schema["properties"]
        if "plan" in properties:
            return {"plan": "look"}
        if "answer" not in properties:
            asked = json.loads(request.messages[1]["content"])["modules"]
            self.proposals.append(asked)
            thoughts = {"thinking": "Hm."} if "thinking" in properties else {}
            values = {name: {"instructions": self.proposal} for name in asked}
            return {**thoughts, **values}
        number = int(request.messages[-1]["content"].split("number ")[1].split('"')[0])
        knows = "parity" in request.messages[0]["content"]
        return {"answer": "odd" if knows and number % 2 else "even"}


async def reward(y_true, y_pred):
    if y_true.get("answer") == y_pred.get("answer"):
        return 1.0
    said = {"solver": "Say odd for odd numbers.", "planner": "The plan is fine."}
    return Score(0.0, "wrong", said)


async def make_program(optimizer, model, **options):
    lm = synalinks.LanguageModel("openai/scripted", transport=model.transport, retry=1)
    question = synalinks.Input(data_model=Question)
    plan = await synalinks.Generator(
        data_model=Plan, language_model=lm, name="planner", return_inputs=True
    )(question)
    answer = await synalinks.Generator(
        data_model=Answer, language_model=lm, name="solver", **options
    )(plan)
    program = synalinks.Program(inputs=question, outputs=answer, name="toy")
    program.compile(optimizer=optimizer, reward=reward)
    return program


async def fit(optimizer, model=None, **options):
    model = model or Model()
    program = await make_program(optimizer, model)
    history = await program.fit(
        *data(0, 40),
        **{
            "validation_data": data(40, 56),
            "batch_size": 8,
            "epochs": 2,
            "verbose": 0,
            **options,
        },
    )
    return program, history, model


def turns():
    return Chain(PARTS, steps_per_turn=2)


@pytest.mark.parametrize(
    "make",
    [OutOfBagRacing, GEPA, OMEGA, turns],
    ids=["OutOfBagRacing", "GEPA", "OMEGA", "Chain"],
)
async def test_it_finds_what_the_feedback_says(make):
    """A model that proposes what the feedback asks for ends in a right program."""
    program, history, _ = await fit(make())

    assert history.history["val_reward"][-1] == 1.0
    x, y = data(60, 70)
    assert (await program.evaluate(x, y, verbose=0))["reward"] == 1.0


@pytest.mark.parametrize("make", [RandomFewShot, OutOfBagRacing, GEPA, MIPRO, turns])
async def test_suggested_instructions_are_tried_first(make):
    """What a module suggests to start from is in the race of the first step."""
    optimizer, model = make(), Model(proposal="No idea.")
    program = await make_program(
        optimizer, model, seed_instructions=["Hm.", "Tell the parity."]
    )

    await program.fit(
        *data(0, 32),
        validation_data=data(32, 48),
        batch_size=8,
        epochs=3 if make is MIPRO else 1,
        verbose=0,
    )

    assert program.trainable_variables[1].get("instructions") == "Tell the parity."


async def test_feedback_reaches_the_module_that_it_is_about():
    """Each module is shown its own calls with its own feedback."""
    _, _, model = await fit(OutOfBagRacing(nb_max_examples=0))

    asked = model.proposals[0]
    planner, solver = asked["planner"]["records"], asked["solver"]["records"]
    assert {one["feedback"] for one in planner} == {"The plan is fine."}
    assert {one["feedback"] for one in solver} == {"Say odd for odd numbers."}
    assert planner[0]["outputs"] == {"plan": "look"}
    assert solver[0]["inputs"]["plan"] == "look"
    assert solver[0]["expected"] == {"answer": "odd"}


async def test_a_child_is_judged_on_samples_that_its_lineage_was_not_shown():
    """What a reflection has seen decides no race, and a core is never shown."""
    asked = []

    class Watched(OutOfBagRacing):
        async def judge(self, step):
            async for trials in super().judge(step):
                asked.extend(trials)
                yield trials

    optimizer = Watched(pool="train")
    await fit(optimizer, Model(proposal="Try harder."))

    children = [one for one in asked if one.candidate.metadata.get("shown")]
    assert children
    for trial in children:
        assert not set(trial.sample_ids) & set(trial.candidate.metadata["shown"])
    shown = {one for t in children for one in t.candidate.metadata["shown"]}
    assert len(shown) <= 40 - 40 // 3


async def test_validation_samples_are_not_used_for_search_unless_asked():
    """`pool="train"` leaves validation alone; few training samples need its help."""
    asked = []

    class Watched(OutOfBagRacing):
        async def search(self, step):
            async for trials in super().search(step):
                asked.extend(trials)
                yield trials

    await fit(Watched(pool="train"))
    assert not any("val" in one for trial in asked for one in trial.sample_ids)

    for pool in ("auto", "train+val"):
        asked.clear()
        await fit(Watched(pool=pool))
        assert any("val" in one for trial in asked for one in trial.sample_ids)
        shown = [one.candidate.metadata.get("shown", ()) for one in asked]
        assert any(shown)
        assert not any("val" in one for samples in shown for one in samples)


async def test_a_worse_program_is_never_returned():
    """If all that was found does worse on validation, the first program stays."""

    class Bad(OutOfBagRacing):
        """Believes in what is worst on validation."""

        def finalists(self):
            return self.proposals or [self.incumbent]

    class Trap(Model):
        def answer(self, request):
            properties = request.schema["properties"]
            if "answer" not in properties:
                return super().answer(request)
            text = request.messages[-1]["content"]
            number = int(text.split("number ")[1].split('"')[0])
            fooled = "parity" in request.messages[0]["content"]
            right = "odd" if number % 2 else "even"
            if fooled:
                return {"answer": right if number < 40 else "neither"}
            return {"answer": "even"}

    program, history, _ = await fit(Bad(nb_max_examples=0), Trap())

    assert history.history["val_reward"][-1] == 0.5
    assert "parity" not in program.trainable_variables[1].get("instructions")


async def test_a_dead_provider_ends_the_run():
    """A proposal that a provider refuses is an error, not a bad candidate."""

    class Refusing(Model):
        def answer(self, request):
            if {"plan", "answer"} & request.schema["properties"].keys():
                return super().answer(request)
            return AuthenticationError("no key")

    with pytest.raises(AuthenticationError, match="no key"):
        await fit(OutOfBagRacing(nb_max_examples=0), Refusing())


async def test_without_a_model_to_propose_nothing_is_paid_for():
    """A program that calls no language model needs one for its optimizer."""
    inputs = synalinks.Input(data_model=Question)

    class Fixed(synalinks.Module):
        def __init__(self):
            super().__init__(name="fixed")
            self.state = self.add_variable(
                {"instructions": "x"},
                data_model=synalinks.data_models.Instructions,
                name="state",
            )

        async def call(self, inputs):
            return inputs

        async def compute_output_spec(self, inputs):
            return inputs

    outputs = await Fixed()(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs)
    program.compile(optimizer="auto", reward=reward)

    x, _ = data(0, 8)
    with pytest.raises(ConfigurationError, match="Pass `language_model="):
        await program.fit(x, x, verbose=0)


async def test_callbacks_see_candidates_while_they_come():
    """`trainer.candidate_events` grows during the run; the history keeps it."""
    seen = []

    def look(epoch, logs):
        seen.append(len(callback.trainer.candidate_events))

    callback = LambdaCallback(on_epoch_end=look)
    _, history, _ = await fit(OutOfBagRacing(), callbacks=[callback])

    assert 0 < seen[0] <= seen[1] == len(history.candidate_events)
    kinds = {one.event for one in history.candidate_events}
    assert {"proposed", "best"} <= kinds
    frame = history.candidates
    assert frame["in_use_from"].notna().any()
    assert set(frame["origin"]) <= {"mutation", "few_shot", "seed"}


async def test_broken_proposals_are_dropped_and_counted():
    """What loses a placeholder is asked for twice, then dropped; the run goes on."""
    model = Model(proposal="No placeholder.")
    program = await make_program(
        OutOfBagRacing(nb_max_examples=0), model, instructions="Speak {language}."
    )

    history = await program.fit(
        *data(0, 24), validation_data=data(24, 30), batch_size=8, verbose=0
    )

    dropped = [one for one in history.candidate_events if one.event == "dropped"]
    assert dropped
    assert "lost the placeholder {language}" in dropped[0].reason
    assert len(model.proposals) == 2 * len(dropped)


async def test_texts_are_embedded_once():
    """OMEGA embeds each distinct text once, all that are new in one call."""
    sent = []

    class Counting(synalinks.EmbeddingModel):
        async def __call__(self, inputs, **kwargs):
            sent.append(inputs.get_json()["texts"])
            return await super().__call__(inputs, **kwargs)

    class Varied(Model):
        def answer(self, request):
            self.proposal = f"Version {len(self.proposals)}."
            return super().answer(request)

    optimizer = OMEGA(population_size=1, embedding_model=Counting("embedded/hash"))
    _, _, model = await fit(optimizer, Varied())

    texts = [text for call in sent for text in call]
    assert len(model.proposals) > 3
    assert texts
    assert len(texts) == len(set(texts))
    assert len(sent) <= len(model.proposals)
    assert optimizer.ledger.proposal_usage.calls == len(model.proposals) + len(sent)


def test_an_unknown_name_lists_the_known_ones():
    """A mistyped optimizer is a clear error, and "auto" is the racing one."""
    assert isinstance(synalinks.optimizers.get("auto"), OutOfBagRacing)
    assert isinstance(synalinks.optimizers.get("omega"), OMEGA)
    with pytest.raises(ConfigurationError, match="Did you mean `gepa`"):
        synalinks.optimizers.get("gepaa")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: OutOfBagRacing(pool="all"), "`pool` is one of"),
        (lambda: OutOfBagRacing(n_children=0), "`n_children` is a number at least 1"),
        (lambda: GEPA(reflection_minibatch_size=0), "`reflection_minibatch_size`"),
        (lambda: OMEGA(algorithm="x"), "`algorithm` is 'dns' or 'ga'"),
        (lambda: OMEGA(merging_rate=2), "`merging_rate` is from 0 to 1"),
        (lambda: OMEGA(selection="x"), "`selection` is one of"),
        (lambda: synalinks.optimizers.MIPRO(sampler="x"), "`sampler` is one of"),
        (lambda: Chain([]), "`Chain` takes one or more optimizers"),
        (lambda: Chain([None]), "received None among them"),
        (lambda: OutOfBagRacing(max_chars=0), "`max_chars` is a number at least 1"),
    ],
)
def test_bad_settings_are_refused(make, message):
    """Arguments that cannot work are named before anything is paid for."""
    with pytest.raises(ConfigurationError, match=message):
        make()


async def test_one_of_ones_own_is_about_forty_lines():
    """`propose` is all that an optimizer has to write."""

    class Shouting(synalinks.optimizers.Optimizer):
        async def propose(self, step):
            path, value = next(iter(self.incumbent.values.items()))
            return [
                synalinks.optimizers.Candidate(
                    values={
                        **self.incumbent.values,
                        path: {**value, "instructions": f"PARITY {step.index}"},
                    },
                    parents=(self.incumbent.digest,),
                    origin="mutation",
                )
            ]

    _, history, _ = await fit(Shouting())

    assert len(history.candidates) > 1


def test_abstract_bases_have_no_name():
    """Only optimizers that can be made are offered by name."""
    with pytest.raises(ConfigurationError, match="There is no optimizer named"):
        synalinks.optimizers.get("greedy_optimizer_x")
    assert GreedyOptimizer.__abstractmethods__ == {"propose"}


async def test_a_stop_in_the_middle_of_a_search_leaves_a_whole_program():
    """A callback that ends the run in a step leaves the best validated program."""

    def stop(step, logs):
        if step >= 3:
            raise StopRun("enough")

    callback = LambdaCallback(on_propose_end=stop)
    program, history, _ = await fit(OutOfBagRacing(), callbacks=[callback])

    assert history.stop_reason == "enough"
    assert program.trainable_variables[0].get("instructions")


def test_trials_are_plain_data():
    """What an optimizer asks for names a candidate, samples and a draw."""
    assert set(Trial.__dataclass_fields__) == {"candidate", "sample_ids", "draw"}


async def test_rewards_of_numbers_work_with_every_optimizer():
    """An optimizer that reflects needs no feedback of the reward."""
    program = await make_program(RandomFewShot(), Model())
    program.compile(optimizer=OutOfBagRacing(), reward=synalinks.rewards.ExactMatch())

    history = await program.fit(
        *data(0, 24), validation_data=data(24, 32), batch_size=8, verbose=0
    )

    assert history.history["val_reward"][-1] == 1.0
