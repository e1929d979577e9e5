"""Rows of a Hugging Face data set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict
from synalinks.datasets._dataset import Dataset
from synalinks.errors import ConfigurationError, MissingDependencyError, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Unpack

    from synalinks._internal.json import JsonObject
    from synalinks.datasets._dataset import DatasetArguments


class HuggingFaceDataset(Dataset):
    """The rows of a data set of the Hugging Face Hub, of a folder, or in memory.

    It needs the package `datasets`, which `synalinks[huggingface]` installs. Code that
    a data set brings along is never run.

    Args:
        path: What `datasets.load_dataset` takes: a name on the Hub, a folder, or a
            builder such as `"parquet"` with `data_files`. Or a data set that is loaded
            already, a `datasets.Dataset` or `datasets.IterableDataset`.
        name: The configuration of the data set, if it has several.
        split: Which rows, such as `"train"` or `"test[:100]"`.
        data_files: Files for a builder.
        revision: Branch, tag or commit on the Hub; fixed data need a commit.
        streaming: Whether to read from the network as the rows are needed, rather than
            to download all first.
        **arguments: As for `Dataset`.

    Raises:
        MissingDependencyError: The package `datasets` is not installed.
        ConfigurationError: There is no such data set, or an argument does not fit.
    """

    def __init__(
        self,
        path: Any,
        name: str | None = None,
        *,
        split: str = "train",
        data_files: Any = None,
        revision: str | None = None,
        streaming: bool = False,
        **arguments: Unpack[DatasetArguments],
    ) -> None:
        super().__init__(**arguments)
        self.path = path
        self._rows: Any = path
        if isinstance(path, str):
            self._rows = _load(
                path,
                name=name,
                split=split,
                data_files=data_files,
                revision=revision,
                streaming=streaming,
            )
        elif is_dict(path):
            msg = f"`path` has the splits {show(list(path))}. Pass one of them."
            raise ConfigurationError(msg)
        elif not hasattr(path, "features"):
            msg = (
                f"`path` is {show(path)}. Expected the name of a data set, or a "
                "`datasets.Dataset`."
            )
            raise ConfigurationError(msg)

    def _iter_rows(self) -> Iterator[JsonObject]:
        return iter(self._rows)

    def _n_rows(self) -> int | None:
        return len(self._rows) if hasattr(self._rows, "__len__") else None


def _load(path: str, **options: Any) -> Any:
    try:
        import datasets
    except ImportError as error:
        msg = (
            "`HuggingFaceDataset` needs the package `datasets`. It comes with the "
            "extra `huggingface` of this library, or with `pip install datasets`."
        )
        raise MissingDependencyError(msg) from error
    loader: Any = datasets  # its types are partly unknown
    try:
        return loader.load_dataset(path, **options)
    except (OSError, ValueError) as error:
        msg = f"The data set {path!r} cannot be loaded with {show(options)}: {error}."
        raise ConfigurationError(msg) from error
