"""`synalinks demo`: an intent classifier, trained and tested on real text."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synalinks import callbacks, config, datasets
from synalinks._internal.console import write
from synalinks._internal.files import check_writable
from synalinks._internal.rng import stream
from synalinks.cli._classifier import answer_model, make_classifier, to_models
from synalinks.cli._labelled_texts import LabelledTexts, read_labelled_texts
from synalinks.errors import ConfigurationError
from synalinks.language_models import LanguageModel
from synalinks.utils import plot_history

if TYPE_CHECKING:
    from pathlib import Path

    from synalinks.cli._labelled_texts import Rows
    from synalinks.programs import Program

_BATCH_SIZE = 8
_DEFAULT_SIZES = (160, 80, 120)
_SHIPPED_LABEL = "intent"
_MAX_LABELS_SHOWN = 12
_FEW_PER_LABEL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSettings:
    """Options of the command."""

    data: Path | None
    label_column: str | None
    text_column: str | None
    model: str
    seed: int
    epochs: int
    n_train: int | None
    n_validation: int | None
    n_test: int | None
    output: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """A trained program, and its accuracy on test texts."""

    program: Program
    history: callbacks.History
    before: float
    after: float


def run_demo(settings: DemoSettings) -> None:
    """Train a classifier, print what it learned, and leave files in a folder.

    Args:
        settings: Options of the command.

    Raises:
        SynalinksError: The data, the model or the folder do not fit the options; no LM
            call was made.
    """
    config.clear_session()
    config.set_seed(settings.seed)
    model = LanguageModel(settings.model)
    model.check_key()
    texts = _texts_of(settings)
    parts = _split(texts.rows, settings)
    check_writable(settings.output)
    _introduce(texts, parts, settings)
    result = asyncio.run(_train_and_test(model, texts.labels, parts, settings))
    result.program.save(settings.output / "program.json")
    plot_history(result.history, to_folder=str(settings.output), to_file="history.png")
    _report(result, settings.output)


async def _train_and_test(
    model: LanguageModel,
    labels: list[str],
    parts: list[Rows],
    settings: DemoSettings,
) -> _Result:
    answer = answer_model(labels)
    program = await make_classifier(
        answer, model, settings.label_column or _SHIPPED_LABEL
    )
    train, validation, test = (to_models(part, answer) for part in parts)
    fit_options: dict[str, Any] = {
        "batch_size": _BATCH_SIZE,
        "epochs": settings.epochs,
        "validation_data": validation,
    }
    if not model.provider_info().is_local:
        estimate = await program.estimate(*train, **fit_options)
        _say(f"training will take about {estimate}")
    before = await program.evaluate(*test, verbose=0)
    history = await program.fit(
        *train,
        **fit_options,
        callbacks=[callbacks.CSVLogger(settings.output / "history.csv")],
    )
    after = await program.evaluate(*test, verbose=0)
    # An exact match scores 1.0, anything else 0.0: the mean reward is the accuracy.
    return _Result(
        program=program,
        history=history,
        before=before["reward"],
        after=after["reward"],
    )


def _texts_of(settings: DemoSettings) -> LabelledTexts:
    if settings.data is not None:
        return read_labelled_texts(
            settings.data,
            label_column=settings.label_column,
            text_column=settings.text_column,
            seed=settings.seed,
        )
    for option, column in (
        ("--label-column", settings.label_column),
        ("--text-column", settings.text_column),
    ):
        if column is not None:
            msg = (
                f"`{option} {column}` names a column of your own table: pass the "
                "table too, with `--data PATH`."
            )
            raise ConfigurationError(msg)
    return LabelledTexts(rows=_shipped_rows(), notes=[])


def _shipped_rows() -> Rows:
    # Arrays of data models, which the type checker knows nothing of.
    parts: Any = datasets.support_messages.load_data()
    return [
        (message["text"], answer["intent"])
        for messages, answers in parts
        for message, answer in zip(messages, answers, strict=True)
    ]


def _split(rows: Rows, settings: DemoSettings) -> list[Rows]:
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
    parts: list[Rows] = []
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


def _introduce(texts: LabelledTexts, parts: list[Rows], settings: DemoSettings) -> None:
    labels = texts.labels
    shown = ", ".join(labels[:_MAX_LABELS_SHOWN])
    if len(labels) > _MAX_LABELS_SHOWN:
        shown += f" and {len(labels) - _MAX_LABELS_SHOWN} more"
    train, validation, test = map(len, parts)
    lines = [
        *texts.notes,
        f"{len(texts.rows)} texts, {len(labels)} labels: {shown}",
        f"{train} to train, {validation} to validate, {test} to test, "
        f"with {settings.model}",
    ]
    if train < _FEW_PER_LABEL * len(labels):
        lines.append(
            f"{train} texts to train on are few for {len(labels)} labels: expect "
            "little, or raise `--n-train`"
        )
    _say("\n".join(lines))


def _report(result: _Result, folder: Path) -> None:
    n_examples = len(result.program.get_variable(index=0).get("examples"))
    learned = f"with {n_examples} examples in the prompt"
    if not n_examples:
        learned = "since no examples did better on the validation texts"
    gain = result.after - result.before
    place = "" if folder.is_absolute() else " (below this folder)"
    _say(
        f"test accuracy before {result.before:.3f}, after {result.after:.3f} "
        f"({gain:+.3f}), {learned}\n"
        f"saved in {folder}{place}: program.json, history.csv, history.png"
    )


def _say(text: str) -> None:
    write(f"{text}\n")
