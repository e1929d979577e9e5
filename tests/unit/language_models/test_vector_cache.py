"""Vectors that are known, or are on their way."""

import asyncio
import gc
from array import array

import pytest

from synalinks._internal import context, writer
from synalinks._internal.journal import Journal
from synalinks._internal.store import Store
from synalinks.errors import ServerError, SynalinksWarning, WriteError
from synalinks.language_models import UsageLedger, _vector_cache
from synalinks.language_models._vector_cache import Embedded, VectorCache
from tests.full_disk import fill_disk


class Embedder:
    """Embeds a text as its length; records what it was asked."""

    def __init__(self, error=None):
        self.asked = []
        self.error = error

    async def __call__(self, texts, keep):
        self.asked.append(list(texts))
        await asyncio.sleep(0.01)
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        await keep({text: Embedded([float(len(text)), 0.5]) for text in texts})


def keys(*texts):
    return {text: f"key of {text}" for text in texts}


def cache(*, in_memory=True, folder=None):
    return VectorCache(UsageLedger(), in_memory=in_memory, folder=folder)


async def test_what_is_known_is_not_asked():
    """And counted."""
    known, embed = cache(), Embedder()

    await known.get_or_embed(keys("a", "bb"), embed)
    found, n_known = await known.get_or_embed(keys("bb", "ccc"), embed)

    assert found == {"bb": array("d", [2.0, 0.5]), "ccc": array("d", [3.0, 0.5])}
    assert n_known == 1
    assert embed.asked == [["a", "bb"], ["ccc"]]


async def test_without_memory_all_is_asked():
    """Each time."""
    known, embed = cache(in_memory=False), Embedder()

    for _ in range(2):
        found, n_known = await known.get_or_embed(keys("a"), embed)
        assert (list(found["a"]), n_known) == ([1.0, 0.5], 0)

    assert embed.asked == [["a"], ["a"]]


async def test_what_is_on_its_way_is_waited_for():
    """By any number of calls; what they have of their own is asked at once."""
    known, embed = cache(), Embedder()

    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(known.get_or_embed(keys("a", f"own {n}"), embed))
            for n in range(3)
        ]

    assert [task.result()[1] for task in tasks] == [0, 1, 1]
    assert embed.asked == [["a", "own 0"], ["own 1"], ["own 2"]]


async def test_a_failure_is_ones_own():
    """Who waited tries for itself."""
    known, embed = cache(), Embedder(error=ServerError("no"))

    first = asyncio.ensure_future(known.get_or_embed(keys("a"), embed))
    second = asyncio.ensure_future(known.get_or_embed(keys("a"), embed))

    with pytest.raises(ServerError):
        await first
    found, _ = await second
    assert list(found["a"]) == [1.0, 0.5]
    assert embed.asked == [["a"], ["a"]]


@pytest.mark.parametrize("kind", ["memory", "folder", "journal"])
async def test_what_came_before_a_failure_is_kept(kind, tmp_path):
    """It was paid for; only what is missing is asked again."""
    folder = str(tmp_path / "vectors") if kind == "folder" else None
    known = cache(in_memory=kind == "memory", folder=folder)
    journal, embed = Journal(tmp_path / "journal"), Embedder()
    await asyncio.to_thread(journal.open)

    async def embed_one(texts, keep):
        await embed(texts[:1], keep)
        raise ServerError("no")

    with context.bound(context.journal, journal if kind == "journal" else None):
        with pytest.raises(ServerError):
            await known.get_or_embed(keys("a", "b"), embed_one)
        found, _ = await known.get_or_embed(keys("a", "b"), embed)

    assert sorted(found) == ["a", "b"]
    assert embed.asked == [["a"], ["b"]]


async def test_memory_has_an_end(monkeypatch):
    """The oldest is forgotten; one call may have more texts than that."""
    monkeypatch.setattr(_vector_cache, "_MAX_IN_MEMORY", 2)
    known, embed = cache(), Embedder()

    found, _ = await known.get_or_embed(keys("a", "b", "c"), embed)
    await known.get_or_embed(keys("c", "b"), embed)
    await known.get_or_embed(keys("a"), embed)

    assert list(found) == ["a", "b", "c"]
    assert embed.asked == [["a", "b", "c"], ["a"]]


async def test_a_folder_keeps_them_exactly(tmp_path):
    """Another object finds the same numbers."""
    folder, embed = str(tmp_path / "vectors"), Embedder()

    async def tenth(texts, keep):
        await keep({text: Embedded([0.1, 1e-300, -1 / 3]) for text in texts})

    await cache(folder=folder).get_or_embed(keys("a"), tenth)
    found, n_known = await cache(in_memory=False, folder=folder).get_or_embed(
        keys("a"), embed
    )

    assert (list(found["a"]), n_known) == ([0.1, 1e-300, -1 / 3], 1)
    assert embed.asked == []


async def test_what_another_process_adds_is_found(tmp_path):
    """Also when the folder was read before that."""
    folder = str(tmp_path / "vectors")
    ours, embed = cache(in_memory=False, folder=folder), Embedder()
    await ours.get_or_embed(keys("a"), embed)
    theirs = Store(folder)
    await theirs.append(keys("bb")["bb"], _vector_cache._to_json(array("d", [7.0])))
    await asyncio.sleep(0.1)  # a folder is read again after 50 ms at the earliest

    found, n_known = await ours.get_or_embed(keys("bb"), embed)

    assert (list(found["bb"]), n_known) == ([7.0], 1)
    assert embed.asked == [["a"]]


async def test_a_run_that_goes_on_finds_them_in_its_journal(tmp_path):
    """Whatever part of the run asks now."""
    embed = Embedder()

    def journal():
        opened = Journal(tmp_path / "journal")
        opened.open()
        return opened

    for scope in ("sample 1", "sample 2"):
        opened = await asyncio.to_thread(journal)
        with (
            context.bound(context.journal, opened),
            context.bound(context.scope, scope),
        ):
            found, _ = await cache(in_memory=False).get_or_embed(keys("a"), embed)

    assert list(found["a"]) == [1.0, 0.5]
    assert embed.asked == [["a"]]


async def test_a_full_disk_stops_spending(tmp_path, monkeypatch):
    """The first vector that cannot be kept is the last that is paid for."""
    fill_disk(monkeypatch)
    known, embed = cache(), Embedder()

    with context.bound(context.journal, Journal(tmp_path)):
        for text in ("a", "bb", "ccc"):
            with pytest.raises(WriteError):
                await known.get_or_embed(keys(text), embed)

    assert embed.asked == [["a"]]


async def test_damage_is_told(tmp_path):
    """Vectors that were lost are embedded, and paid for, again: that is said once."""
    kept, embed = cache(in_memory=False, folder=str(tmp_path)), Embedder()
    await kept.get_or_embed(keys("a", "bb"), embed)
    await asyncio.to_thread(writer.flush)
    (path,) = await asyncio.to_thread(lambda: list(tmp_path.glob("answers-v1*")))
    content = await asyncio.to_thread(path.read_bytes)
    del kept
    gc.collect()
    await asyncio.to_thread(
        path.write_bytes, content.replace(b"float64", b"float00", 1)
    )

    again = cache(in_memory=False, folder=str(tmp_path))
    with pytest.warns(SynalinksWarning, match=str(path.name)):
        found, n_known = await again.get_or_embed(keys("a", "bb"), embed)

    assert (sorted(found), n_known) == (["a", "bb"], 1)
