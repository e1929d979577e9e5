"""Pictures and sound in messages."""

import asyncio

import pytest

from synalinks.data_models import Audio, Image
from synalinks.errors import ConfigurationError
from synalinks.language_models._media import with_parts

TEXT = {"type": "text", "text": "hi"}


async def test_what_has_no_objects_is_left_alone():
    """The same messages come back."""
    messages = [
        {"role": "user", "content": "hi"},
        {"role": "user", "content": [TEXT]},
        {"role": "user", "content": None},
        {"role": "assistant"},
    ]

    parts = await with_parts(messages)

    assert all(one is other for one, other in zip(parts, messages, strict=True))


async def test_objects_become_parts(tmp_path):
    """In their order; the caller's messages stay as they are."""
    path = tmp_path / "a.wav"
    await asyncio.to_thread(path.write_bytes, b"RIFF")
    content = ["hi", TEXT, Image(url="https://x.org/a.png"), Audio(path=str(path))]
    messages = [{"role": "user", "content": content}]

    (message,) = await with_parts(messages)

    assert message["content"] == [
        TEXT,
        TEXT,
        {"type": "image_url", "image_url": {"url": "https://x.org/a.png"}},
        {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
    ]
    assert messages[0]["content"] is content


async def test_one_picture_is_enough():
    """It need not be in a list."""
    picture = Image(base64="iVBORw==")

    (message,) = await with_parts([{"role": "user", "content": picture}])

    assert message["content"] == [picture.to_content_part()]


async def test_a_file_that_is_not_there(tmp_path):
    """It is named."""
    picture = Image(path=str(tmp_path / "no.png"))

    with pytest.raises(ConfigurationError, match=r"cannot read .*no\.png"):
        await with_parts([{"role": "user", "content": [picture]}])
