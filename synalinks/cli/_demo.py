"""`synalinks demo`: an intent classifier, trained and tested on real text."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import create_model

from synalinks import callbacks, config, datasets, metrics, optimizers, rewards
from synalinks._internal.console import write
from synalinks._internal.rng import stream
from synalinks.data_models import DataModel, Field
from synalinks.errors import ConfigurationError, show
from synalinks.language_models import LanguageModel
from synalinks.modules import Generator, Input
from synalinks.programs import Program
from synalinks.utils import plot_history

if TYPE_CHECKING:
    from pathlib import Path

_MIN_EXAMPLES = 24
_MAX_EXAMPLES = 48
_BATCH_SIZE = 8
_DEFAULT_SIZES = (160, 80, 120)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSettings:
    """Options of the command."""

    data: Path | None
    label_column: str
    text_column: str | None
    model: str
    seed: int
    epochs: int
    n_train: int | None
    n_validation: int | None
    n_test: int | None
    output: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """Accuracy on test texts, and the files left behind."""

    before: float
    after: float
    folder: Path


class Message(DataModel):
    """A text to classify."""

    text: str = Field(description="The message")


async def run_demo(settings: DemoSettings) -> DemoResult:
    """Train a classifier, print what it learned, and leave files in a folder.

    Args:
        settings: Options of the command.

    Returns:
        Accuracies and the folder.

    Raises:
        ConfigurationError: The data do not fit the options; no LM call was made.
    """
    config.clear_session()
    config.set_seed(settings.seed)
    rows = _read_rows(settings)
    labels = sorted({label for _, label in rows})
    train, validation, test = _split(rows, settings)
    answer = _answer_model(labels)
    _say(
        f"{len(rows)} texts, {len(labels)} labels: {', '.join(labels)}\n"
        f"{len(train)} to train, {len(validation)} to validate, {len(test)} to test, "
        f"with {settings.model}"
    )
    program = await _make_program(answer, settings)
    test_x, test_y = _to_models(test, answer)
    before = await program.evaluate(test_x, test_y, verbose=0)
    train_x, train_y = _to_models(train, answer)
    history = await program.fit(
        train_x,
        train_y,
        batch_size=_BATCH_SIZE,
        epochs=settings.epochs,
        validation_data=_to_models(validation, answer),
        callbacks=[callbacks.CSVLogger(settings.output / "history.csv")],
    )
    after = await program.evaluate(test_x, test_y, verbose=0)
    program.save(settings.output / "program.json")
    plot_history(history, to_folder=str(settings.output), to_file="history.png")
    # An exact match scores 1.0, anything else 0.0: the mean reward is the accuracy.
    _report(program, before["reward"], after["reward"], settings.output)
    return DemoResult(
        before=before["reward"], after=after["reward"], folder=settings.output
    )


async def _make_program(answer: Any, settings: DemoSettings) -> Program:
    inputs = Input(data_model=Message)
    outputs = await Generator(
        data_model=answer,
        language_model=LanguageModel(settings.model),
        instructions=f"Classify the message by its {settings.label_column}.",
        name="classifier",
    )(inputs)
    program = Program(
        inputs=inputs,
        outputs=outputs,
        name="demo",
        description=f"Classifies a message by its {settings.label_column}.",
    )
    program.compile(
        optimizer=optimizers.RandomFewShot(
            nb_min_examples=_MIN_EXAMPLES, nb_max_examples=_MAX_EXAMPLES
        ),
        reward=rewards.ExactMatch(in_mask=["label"]),
        metrics=[
            metrics.CategoricalF1Score(average="macro", in_mask=["label"], name="f1")
        ],
    )
    return program


def _answer_model(labels: list[str]) -> Any:
    # `Literal` of labels that are only known now.
    choice: Any = Literal[tuple(labels)]
    return create_model("Answer", __base__=DataModel, label=(choice, ...))


def _read_rows(settings: DemoSettings) -> list[tuple[str, str]]:
    if settings.data is None:
        return _shipped_rows()
    try:
        with settings.data.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            columns = list(reader.fieldnames or ())
            table = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        msg = f"`--data {settings.data}` cannot be read as a CSV file: {error}."
        raise ConfigurationError(msg) from error
    text_column = settings.text_column or next(
        (column for column in columns if column != settings.label_column), None
    )
    for option, column in (
        ("--label-column", settings.label_column),
        ("--text-column", text_column),
    ):
        if column not in columns:
            msg = (
                f"`{settings.data}` has no column {column!r} (`{option}`). "
                f"Its columns: {show(columns)}."
            )
            raise ConfigurationError(msg)
    return [
        (row[text_column or ""], row[settings.label_column])
        for row in table
        if row[text_column or ""] and row[settings.label_column]
    ]


def _shipped_rows() -> list[tuple[str, str]]:
    # Arrays of data models, which the type checker knows nothing of.
    parts: Any = datasets.support_messages.load_data()
    return [
        (message["text"], answer["intent"])
        for messages, answers in parts
        for message, answer in zip(messages, answers, strict=True)
    ]


def _split(
    rows: list[tuple[str, str]], settings: DemoSettings
) -> list[list[tuple[str, str]]]:
    sizes = _sizes(len(rows), settings)
    if min(sizes) < 1 or sum(sizes) > len(rows):
        msg = (
            f"There are {len(rows)} labelled texts, the options ask for {sum(sizes)}: "
            f"--n-train {sizes[0]} --n-validation {sizes[1]} --n-test {sizes[2]}. "
            "Each must be at least 1, and the sum at most what there is."
        )
        raise ConfigurationError(msg)
    shuffled = list(rows)
    stream(settings.seed, "demo split").shuffle(shuffled)
    parts: list[list[tuple[str, str]]] = []
    start = 0
    for size in sizes:
        parts.append(shuffled[start : start + size])
        start += size
    return parts


def _sizes(n_rows: int, settings: DemoSettings) -> list[int]:
    """Return what was asked for, and shares of the table for what was not."""
    asked = (settings.n_train, settings.n_validation, settings.n_test)
    total = sum(_DEFAULT_SIZES)
    scale = min(1.0, n_rows / total)
    return [
        int(default * scale) if size is None else size
        for size, default in zip(asked, _DEFAULT_SIZES, strict=True)
    ]


def _to_models(
    rows: list[tuple[str, str]], answer: Any
) -> tuple[list[Message], list[Any]]:
    inputs = [Message(text=text) for text, _ in rows]
    return inputs, [answer(label=label) for _, label in rows]


def _report(program: Program, before: float, after: float, folder: Path) -> None:
    examples = program.get_variable(index=0).get("examples")
    _say(
        f"test accuracy before {before:.3f}, after {after:.3f} "
        f"({after - before:+.3f}), with {len(examples)} examples in the prompt\n"
        f"saved in {folder}{'' if folder.is_absolute() else ' (below this folder)'}: "
        "program.json, history.csv, history.png"
    )


def _say(text: str) -> None:
    write(f"{text}\n")
