"""Pictures and sound for chat messages."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import Field, model_validator

from synalinks.data_models._data_model import DataModel
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject

# Providers take no more than 20 to 25 MB.
_MAX_BYTES = 20 * 2**20
_ALIASES = {"jpg": "jpeg", "wave": "wav", "oga": "ogg", "x-wav": "wav"}


class _Media(DataModel):
    """A file given by its address, its place on disk, or its bytes."""

    url: str | None = Field(default=None, description="The address of the file")
    path: str | None = Field(default=None, description="The place of the file on disk")
    base64: str | None = Field(
        default=None, description="The bytes of the file, in base64"
    )
    format: str | None = Field(
        default=None,
        description="The format of the file, such as png; told from the file if absent",
    )

    # First characters in base64 of the files of a format.
    _beginnings: ClassVar[dict[str, str]] = {}
    _default_format: ClassVar[str] = ""

    @model_validator(mode="after")
    def _check_source(self) -> Self:
        given = [name for name in ("url", "path", "base64") if getattr(self, name)]
        if len(given) != 1:
            received = ", ".join(f"`{name}`" for name in given) or "none of them"
            msg = (
                f"`{type(self).__name__}` takes one of `url`, `path` and `base64`, "
                f"received {received}."
            )
            raise ValueError(msg)
        return self

    def _encoded(self) -> tuple[str, str]:
        """Return the bytes in base64 and the format; a path is read now."""
        encoded = self.base64 or self._read()
        self._check_size(len(encoded) * 3 // 4 - encoded[-2:].count("="))
        suffix = Path(self.path or "").suffix[1:].lower()
        found = (
            name
            for beginning, name in self._beginnings.items()
            if encoded.startswith(beginning)
        )
        name = self.format or suffix or next(found, self._default_format)
        return encoded, _ALIASES.get(name, name)

    def _check_size(self, n_bytes: int) -> None:
        if not 0 < n_bytes <= _MAX_BYTES:
            what = f"The file {show(self.path)}" if self.path else "The content"
            msg = (
                f"{what} of `{type(self).__name__}` has {n_bytes} bytes; expected 1 to "
                f"{_MAX_BYTES}. Make it smaller, or pass the `url` of it."
            )
            raise ConfigurationError(msg)

    def _read(self) -> str:
        path = Path(str(self.path))
        try:
            self._check_size(path.stat().st_size)  # before all of it is in memory
            return base64.b64encode(path.read_bytes()).decode()
        except OSError as error:
            msg = (
                f"`{type(self).__name__}` cannot read the file {show(self.path)}: "
                f"{error.strerror or error}."
            )
            raise ConfigurationError(msg) from error


class Image(_Media):
    """A picture, given by one of `url`, `path` and `base64`."""

    _beginnings: ClassVar[dict[str, str]] = {
        "iVBOR": "png",
        "/9j/": "jpeg",
        "R0lGOD": "gif",
        "UklGR": "webp",
    }
    _default_format: ClassVar[str] = "png"

    def to_content_part(self) -> JsonObject:
        """Return the picture as a content part of a chat message.

        Raises:
            ConfigurationError: The file of `path` cannot be read, or is too large.
        """
        url = self.url
        if url is None:
            encoded, name = self._encoded()
            url = f"data:image/{name};base64,{encoded}"
        return {"type": "image_url", "image_url": {"url": url}}


class Audio(_Media):
    """Sound, given by one of `url`, `path` and `base64`."""

    _beginnings: ClassVar[dict[str, str]] = {
        "UklGR": "wav",
        "SUQz": "mp3",
        "//": "mp3",
        "ZkxhQw": "flac",
        "T2dnUw": "ogg",
    }
    _default_format: ClassVar[str] = "wav"

    def to_content_part(self) -> JsonObject:
        """Return the sound as a content part of a chat message.

        Raises:
            ConfigurationError: The file of `path` cannot be read, or is too large.
        """
        if self.url is not None:
            return {"type": "audio_url", "audio_url": {"url": self.url}}
        encoded, name = self._encoded()
        return {"type": "input_audio", "input_audio": {"data": encoded, "format": name}}
