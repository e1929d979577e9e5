"""Datasets: rows of files as inputs and targets of programs."""

from synalinks._internal.public import publish
from synalinks.datasets import banking77, gsm8k, support_messages
from synalinks.datasets._csv_dataset import CSVDataset
from synalinks.datasets._dataset import Dataset
from synalinks.datasets._json_dataset import JSONDataset
from synalinks.datasets._jsonl_dataset import JSONLDataset
from synalinks.datasets._parquet_dataset import ParquetDataset
from synalinks.datasets._split import split_train_test

__all__ = [
    "CSVDataset",
    "Dataset",
    "JSONDataset",
    "JSONLDataset",
    "ParquetDataset",
    "banking77",
    "gsm8k",
    "split_train_test",
    "support_messages",
]

publish(__name__)
