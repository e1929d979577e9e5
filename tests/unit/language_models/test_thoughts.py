"""Thoughts in the text of a stream are the same however it is cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synalinks.language_models import LMChunk
from synalinks.language_models._thoughts import ThoughtSplitter, taken_apart

PARTS = [
    "<think>", "</think>", "<thinking>", "</thinking>", "<budget:think>", "<thi",
    "</thi", "<", ">", "</", "think>", "a", " ", "\n",
]  # fmt: skip
texts = st.lists(st.sampled_from(PARTS), max_size=8).map("".join)


def split(pieces, last=None):
    splitter = ThoughtSplitter()
    end = LMChunk(finish_reason="stop") if last is None else last
    found = [splitter.split(LMChunk(content=piece)) for piece in pieces]
    found.append(splitter.split(end))
    return tuple(
        "".join(getattr(one, name) for one in found)
        for name in ("reasoning_content", "content")
    )


@given(texts, st.lists(st.integers(0, 40)))
def test_a_stream_and_a_whole_answer_say_the_same(text, cuts):
    """Wherever it is cut; only thoughts without an end are told apart early."""
    bounds = sorted({0, len(text), *(min(one, len(text)) for one in cuts)})
    pieces = [text[a:b] for a, b in pairwise(bounds)]

    thoughts, rest = split(pieces)

    assert (thoughts, rest) == split([text])
    whole_thoughts, whole = taken_apart(text)
    if whole_thoughts is None and rest != whole:
        assert rest == ""
        assert whole.endswith(thoughts)
    else:
        assert (thoughts, rest) == (whole_thoughts or "", whole)


@pytest.mark.parametrize("tag", ["<think>", "<"])
def test_a_server_that_takes_them_out_is_trusted(tag):
    """What looks like a tag then is a part of the answer."""
    last = LMChunk(content="a</think>b", reasoning_content="Hm.", finish_reason="stop")

    assert split([tag[0]], last) == ("Hm.", "<a</think>b")
    assert split([], last) == ("Hm.", "a</think>b")
    assert split([], LMChunk(content=tag, reasoning_content="Hm.")) == ("Hm.", tag)
