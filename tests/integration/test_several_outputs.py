"""Training of a program that has several outputs, each with a reward of its own."""

import csv
import io

import pytest

import synalinks
from tests.builders import Query, run, scripted

pytestmark = pytest.mark.integration


class City(synalinks.DataModel):
    """A city."""

    city: str


class Country(synalinks.DataModel):
    """A country."""

    country: str


PLACES = [("Paris", "France"), ("Rome", "Italy"), ("Bern", "Switzerland")] * 2
X = [Query(query=f"{number}: {city}") for number, (city, _) in enumerate(PLACES)]
Y = [[City(city=city), Country(country=country)] for city, country in PLACES]


def model(request):
    """Know each city; know a country only once there are examples."""
    asked = request.messages[-1]["content"]
    city, country = next(place for place in PLACES if place[0] in asked)
    if "city" in request.schema["properties"]:
        return {"city": city}
    has_examples = "<example>" in request.messages[0]["content"]
    return {"country": country if has_examples else "?"}


async def trained(tmp_path, *, weights):
    asked, _ = scripted(model)
    inputs = synalinks.Input(data_model=Query)
    outputs = [
        await synalinks.Generator(data_model=kind, language_model=asked, name=name)(
            inputs
        )
        for name, kind in (("city", City), ("country", Country))
    ]
    program = synalinks.Program(inputs=inputs, outputs=outputs, name="places")
    program.compile(
        optimizer=synalinks.optimizers.RandomFewShot(),
        reward=["exact_match", "exact_match"],
        reward_weights=weights,
        metrics=[["accuracy"], ["accuracy"]],
    )
    before = await program.evaluate(X, Y, verbose=0)
    history = await program.fit(
        X,
        Y,
        validation_data=(X, Y),
        batch_size=3,
        epochs=3,
        callbacks=[
            synalinks.callbacks.CSVLogger(tmp_path / "rows.csv"),
            synalinks.callbacks.ProgramCheckpoint(tmp_path / "best.json"),
        ],
        verbose=0,
    )
    return program, before, history


def test_both_outputs_are_trained(tmp_path):
    """The reward is the weighted mean, and the variable that helps is found."""
    program, before, history = run(trained(tmp_path, weights=[1, 3]))

    assert before["reward"] == pytest.approx(0.25)
    assert before["output_0_accuracy"] == 1.0
    assert before["output_1_accuracy"] == 0.0
    assert history.history["val_reward"][-1] == 1.0
    assert history.history["val_output_1_accuracy"][-1] == 1.0
    examples = program.get_module("country").state.get("examples")
    assert all(set(one["outputs"]) == {"country"} for one in examples)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "rows.csv").read_text())))
    assert [float(row["val_reward"]) for row in rows] == history.history["val_reward"]


def test_a_weight_of_zero_trains_nothing_for_it(tmp_path):
    """What an output that does not count gains is no gain."""
    program, before, history = run(trained(tmp_path, weights=[1, 0]))

    assert before["reward"] == 1.0
    assert set(history.history["val_reward"]) == {1.0}
    assert history.history["val_output_1_accuracy"][-1] == 0.0
    assert not program.get_module("country").state.get("examples")


def test_the_saved_program_has_both_rewards(tmp_path):
    """It is loaded, and scores as before."""
    program, *_ = run(trained(tmp_path, weights=[1, 3]))
    asked, _ = scripted(model)

    loaded = synalinks.Program.load(
        tmp_path / "best.json", models={"openai/scripted": asked}
    )

    assert run(loaded.evaluate(X, Y, verbose=0))["reward"] == 1.0
    assert loaded.reward.get_config() == program.reward.get_config()
