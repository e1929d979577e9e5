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
    """Wherever it is cut, and whether or not its thoughts have an end."""
    bounds = sorted({0, len(text), *(min(one, len(text)) for one in cuts)})
    pieces = [text[a:b] for a, b in pairwise(bounds)]

    thoughts, rest = split(pieces)

    assert (thoughts or None, rest or None) == taken_apart(text or None)


@pytest.mark.parametrize(
    ("text", "thoughts", "rest"),
    [
        ("<think>Hm, is", "Hm, is", None),
        ("<think>Hm.</thi", "Hm.</thi", None),
        ("\n <think>Hm.</think>Yes.", "Hm.", "Yes."),
        ("<think></think>Yes.", None, "Yes."),
        ("\n <thi", None, "\n <thi"),
        (" \n", None, " \n"),
        ("\n Yes. <think>Hm.</think>", None, "\n Yes. <think>Hm.</think>"),
    ],
)
def test_what_is_a_thought(text, thoughts, rest):
    """What has begun in front of the answer, even if it was cut off."""
    assert taken_apart(text) == (thoughts, rest)
    assert split(text) == (thoughts or "", rest or "")


def test_an_empty_reason_is_none():
    """Some servers send one in every chunk; a tag may go on after it."""
    splitter = ThoughtSplitter()

    found = [
        splitter.split(LMChunk(content=piece, finish_reason=""))
        for piece in ("\n<thi", "nk>Hm.</", "think>Yes.")
    ]

    assert "".join(one.reasoning_content for one in found) == "Hm."
    assert "".join(one.content for one in found) == "Yes."


@pytest.mark.parametrize("tag", ["<think>", "<"])
def test_a_server_that_takes_them_out_is_trusted(tag):
    """What looks like a tag then is a part of the answer."""
    last = LMChunk(content="a</think>b", reasoning_content="Hm.", finish_reason="stop")

    assert split([tag[0]], last) == ("Hm.", "<a</think>b")
    assert split([], last) == ("Hm.", "a</think>b")
    assert split([], LMChunk(content=tag, reasoning_content="Hm.")) == ("Hm.", tag)
