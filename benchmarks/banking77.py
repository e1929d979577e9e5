"""Train an intent classifier on banking77, offline, and print what that gains.

For each seed: 12 intents are drawn, 400 messages train, 200 validate, 300 test. The
data are downloaded from their source, or read from a folder with `train.csv` and
`test.csv`:

    python benchmarks/banking77.py [FOLDER]
"""

from __future__ import annotations

import asyncio
import sys
import time

import synalinks
from synalinks._internal.rng import stream

SEEDS = range(5)
N_INTENTS, N_TRAIN, N_VALIDATION, N_TEST = 12, 400, 200, 300


def draw(pairs, n_samples, seed, purpose):
    """Return `n_samples` inputs and targets, drawn by the seed."""
    drawn = stream(seed, purpose).sample(list(zip(*pairs, strict=True)), n_samples)
    return [x for x, _ in drawn], [y for _, y in drawn]


async def run(folder: str | None, seed: int) -> tuple[float, float, int]:
    """Return test accuracy before and after training, and the LM calls of training."""
    synalinks.clear_session()
    synalinks.set_seed(seed)
    banking77 = synalinks.datasets.banking77
    train, test = banking77.load_data(folder, n_intents=N_INTENTS, seed=seed)
    x, y = draw(train, N_TRAIN + N_VALIDATION, seed, "train")
    x_test, y_test = draw(test, N_TEST, seed, "test")
    model = synalinks.LanguageModel("embedded/learner")
    inputs = synalinks.Input(data_model=banking77.get_input_data_model())
    outputs = await synalinks.Generator(
        data_model=banking77.get_output_data_model(n_intents=N_INTENTS, seed=seed),
        language_model=model,
        instructions="Classify the customer's message by its intent.",
    )(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs)
    program.compile(
        optimizer=synalinks.optimizers.RandomFewShot(
            nb_min_examples=24, nb_max_examples=48
        ),
        reward=synalinks.rewards.ExactMatch(in_mask=["intent"]),
    )
    before = await program.evaluate(x_test, y_test, verbose=0)
    n_before = model.cumulated_calls
    await program.fit(
        x[:N_TRAIN],
        y[:N_TRAIN],
        validation_data=(x[N_TRAIN:], y[N_TRAIN:]),
        batch_size=16,
        epochs=2,
        verbose=0,
    )
    n_calls = model.cumulated_calls - n_before
    after = await program.evaluate(x_test, y_test, verbose=0)
    return before["reward"], after["reward"], n_calls


async def main(folder: str | None) -> None:
    """Print one line per seed, and the mean."""
    print("seed  untrained  trained    gain  LM calls  seconds")
    gains = []
    for seed in SEEDS:
        start = time.perf_counter()
        before, after, n_calls = await run(folder, seed)
        gains.append(after - before)
        print(
            f"{seed:4d}  {before:9.3f}  {after:7.3f}  {gains[-1]:+.3f}  {n_calls:8d}"
            f"  {time.perf_counter() - start:7.1f}",
            flush=True,
        )
    better = sum(gain > 0 for gain in gains)
    mean = sum(gains) / len(gains)
    print(f"better for {better} of {len(gains)} seeds, mean gain {mean:+.3f}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else None))
