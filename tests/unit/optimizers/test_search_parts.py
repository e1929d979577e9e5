"""The small parts that optimizers are made of."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synalinks._internal.rng import stream
from synalinks.contracts import Candidate, Rollout
from synalinks.errors import MissingDependencyError
from synalinks.optimizers import Ledger
from synalinks.optimizers import _choice_samplers as samplers
from synalinks.optimizers._bandit import Bandit
from synalinks.optimizers._halving import Halving
from synalinks.optimizers._merge import merged_values
from synalinks.optimizers._novelty import cosine_distance, dominated_novelty
from synalinks.optimizers._pareto import draw_parent, front_counts
from synalinks.optimizers._posterior import posterior_mean
from synalinks.optimizers._search_tree import SearchTree

REWARDS = st.dictionaries(
    st.sampled_from("abcdef"),
    st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=4, max_size=4),
    min_size=1,
)
IDS = ["0", "1", "2", "3"]


def by_sample(rewards):
    return {key: dict(zip(IDS, values, strict=True)) for key, values in rewards.items()}


# -- the front ---------------------------------------------------------------------


def test_who_is_best_somewhere_is_on_the_front():
    """The mean does not matter, being best on a sample does."""
    rewards = by_sample({"a": [1, 0, 0, 0], "b": [0, 1, 1, 0], "c": [0, 0.5, 0.5, 0]})

    counts = front_counts(rewards, IDS)

    assert counts == {"a": 2, "b": 3}


@given(rewards=REWARDS)
def test_the_front_covers_every_sample_and_nobody_is_spare(rewards):
    """Each sample's best value is on the front, and each member is needed for one."""
    table = by_sample(rewards)
    front = front_counts(table, IDS).keys()

    def best(keys):
        return [max(table[key][one] for key in keys) for one in IDS]

    assert best(front) == best(table)
    if len(front) > 1:
        assert all(best(front - {key}) != best(table) for key in front)


@pytest.mark.parametrize("pair", ["ab", "cd", "ef", "gh", "ij", "kl", "mn", "op"])
def test_of_equal_ones_the_first_is_spare(pair):
    """Not the one that a set happens to hold first, which another process does not."""
    first, second = pair
    rewards = by_sample({first: [1, 0, 1, 0], second: [1, 0, 1, 0]})

    assert front_counts(rewards, IDS) == {second: 4}


def test_parents_are_drawn_by_how_often_they_are_best():
    """Who is best on three of four samples is the parent three times of four."""
    draws = [draw_parent({"a": 3, "b": 1}, stream(0, i)) for i in range(400)]

    assert 0.65 <= draws.count("a") / 400 <= 0.85


# -- merging -----------------------------------------------------------------------


def candidate(first, second, *parents):
    return Candidate(
        values={"m0": {"t": first}, "m1": {"t": second}},
        parents=tuple(one.digest for one in parents),
    )


def test_a_merge_takes_what_each_lineage_has_changed():
    """One has changed the first module, the other one the second: both changes."""
    root = candidate("x", "x")
    left, right = candidate("L", "x", root), candidate("x", "R", root)
    known = {one.digest: one for one in (root, left, right)}

    assert merged_values(left, right, known) == {"m0": {"t": "L"}, "m1": {"t": "R"}}


def test_where_both_have_changed_the_better_one_wins():
    """A conflict is the better candidate's."""
    root = candidate("x", "x")
    left, right = candidate("L", "x", root), candidate("R", "R", root)
    known = {one.digest: one for one in (root, left, right)}

    assert merged_values(left, right, known) == {"m0": {"t": "L"}, "m1": {"t": "R"}}


def test_parent_and_child_are_not_merged():
    """Of one lineage there is nothing to combine."""
    root = candidate("x", "x")
    child = candidate("L", "x", root)
    known = {one.digest: one for one in (root, child)}

    assert merged_values(root, child, known) is None
    assert merged_values(candidate("a", "b"), candidate("c", "d"), {}) is None


# -- beliefs -----------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 8, 50, 1000])
def test_few_measurements_move_a_belief_less(n):
    """One lucky sample is no proof; a thousand are."""
    belief = posterior_mean([1.0] * n, rival=0.0, prior=0.0, prior_sd=0.06)

    assert {1: 0, 8: 0.05, 50: 0.5, 1000: 0.99}[n] <= belief
    assert belief <= {1: 0.05, 8: 0.2, 50: 0.9, 1000: 1.0}[n]


def test_without_measurements_a_child_is_like_its_parent():
    """The belief of a child begins with that of its parent."""
    assert posterior_mean([], rival=0.3, prior=0.2, prior_sd=0.1) == 0.2


def test_a_sample_that_a_lineage_was_made_from_does_not_judge_it():
    """Rewards on memorised samples do not count."""
    ledger = Ledger()
    root = Candidate(values={"m": {"t": "root"}})
    child = Candidate(values={"m": {"t": "c"}}, metadata={"shown": ["0", "1"]})
    for one, rewards in ((root, [0, 0, 1, 1]), (child, [1, 1, 0, 0])):
        ledger.record(
            one,
            [
                Rollout(sample_id=key, inputs=None, reward=float(reward))
                for key, reward in zip(IDS, rewards, strict=True)
            ],
        )
    tree = SearchTree(0.1)
    tree.add(root, None)
    tree.add(child, root.digest)

    assert tree.beliefs(ledger, IDS)[child.digest] < 0
    assert tree.ranked(ledger, IDS, min_cells=2)[0] is root
    assert tree.ranked(ledger, [*IDS, "4"], min_cells=3) == [root]


# -- races and bandits -------------------------------------------------------------


def test_only_the_best_third_of_recent_children_goes_on():
    """The bar rises with what others have reached."""
    halving = Halving()
    for lead in (0.5, 0.4, 0.3, 0.2, 0.1, 0.05):
        halving.passes(8, lead)

    assert not halving.passes(8, 0.25)
    assert halving.passes(8, 0.45)
    assert not halving.passes(8, -0.1)


def test_a_tie_goes_on_only_from_the_first_rung():
    """On eight samples a tie is no verdict; on more there is nothing to gain."""
    assert Halving().passes(8, 0.0)
    assert not Halving().passes(20, 0.0)


def test_what_was_reached_long_ago_is_no_bar():
    """Only the last forty children count: the best candidate was another one then."""
    halving = Halving()
    for lead in [0.5] * 30 + [0.01] * 40:
        halving.passes(8, lead)

    assert halving.passes(8, 0.02)


def test_a_bandit_prefers_what_has_worked():
    """An arm that wins is drawn more often, and state goes on through JSON."""
    bandit = Bandit(["a", "b"])
    for _ in range(20):
        bandit.note("a", is_win=True)
        bandit.note("b", is_win=False)
    other = Bandit(["a", "b"])
    other.load_state_dict(bandit.state_dict())

    draws = [other.draw(stream(0, i)) for i in range(50)]

    assert draws.count("a") > 45
    assert other.draw(stream(0), among=["b"]) == "b"


# -- novelty -----------------------------------------------------------------------


def test_novelty_is_the_distance_to_those_that_are_better():
    """The best one is infinitely novel, a copy of it not at all."""
    scores = [1.0, 0.5, 0.5]
    vectors = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]

    novelty = dominated_novelty(scores, vectors, 5, cosine_distance)

    assert novelty == [math.inf, 0.0, 1.0]


# -- samplers ----------------------------------------------------------------------


def optimum_found(sampler, n_trials=60):
    """Return how good the sampler's last choices are, on an additive surface."""
    effects = {"a": [0.0, 0.3, 0.1], "b": [0.2, 0.0], "c": [0.0, 0.0, 0.0, 0.4]}
    levels = {name: len(values) for name, values in effects.items()}
    trials = []
    for index in range(n_trials):
        random = stream(3, index)
        chosen = sampler.suggest(levels, trials, random)
        truth = sum(effects[name][level] for name, level in chosen.items())
        trials.append((chosen, truth + random.gauss(0, 0.1)))
    return (
        sum(
            sum(effects[name][level] for name, level in chosen.items())
            for chosen, _ in trials[-10:]
        )
        / 10
    )


def test_the_additive_sampler_finds_the_best_levels():
    """Sixty noisy trials of 24 combinations are enough to find the good ones."""
    assert optimum_found(samplers.AdditiveSampler()) > 0.75


def test_tpe_says_what_to_install():
    """Without optuna the message names the extra, and the way without it."""
    try:
        import optuna  # noqa: F401
    except ImportError:
        with pytest.raises(MissingDependencyError, match="`python -m pip install"):
            samplers.new_sampler("tpe")
    else:
        assert optimum_found(samplers.new_sampler("tpe")) > 0.6
