"""Races."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synalinks.contracts import Candidate, Rollout
from synalinks.optimizers import Ledger
from synalinks.optimizers._race import Race


def candidate(name):
    return Candidate(values={"gen/state": {"instructions": name}})


def run(rewards, *, n_samples, first_rung=4, uncertainty=0.5):
    """Race the candidates; return the winner's name and the cells measured of each."""
    ledger = Ledger()
    names = {candidate(name).digest: name for name in rewards}
    incumbent, *challengers = map(candidate, rewards)
    race = Race(
        incumbent=incumbent,
        challengers=challengers,
        sample_ids=[str(i) for i in range(n_samples)],
        first_rung=first_rung,
        uncertainty=uncertainty,
        ledger=ledger,
    )
    cells = dict.fromkeys(rewards, 0)
    while trials := race.wanted():
        for trial in trials:
            name = names[trial.candidate.digest]
            cells[name] += len(trial.sample_ids)
            ledger.record(
                trial.candidate,
                [
                    Rollout(sample_id=i, inputs=None, reward=rewards[name][int(i)])
                    for i in trial.sample_ids
                ],
            )
    return names[race.winner.digest], cells


def test_the_better_one_wins_on_all_samples():
    """A challenger that is ahead on all samples replaces the incumbent."""
    winner, cells = run({"old": [0.0] * 20, "new": [1.0] * 20}, n_samples=20)

    assert winner == "new"
    assert cells == {"old": 20, "new": 20}


def test_the_clearly_worse_one_is_dropped_early():
    """A challenger that loses the first samples costs no more."""
    winner, cells = run({"old": [1.0] * 20, "new": [0.0] * 20}, n_samples=20)

    assert winner == "old"
    assert cells == {"old": 4, "new": 4}


def test_a_tie_keeps_the_incumbent():
    """An equal challenger is no reason to change the program."""
    winner, _ = run({"old": [0.5] * 8, "new": [0.5] * 8}, n_samples=8)

    assert winner == "old"


def test_one_bad_sample_is_no_verdict():
    """Who is a little behind on the first samples may still win."""
    late = [0.8, 1.0, 1.0, 1.0] + [1.0] * 12
    winner, _ = run({"old": [1.0] * 4 + [0.0] * 12, "new": late}, n_samples=16)

    assert winner == "new"


def test_a_race_without_challengers_is_over():
    """No proposal costs nothing."""
    assert run({"old": [1.0]}, n_samples=1) == ("old", {"old": 0})


@given(
    rewards=st.dictionaries(
        st.sampled_from("abcde"),
        st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=12, max_size=12),
        min_size=1,
    ),
    first_rung=st.integers(1, 20),
)
def test_the_winner_is_never_worse_than_the_incumbent(rewards, first_rung):
    """Whatever the rewards, no cell is asked for twice and nobody worse wins."""
    winner, cells = run(rewards, n_samples=12, first_rung=first_rung)

    incumbent = next(iter(rewards))
    assert sum(rewards[winner]) >= sum(rewards[incumbent])
    assert all(n_cells <= 12 for n_cells in cells.values())


@pytest.mark.parametrize("n_challengers", [1, 3])
def test_the_incumbent_is_measured_once_for_all(n_challengers):
    """Several challengers share the incumbent's cells."""
    rewards = {"old": [0.0] * 8}
    rewards |= {str(i): [i / 10 + 0.1] * 8 for i in range(n_challengers)}

    winner, cells = run(rewards, n_samples=8)

    assert winner == str(n_challengers - 1)
    assert cells["old"] == 8


def test_each_rung_takes_four_times_as_many_samples():
    """A race of 100 samples has four decisions, whoever is in it."""
    ledger = Ledger()
    old, new = candidate("old"), candidate("new")
    race = Race(
        incumbent=old,
        challengers=[new],
        sample_ids=[str(i) for i in range(100)],
        first_rung=4,
        uncertainty=0.5,
        ledger=ledger,
    )
    sizes = []
    while trials := race.wanted():
        sizes += [len(one.sample_ids) for one in trials if one.candidate is new]
        for trial in trials:
            reward = float(trial.candidate is new)
            ledger.record(
                trial.candidate,
                [
                    Rollout(sample_id=one, inputs=None, reward=reward)
                    for one in trial.sample_ids
                ],
            )

    assert sizes == [4, 12, 48, 36]
