"""Mistakes are reported before the first LM call."""

import numpy as np
import pytest
from parity import Query, data, make_task

import synalinks
from synalinks.errors import (
    AuthenticationError,
    ConfigurationError,
    NotCompiledError,
    SynalinksWarning,
)


class Other(synalinks.DataModel):
    """Another input."""

    other: str


X, Y = data(0, 8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            {"x": X, "y": Y[:5]},
            "`x` and `y` differ in length: 8 inputs, 5 targets",
            id="lengths",
        ),
        pytest.param({"x": [], "y": []}, "`x` is empty", id="empty"),
        pytest.param({"x": None}, "`x` is a list or array of data models", id="none"),
        pytest.param({"x": "text"}, "received: 'text' of type `str`", id="text"),
        pytest.param(
            {"x": Query(query="n1")}, r"of type `Query`\. Put it in a list", id="single"
        ),
        pytest.param(
            {"x": ["a", "b"], "y": Y[:2]},
            r"`x\[0\]` is no data model but 'a' of type `str`",
            id="plain texts",
        ),
        pytest.param(
            {"x": np.array([1, 2]), "y": Y[:2]}, r"`x\[0\]` is no data model", id="ints"
        ),
        pytest.param(
            {"x": X, "y": [{"answer": "even"}] * 8},
            r"`y\[0\]` is no data model",
            id="dict targets",
        ),
        pytest.param({"x": X, "y": 3}, "`y` is a list or array", id="y is a number"),
        pytest.param(
            {"x": (pair for pair in [(X, Y)]), "y": Y},
            "which yields its own targets",
            id="generator with y",
        ),
        pytest.param(
            {"x": iter([X])},
            r"Batch 0 of `x` is not `\(x,\)` or `\(x, y\)`",
            id="batch",
        ),
        pytest.param(
            {"x": iter([(X, Y[:3])])}, "8 inputs and 3 targets", id="ragged batch"
        ),
        pytest.param(
            {"x": [Other(other="o")] * 8, "y": Y},
            r"takes inputs with the fields \['query'\]; sample train:0 lacks",
            id="another schema",
        ),
        pytest.param(
            {"x": X[:1], "y": Y[:1]},
            "of 1 samples leaves 0 to train on and 1 to validate",
            id="split leaves nothing to train on",
        ),
        pytest.param(
            {"x": X, "y": Y, "validation_split": 1.0},
            "`validation_split` is a fraction",
            id="split of one",
        ),
        pytest.param(
            {"x": X, "y": Y, "validation_split": "a"},
            "`validation_split` is a fraction",
            id="split of text",
        ),
        pytest.param(
            {"x": X, "y": Y, "validation_data": (X, Y[:2])},
            "`validation_data x` and `validation_data y` differ in length",
            id="validation lengths",
        ),
        pytest.param(
            {"x": X, "y": Y, "validation_data": ([], [])},
            "`validation_data x` is empty",
            id="empty validation",
        ),
        pytest.param({"x": X, "y": Y, "batch_size": 0}, "`batch_size`", id="batch 0"),
        pytest.param({"x": X, "y": Y, "batch_size": 2.0}, "`batch_size`", id="float"),
        pytest.param({"x": X, "y": Y, "epochs": -1}, "`epochs`", id="epochs"),
        pytest.param({"x": X, "y": Y, "epochs": True}, "`epochs`", id="bool"),
        pytest.param({"x": X, "y": Y, "minibatch_size": -1}, "`minibatch", id="mini"),
        pytest.param({"x": X, "y": Y, "validation_freq": 0}, "`validation_f", id="f"),
        pytest.param({"x": X, "y": Y, "steps_per_epoch": 0}, "`steps_per", id="steps"),
        pytest.param({"x": X, "y": Y, "validation_steps": 0}, "`validation_s", id="v"),
        pytest.param(
            {"x": X, "y": Y, "shuffle": "a"},
            "`shuffle` is True or False, received: 'a'",
            id="shuffle",
        ),
        pytest.param(
            {"x": X[0].get_json()}, r"of type `dict`\. Put it in a list", id="dict"
        ),
        pytest.param(
            {"x": iter([(X[0], Y[0])])},
            "Batch 0 of `x` holds Query.*A single sample is a batch too: yield",
            id="generator of samples",
        ),
        pytest.param({"x": iter([])}, "`x` is empty", id="empty generator"),
        pytest.param({"x": X, "y": Y, "verbose": 3}, "`verbose` is one of", id="loud"),
        pytest.param(
            {"x": X, "y": Y, "callbacks": 3}, "A callback is an object", id="callback"
        ),
        pytest.param(
            {"x": X, "y": Y, "callbacks": synalinks.callbacks.History},
            "Pass an instance",
            id="callback class",
        ),
    ],
)
async def test_fit_refuses_bad_arguments_for_free(arguments, message):
    """What cannot work is refused with what was received, and no call is made."""
    task = await make_task()

    with pytest.raises(ConfigurationError, match=message):
        await task.program.fit(**{"verbose": 0, **arguments})

    assert task.n_calls == 0


@pytest.mark.parametrize("method", ["evaluate", "predict"])
@pytest.mark.parametrize(
    ("x", "message"),
    [([], "is empty"), (["a"], "no data model"), ([Other(other="o")], "lacks")],
)
async def test_evaluate_and_predict_refuse_bad_data_for_free(method, x, message):
    """The same checks stand before evaluation and prediction."""
    task = await make_task()

    with pytest.raises(ConfigurationError, match=message):
        await getattr(task.program, method)(x, verbose=0)

    assert task.n_calls == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(
            {"optimizer": "random_fewshots"},
            "no optimizer named 'random_fewshots'. Did you mean `random_few_shot`",
            id="optimizer",
        ),
        pytest.param(
            {"reward": "exact_macht"}, "Did you mean `exact_match`", id="reward"
        ),
        pytest.param({"metrics": ["acuracy"]}, "Did you mean `accuracy`", id="metric"),
        pytest.param({"metrics": "accuracy"}, "`metrics` is a list", id="no list"),
        pytest.param({"metrics": [None]}, "holds None", id="metric none"),
        pytest.param(
            {"metrics": ["accuracy", "accuracy"]}, "named 'accuracy'", id="twice"
        ),
        pytest.param({"reward": 3}, "Expected a `Reward`", id="reward number"),
        pytest.param(
            {"optimizer": 3}, "Expected an `Optimizer`", id="optimizer number"
        ),
        pytest.param({"reward_weights": [1]}, "ComposableReward", id="weights"),
    ],
)
async def test_compile_refuses_what_it_does_not_know(options, message):
    """Unknown names are refused with the nearest known one."""
    with pytest.raises(ConfigurationError, match=message):
        await make_task(**options)


async def test_an_uncompiled_program_says_what_to_do():
    """Training before `compile` is refused with the call that is missing."""
    task = await make_task()
    task.program.compiled = None

    with pytest.raises(NotCompiledError, match=r"call `program\.compile"):
        await task.program.fit(X, Y, verbose=0)
    with pytest.raises(NotCompiledError, match="is not compiled"):
        await task.program.evaluate(X, Y, verbose=0)


async def test_a_program_without_reward_cannot_be_scored():
    """Scoring needs a reward, prediction does not."""
    task = await make_task(reward=None)

    with pytest.raises(NotCompiledError, match="without a reward"):
        await task.program.evaluate(X, Y, verbose=0)
    assert len(await task.program.predict(X, verbose=0)) == 8


async def test_the_split_takes_the_tail():
    """The last samples are held out, as in Keras."""
    task = await make_task()

    await task.program.fit(X, Y, validation_split=0.25, batch_size=6, verbose=0)

    assert set(task.inputs()[:6]) == {f"n{k}" for k in range(6)}
    assert {"n6", "n7"} <= set(task.inputs()[6:])


async def test_steps_limit_the_batches():
    """`steps_per_epoch` and `validation_steps` cut an epoch short."""
    task = await make_task()

    await task.program.fit(
        X,
        Y,
        validation_data=data(8, 16),
        batch_size=2,
        steps_per_epoch=1,
        validation_batch_size=2,
        validation_steps=1,
        minibatch_size=1,
        shuffle=False,
        verbose=0,
    )

    assert task.inputs()[:2] == ["n0", "n1"]
    assert not {"n2", "n3", "n4"} & set(task.inputs())


async def test_targets_may_be_left_out():
    """A reward that needs no target trains without one."""

    async def short(y_true, y_pred):
        return float(len(y_pred.get("answer")) < 5)

    task = await make_task(reward=short)

    history = await task.program.fit(X, validation_split=0.25, verbose=0)

    assert 0.0 <= history.history["reward"][0] <= 1.0


@pytest.mark.parametrize(
    ("arguments", "compiled", "message"),
    [
        ({"y": None}, {}, "8 of 8 samples have no target"),
        ({"y": [*Y[:7], None]}, {}, "1 of 8 samples have no target"),
        ({"y": Y, "validation_data": (X,)}, {}, "8 of 16 samples have no target"),
        ({"y": X}, {}, "shares no field with the outputs of `parity`"),
        ({"y": Y}, {"metrics": ["binary_f1_score"]}, "binary metric"),
        (
            {"y": Y},
            {"reward": synalinks.rewards.ExactMatch(in_mask=["nope"])},
            "leaves no field of the target",
        ),
    ],
    ids=["none", "one missing", "validation", "swapped", "metric", "mask"],
)
async def test_targets_are_checked_for_free(arguments, compiled, message):
    """What the reward or a metric cannot take is refused before the first call."""
    task = await make_task(**compiled)

    with pytest.raises(ConfigurationError, match=message):
        await task.program.fit(X, **{"verbose": 0, **arguments})

    assert task.n_calls == 0


async def test_the_metrics_of_a_program_can_be_read():
    """`program.metrics` are those given to `compile`."""
    task = await make_task(metrics=["accuracy"])

    assert [metric.name for metric in task.program.metrics] == ["accuracy"]


@pytest.mark.parametrize("holder", ["program", "reward"])
@pytest.mark.parametrize("method", ["fit", "evaluate"])
async def test_a_missing_key_is_found_before_the_first_call(holder, method):
    """Not even the calls of the other models are paid for."""
    keyless = synalinks.LanguageModel("openai/keyless")

    async def judged(y_true, y_pred):
        answer = await keyless([{"role": "user", "content": "good?"}])
        return float(len(answer.get("content")))

    task = await make_task(reward=judged if holder == "reward" else "exact_match")
    y = Y
    if holder == "program":
        y = X
        generator = synalinks.Generator(data_model=Query, language_model=keyless)
        program = synalinks.Sequential(
            [synalinks.Input(data_model=Query), generator], description="two"
        )
        program.compile(optimizer="random_few_shot", reward="exact_match")
        task.program = program

    with pytest.raises(AuthenticationError, match="No key for `openai/keyless`: set"):
        await getattr(task.program, method)(X, y, verbose=0)

    assert task.n_calls == 0


async def test_a_model_with_kept_answers_may_do_without_a_key(tmp_path):
    """What is answered from a store, or by a fallback, is not refused beforehand."""
    for options in ({"cache_dir": str(tmp_path)}, {"fallback": "embedded/learner"}):
        synalinks.LanguageModel("openai/keyless", **options).check_key()


@pytest.mark.parametrize("method", ["evaluate", "predict"])
@pytest.mark.parametrize("argument", ["steps", "batch_size"])
async def test_none_of_the_data_is_not_all_of_it(method, argument):
    """Zero batches, or batches of nothing, are refused rather than taken for all."""
    task = await make_task()

    with pytest.raises(ConfigurationError, match=f"`{argument}` is an integer of at"):
        await getattr(task.program, method)(X, verbose=0, **{argument: 0})

    assert task.n_calls == 0


async def test_a_step_comes_before_its_data():
    """Inputs in the place of the step are not taken for it, nor targets for inputs."""
    task = await make_task()

    with pytest.raises(ConfigurationError, match=r"train_on_batch\(step, x, y\)"):
        await task.program.train_on_batch(X, Y)

    assert task.n_calls == 0


async def test_nothing_to_train_is_said_once_before_the_first_call():
    """A program without trainable variables is measured, with one warning."""
    task = await make_task()
    for module in task.program.modules:
        module.trainable = False
    n_calls_at_warning = []

    class Watcher(synalinks.callbacks.Callback):
        def on_train_begin(self, logs=None):
            n_calls_at_warning.append(task.n_calls)

    with pytest.warns(SynalinksWarning, match="`parity` has nothing to train") as seen:
        history = await task.program.fit(
            X, Y, validation_split=0.25, epochs=2, callbacks=Watcher(), verbose=0
        )

    assert len(seen) == 1
    assert n_calls_at_warning == [0]
    assert history.history["val_reward"] == [0.5, 0.5]
    assert task.n_calls == len(X)


@pytest.mark.parametrize(("is_watched", "level"), [(True, 1), (False, 2)])
async def test_auto_is_what_the_session_says(is_watched, level):
    """`verbose="auto"` is a line per epoch where nobody watches."""
    seen = []
    program = (await make_task()).program
    if not is_watched:
        synalinks.config.disable_interactive_logging()
    watcher = synalinks.callbacks.LambdaCallback(
        on_train_begin=lambda logs=None: seen.append(watcher.params["verbose"]),
        on_test_begin=lambda logs=None: seen.append(watcher.params["verbose"]),
    )

    await program.fit(X, Y, epochs=1, callbacks=[watcher])
    await program.evaluate(X, Y, callbacks=[watcher])

    assert set(seen) == {level}
