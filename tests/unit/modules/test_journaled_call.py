"""Calls with effects, made once in a run."""

import pytest

from synalinks._internal import context
from synalinks._internal.journal import Journal
from synalinks.errors import DivergenceError, ModuleError, ToolServerError
from synalinks.modules._journaled_call import call_once
from tests.builders import run


def journaled(folder, *calls):
    """Make calls in a run that keeps a journal; what each gave or raised."""

    async def all_of_them(journal):
        given = []
        with context.bound(context.journal, journal), context.inside("fit"):
            for name, arguments, call in calls:
                try:
                    given.append(await call_once(name, arguments, call))
                except ModuleError as error:
                    given.append(str(error))
        return given

    journal = Journal(folder)
    journal.open()
    try:
        return run(all_of_them(journal))
    finally:
        journal.close()


def counting(results):
    """Return a call that gives the next result, or raises it."""

    async def call():
        result = results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    return call


async def test_without_a_journal_each_call_is_made():
    """There is no run that could be gone on with."""
    call = counting([1, None])

    assert await call_once("f", {}, call) == 1
    assert await call_once("f", {}, call) is None


def test_results_and_errors_are_kept(tmp_path):
    """In the order in which equal calls were made."""
    first = counting([{"a": 1}, None, ValueError("no")])
    calls = [("f", {"n": 1})] * 3

    given = journaled(tmp_path, *[(*one, first) for one in calls])
    again = journaled(tmp_path, *[(*one, counting([])) for one in calls])

    assert given == [{"a": 1}, None, "ValueError: no"]
    assert again == given


def test_another_call_in_the_place_of_a_kept_one_is_refused(tmp_path):
    """What depends on the time or on chance would have its effects twice."""
    journaled(tmp_path, ("f", {"n": 1}, counting([1])))

    with pytest.raises(DivergenceError, match=r"calls `f` with other arguments .*2"):
        journaled(tmp_path, ("f", {"n": 2}, counting([])))


def test_a_call_that_met_a_dead_server_may_be_made_again(tmp_path):
    """It is no result: nothing is kept."""
    with pytest.raises(ToolServerError, match="down"):
        journaled(tmp_path, ("f", {}, counting([ToolServerError("down")])))

    assert journaled(tmp_path, ("f", {}, counting([1]))) == [1]
