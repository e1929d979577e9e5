"""Datasets: rows of files as inputs and targets of programs."""

from synalinks._internal.public import publish
from synalinks.datasets import banking77, gsm8k, support_messages
from synalinks.datasets._csv_dataset import CSVDataset
from synalinks.datasets._dataset import Dataset
from synalinks.datasets._frame_reader import FrameReader
from synalinks.datasets._frames import frame_of, is_frame, object_array
from synalinks.datasets._huggingface_dataset import HuggingFaceDataset
from synalinks.datasets._json_dataset import JSONDataset
from synalinks.datasets._jsonl_dataset import JSONLDataset
from synalinks.datasets._markdown_dataset import (
    MarkdownDataset,
    parse_markdown_sections,
)
from synalinks.datasets._parquet_dataset import ParquetDataset
from synalinks.datasets._split import split_train_test
from synalinks.datasets._text_dataset import TextDataset

__all__ = [
    "CSVDataset",
    "Dataset",
    "FrameReader",
    "HuggingFaceDataset",
    "JSONDataset",
    "JSONLDataset",
    "MarkdownDataset",
    "ParquetDataset",
    "TextDataset",
    "banking77",
    "frame_of",
    "gsm8k",
    "is_frame",
    "object_array",
    "parse_markdown_sections",
    "split_train_test",
    "support_messages",
]

publish(__name__)
