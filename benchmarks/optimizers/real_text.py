"""Compare optimizers on real text: banking77, 12 intents, the embedded learner.

    python benchmarks/optimizers/real_text.py [FOLDER] [--calls 1500] [--seeds 5]
        [--only NAME,...]

For each seed 12 intents are drawn; 400 messages train, 100 validate, 300 test. `fit`
ends after `--calls` LM calls of training, proposals and validation together. FOLDER has
`train.csv` and `test.csv`; without it the data are downloaded from their source.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from contenders import CONTENDERS

import synalinks
from synalinks._internal.rng import stream

N_INTENTS, N_TRAIN, N_VALIDATION, N_TEST = 12, 400, 100, 300
banking77 = synalinks.datasets.banking77


def draw(pairs, n_samples, seed, purpose):
    """Return `n_samples` inputs and targets, drawn by the seed."""
    drawn = stream(seed, purpose).sample(list(zip(*pairs, strict=True)), n_samples)
    return [x for x, _ in drawn], [y for _, y in drawn]


async def run(make, data, seed: int, max_calls: int) -> tuple[float, float, int]:
    """Return test reward before and after training, and the LM calls of training."""
    synalinks.clear_session()
    synalinks.set_seed(seed)
    train, test, outputs_model = data
    x, y = draw(train, N_TRAIN + N_VALIDATION, seed, "train")
    x_test, y_test = draw(test, N_TEST, seed, "test")
    model = synalinks.LanguageModel("embedded/learner")
    inputs = synalinks.Input(data_model=banking77.get_input_data_model())
    outputs = await synalinks.Generator(
        data_model=outputs_model,
        language_model=model,
        instructions="Classify the customer's message by its intent.",
    )(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs)
    reward = synalinks.rewards.ExactMatch(in_mask=["intent"])
    program.compile(optimizer=make(), reward=reward)
    before = await program.evaluate(x_test, y_test, verbose=0)
    n_before = model.cumulated_calls
    await program.fit(
        x[:N_TRAIN],
        y[:N_TRAIN],
        validation_data=(x[N_TRAIN:], y[N_TRAIN:]),
        batch_size=8,
        minibatch_size=16,
        steps_per_epoch=10,
        epochs=200,
        verbose=0,
        callbacks=[synalinks.callbacks.BudgetStopping(max_calls=max_calls)],
    )
    n_calls = model.cumulated_calls - n_before
    after = await program.evaluate(x_test, y_test, verbose=0)
    return before["reward"], after["reward"], n_calls


def main() -> None:
    """Print one line per optimizer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--calls", type=int, default=1500)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    only = [one for one in options.only.split(",") if one]
    seeds = range(options.seeds)
    data = [
        (
            *banking77.load_data(options.folder, n_intents=N_INTENTS, seed=seed),
            banking77.get_output_data_model(n_intents=N_INTENTS, seed=seed),
        )
        for seed in seeds
    ]
    print("| optimizer | gain on test, by seed | mean gain | LM calls |")
    print("|---|---|---|---|")
    for contender in CONTENDERS:
        if contender.name not in only if only else contender.is_extra:
            continue
        results = [
            asyncio.run(run(contender.make, data[seed], seed, options.calls))
            for seed in seeds
        ]
        gains = [after - before for before, after, _ in results]
        calls = max(n_calls for _, _, n_calls in results)
        shown = " ".join(f"{gain:+.3f}" for gain in gains)
        mean = statistics.fmean(gains)
        print(f"| {contender.name} | {shown} | {mean:+.3f} | {calls} |", flush=True)


if __name__ == "__main__":
    main()
