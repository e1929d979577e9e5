"""A judge in a training: paid once per prediction, and its critique is learned from."""

import csv
import math

import pytest

import synalinks
from tests.builders import Answer, Query, run, scripted

pytestmark = pytest.mark.integration

CRITIQUE = "It must be written in capitals."


def program_model(request):
    """Answer in capitals once told so; write a proposal from the critique."""
    asked = str(request.messages)
    if "Proposal" in request.schema.get("title", ""):
        (module,) = request.schema["properties"]
        told = "Write in capitals." if CRITIQUE in asked else "Try harder."
        return {module: {"instructions": told}}
    return {"answer": "PARIS" if "Write in capitals." in asked else "paris"}


def judge_model(request):
    """Judge by capitals."""
    if '"answer": "PARIS"' in request.messages[-1]["content"]:
        return {"critique": "Good.", "reward": 1.0}
    return {"critique": CRITIQUE, "reward": 0.0}


async def judged(n_samples=4, **options):
    model, asked = scripted(program_model)
    judging, judged_by = scripted(judge_model)
    inputs = synalinks.Input(data_model=Query)
    outputs = await synalinks.Generator(
        data_model=Answer, language_model=model, name="writer"
    )(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs)
    program.compile(reward=synalinks.LMAsJudge(language_model=judging), **options)
    x = [Query(query=f"Capital? {n}") for n in range(n_samples)]
    return program, x, asked, judged_by


def test_the_critique_reaches_the_optimizer():
    """What the judge finds wrong is what the next instructions mend."""

    async def fit():
        program, x, *_ = await judged(optimizer=synalinks.optimizers.GEPA())
        history = await program.fit(
            x=x, validation_data=(x, None), batch_size=4, epochs=2, verbose=0
        )
        return program, history

    program, history = run(fit())

    assert history.history["val_reward"][-1] == 1.0
    told = program.trainable_variables[0].get("instructions")
    assert told == "Write in capitals."


def test_each_prediction_is_judged_once():
    """As many judgements as answers, in evaluation and in training."""

    async def runs():
        program, x, asked, judged_by = await judged()
        await program.evaluate(x=x, verbose=0)
        n_evaluated = (len(asked.requests), len(judged_by.requests))
        program, x, asked, judged_by = await judged(optimizer="random_few_shot")
        await program.fit(
            x=x, validation_data=(x, None), batch_size=2, epochs=2, verbose=0
        )
        return n_evaluated, (len(asked.requests), len(judged_by.requests))

    evaluated, trained = run(runs())

    assert evaluated == (4, 4)
    assert trained[0] == trained[1]


def test_no_score_is_no_value(tmp_path):
    """The reward of an epoch without any score is not known, and nothing is best."""

    async def no_opinion(y_true, y_pred):
        return None

    async def fit():
        program, x, *_ = await judged(optimizer="random_few_shot")
        program.compile(reward=no_opinion, optimizer="random_few_shot")
        stopping = synalinks.callbacks.EarlyStopping(patience=1, stop_at=0.0)
        keeping = synalinks.callbacks.ProgramCheckpoint(
            tmp_path / "best.json", save_best_only=True
        )
        rows = synalinks.callbacks.CSVLogger(tmp_path / "rows.csv")
        return await program.fit(
            x=x,
            validation_data=(x, None),
            epochs=2,
            callbacks=[stopping, keeping, rows],
            verbose=0,
        )

    with pytest.warns(synalinks.errors.SynalinksWarning, match="no sample was scored"):
        history = run(fit())

    assert all(math.isnan(one) for one in history.history["val_reward"])
    assert len(history.epoch) == 2
    assert not (tmp_path / "best.json").exists()
    _, *rows = csv.reader((tmp_path / "rows.csv").read_text().splitlines())
    assert [row[2] for row in rows] == ["nan", "nan"]
