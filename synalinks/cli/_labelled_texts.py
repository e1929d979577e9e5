"""Texts with labels from a user's table, checked before anything is paid for."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from synalinks._internal.rng import stream
from synalinks.cli._csv_file import CSVFile, open_csv
from synalinks.errors import ConfigurationError, did_you_mean, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from synalinks._internal.rng import Stream

Rows: TypeAlias = list[tuple[str, str]]

_MAX_ROWS = 50_000
_ROWS_TO_GUESS_FROM = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledTexts:
    """Texts with their labels, and what was done to get them."""

    rows: Rows
    """Text and label, each text once."""
    notes: list[str]
    """Sentences for the user."""

    @property
    def labels(self) -> list[str]:
        """All labels, in order."""
        return sorted({label for _, label in self.rows})


def read_labelled_texts(
    path: Path,
    *,
    label_column: str | None,
    text_column: str | None,
    seed: int,
) -> LabelledTexts:
    """Read texts and labels from a CSV file.

    Args:
        path: The file.
        label_column: The column that holds the labels.
        text_column: The column that holds the texts; None for the one with the longest
            values.
        seed: Decides which rows of a very long file are taken.

    Returns:
        The texts.

    Raises:
        ConfigurationError: The file cannot be read or has no such columns, or what the
            columns hold are no labels of texts.
    """
    file = open_csv(path, label_column)
    label_index = _index_of(label_column, "--label-column", file)
    rows = file.rows()
    head = list(itertools.islice(rows, _ROWS_TO_GUESS_FROM))
    notes = file.notes()
    if text_column is None:
        text_index = _longest_column(head, label_index, file)
        notes.append(_choice(file, text_index, label_index))
    else:
        text_index = _index_of(text_column, "--text-column", file)
    if text_index == label_index:
        msg = (
            f"`--text-column` and `--label-column` are both {text_column!r}. "
            f"Columns of `{path}`: {show(file.columns)}."
        )
        raise ConfigurationError(msg)
    texts = _Collector(len(file.columns), text_index, label_index)
    texts.collect(itertools.chain(head, rows), stream(seed, "demo rows"))
    _check_labels(texts.rows, file, label_index)
    return LabelledTexts(rows=texts.rows, notes=[*notes, *texts.notes()])


class _Collector:
    """Takes what is usable of a table's rows, and counts what is not."""

    def __init__(self, n_columns: int, text_index: int, label_index: int) -> None:
        self.rows: Rows = []
        self._n_columns = n_columns
        self._text_index = text_index
        self._label_index = label_index
        self._seen: set[int] = set()
        self._n_usable = 0
        self._left_out: Counter[str] = Counter()

    def collect(self, rows: Iterable[Sequence[str]], draws: Stream) -> None:
        """Take rows; of more than the most that are kept, each is as likely as another.

        Args:
            rows: The values of each row.
            draws: Decides which rows are kept.
        """
        for row in self._usable(rows):
            self._n_usable += 1
            if len(self.rows) < _MAX_ROWS:
                self.rows.append(row)
            elif (place := draws.randrange(self._n_usable)) < _MAX_ROWS:
                self.rows[place] = row

    def notes(self) -> list[str]:
        """Return what was not taken, and why."""
        notes: list[str] = []
        if self._left_out:
            counts = (f"{n} {why}" for why, n in self._left_out.items())
            notes.append(f"rows left out: {', '.join(counts)}")
        if self._n_usable > _MAX_ROWS:
            notes.append(
                f"{_MAX_ROWS} of {self._n_usable} usable rows are drawn, by the seed"
            )
        return notes

    def _usable(self, rows: Iterable[Sequence[str]]) -> Iterator[tuple[str, str]]:
        for row in rows:
            why = self._fault_of(row)
            if why:
                self._left_out[why] += 1
                continue
            text, label = self._pair(row)
            self._seen.add(hash(text))
            yield text, label

    def _fault_of(self, row: Sequence[str]) -> str:
        if len(row) != self._n_columns:
            return f"with other than {self._n_columns} values"
        text, label = self._pair(row)
        if not text:
            return "without a text"
        if not label:
            return "without a label"
        # The same text in training and test would make the test too easy.
        return "that repeat a text" if hash(text) in self._seen else ""

    def _pair(self, row: Sequence[str]) -> tuple[str, str]:
        return row[self._text_index].strip(), row[self._label_index].strip()


def _index_of(column: str | None, option: str, file: CSVFile) -> int:
    columns = file.columns
    if column is not None and columns.count(column.strip()) == 1:
        return columns.index(column.strip())
    advice = f"Columns of `{file.path}`: {show(columns)}."
    if column is None:
        msg = f"`{option}` is missing: say which column holds the label. {advice}"
    elif column in columns:
        msg = f"`{option} {column}` is the name of several columns. {advice}"
    else:
        msg = (
            f"`{file.path}` has no column {column!r} (`{option}`)."
            f"{did_you_mean(column, columns)} {advice} Does the file begin with a line "
            "of column names?"
        )
    raise ConfigurationError(msg)


def _longest_column(head: Sequence[Sequence[str]], label: int, file: CSVFile) -> int:
    others = [index for index in range(len(file.columns)) if index != label]
    if not others:
        msg = (
            f"`{file.path}` has no column besides the label {file.columns[label]!r}: "
            "there is no text to classify."
        )
        raise ConfigurationError(msg)

    def n_chars(index: int) -> int:
        return sum(len(row[index].strip()) for row in head if index < len(row))

    return max(others, key=n_chars)


def _choice(file: CSVFile, text: int, label: int) -> str:
    note = f"the text is column {file.columns[text]!r}"
    others = [
        name for i, name in enumerate(file.columns) if i not in {text, label} and name
    ]
    if others:
        note += (
            f", which has the longest values; `--text-column` chooses another of "
            f"{show(others)}"
        )
    return note


def _check_labels(rows: Rows, file: CSVFile, label_index: int) -> None:
    if not rows:
        msg = f"`{file.path}` has no row with both a text and a label."
        raise ConfigurationError(msg)
    column = file.columns[label_index]
    labels = {label for _, label in rows}
    if len(labels) == 1:
        msg = (
            f"Column {column!r} of `{file.path}` holds one label only: "
            f"{show(labels.pop())}. There is nothing to classify: expected two or more."
        )
    elif len(labels) > len(rows) / 2:
        msg = (
            f"Column {column!r} of `{file.path}` holds {len(labels)} different labels "
            f"for {len(rows)} texts, such as {show(sorted(labels)[:3])}: a label is "
            "something that texts share, at least two each on average."
        )
    else:
        return
    msg += f" Columns to choose `--label-column` from: {show(file.columns)}."
    raise ConfigurationError(msg)
