"""Pictures and sound."""

import base64

import pytest
from pydantic import ValidationError

from synalinks.data_models import Audio, Image
from synalinks.errors import ConfigurationError

PNG = base64.b64encode(b"\x89PNG\r\n").decode()
WAV = base64.b64encode(b"RIFF1234WAVE").decode()


@pytest.mark.parametrize(
    ("image", "url"),
    [
        (Image(url="https://x.org/a"), "https://x.org/a"),
        (Image(base64=PNG), f"data:image/png;base64,{PNG}"),
        (Image(base64="/9j/4A"), "data:image/jpeg;base64,/9j/4A"),
        (Image(base64="AAAA"), "data:image/png;base64,AAAA"),
        (Image(base64=PNG, format="jpg"), f"data:image/jpeg;base64,{PNG}"),
    ],
)
def test_pictures_are_addresses(image, url):
    """Bytes become a data address of the format that they have or are said to have."""
    assert image.to_content_part() == {"type": "image_url", "image_url": {"url": url}}


def test_sound_is_data_or_an_address():
    """Bytes go in as they are, with their format."""
    assert Audio(base64=WAV).to_content_part() == {
        "type": "input_audio",
        "input_audio": {"data": WAV, "format": "wav"},
    }
    assert Audio(url="https://x.org/a.mp3").to_content_part() == {
        "type": "audio_url",
        "audio_url": {"url": "https://x.org/a.mp3"},
    }


def test_files_are_read_when_they_are_needed(tmp_path):
    """Making a picture of a path reads nothing; the ending tells the format."""
    path = tmp_path / "a.JPG"
    image = Image(path=str(path))
    path.write_bytes(b"x")

    assert image.to_content_part()["image_url"]["url"] == "data:image/jpeg;base64,eA=="
    assert image.get_json() == {"path": str(path)}


def test_missing_files_are_named(tmp_path):
    """The message has the path and the reason."""
    audio = Audio(path=str(tmp_path / "no.wav"))

    with pytest.raises(
        ConfigurationError, match=r"`Audio` cannot read .*no\.wav'.*No such"
    ):
        audio.to_content_part()


@pytest.mark.parametrize(
    ("sources", "received"),
    [({}, "none of them"), ({"url": "a", "path": "b"}, "`url`, `path`")],
)
def test_one_source_is_needed(sources, received):
    """The message says which were given."""
    with pytest.raises(
        ValidationError,
        match=f"`Image` takes one of `url`, `path` and `base64`, received {received}",
    ):
        Image(**sources)


@pytest.mark.parametrize("n_bytes", [0, 20 * 2**20 + 1])
def test_files_have_a_size_that_providers_take(tmp_path, n_bytes):
    """What is empty or too large is refused before it is read."""
    path = tmp_path / "a.png"
    with path.open("wb") as file:
        file.truncate(n_bytes)

    with pytest.raises(ConfigurationError, match=f"`Image` has {n_bytes} bytes"):
        Image(path=str(path)).to_content_part()


def test_bytes_have_a_size_too():
    """However they are given."""
    audio = Audio(base64="A" * (28 * 2**20))

    with pytest.raises(ConfigurationError, match="The content of `Audio` has 22020096"):
        audio.to_content_part()
