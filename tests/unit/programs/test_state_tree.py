"""Variables as a tree of JSON."""

import re

import pytest

import synalinks
from synalinks.errors import StateMismatchError
from tests.builders import QUERY, Answer, Query, embedded, functional, run


@pytest.fixture(autouse=True)
def _fresh_names():
    synalinks.clear_session()


class Weights(synalinks.Trainable):
    """Fields of all kinds."""

    table: dict = synalinks.Field(default={})
    options: dict[str, float] = synalinks.Field(default={})
    rows: list[dict] = synalinks.Field(default=[])
    text: str | None = None


class Count(synalinks.DataModel):
    count: int = 0
    predictions: list[str] = synalinks.Field(default=[])


class Keeper(synalinks.Module):
    """A module with a trainable and a plain variable."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.weights = self.add_variable(data_model=Weights, name="weights")
        self.count = self.add_variable(data_model=Count, name="count")

    async def call(self, inputs):
        return inputs


def keeper(name="keeper", **options):
    return synalinks.Sequential([Keeper(name=name)], description="d", **options)


VALUES = [
    {"table": {}, "options": {}, "rows": [{}]},
    {"table": {"a/b": {"c/d": [1, {"": None}]}, "": {"x": {}}}},
    {"options": {"x": 1.5, "/": -0.0}, "text": ""},
    {"rows": [{"trainable_variables": {"weights": 1}}], "text": "é\n\u2028"},
    {"table": {"class_name": "Generator", "config": {"a": 1}}},
    {"best_candidates": [{"instructions": "i", "reward": 0.5, "reward_count": 3}]},
]


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_any_value_comes_back_as_it_was(value, tmp_path):
    """Dicts, empty ones and keys with `/` included, through tree and file."""
    program, other = keeper(), keeper()
    program.get_variable("weights").update(value)
    program.get_variable("count").update({"count": 3, "predictions": ["kept"]})

    other.set_state_tree(program.get_state_tree())
    assert other.get_state_tree() == program.get_state_tree()
    assert other.get_variable("weights").get_json() == (
        program.get_variable("weights").get_json()
    )

    program.save_variables(tmp_path / "p.variables.json")
    third = keeper()
    third.load_variables(tmp_path / "p.variables.json")
    assert third.get_state_tree() == program.get_state_tree()


def test_the_tree_is_that_of_the_paths():
    """Trainable variables and the others are kept apart."""
    tree = keeper().get_state_tree()

    assert list(tree) == ["trainable_variables", "non_trainable_variables"]
    assert tree["trainable_variables"]["keeper"].keys() == {"weights"}
    assert tree["non_trainable_variables"] == {
        "keeper": {"count": {"count": 0, "predictions": []}}
    }


@pytest.mark.parametrize("is_frozen", [False, True], ids=["trainable", "frozen"])
def test_training_predictions_are_not_saved(is_frozen):
    """They may be private; what was learned is kept."""
    program = run(functional())
    (variable,) = program.variables
    secret = {"inputs": {"query": "SECRET"}, "outputs": {"answer": "SECRET"}}
    learned = {
        "instructions": "learned",
        "examples": [{"inputs": {"query": "q"}, "outputs": {"answer": "a"}}],
        "best_candidates": [{"instructions": "learned", "reward": 1.0}],
        "history": [{"instructions": "first"}],
        "seed_candidates": [{"instructions": "seed"}],
    }
    notes = ["predictions", "current_predictions", "candidates"]
    variable.update({**learned, **{key: [secret] for key in notes}})
    program.trainable = not is_frozen

    text = str(program.get_state_tree())
    kind = "non_trainable_variables" if is_frozen else "trainable_variables"
    saved = program.get_state_tree()[kind]["writer"]["state_writer"]

    assert "SECRET" not in text
    assert {key: saved[key] for key in learned} == learned
    assert all(saved[key] == [] for key in notes)
    assert variable.get("predictions") == [secret]


def test_what_was_saved_frozen_loads_into_a_trainable_program():
    """And the other way round: where a value stands does not matter."""
    program, other = keeper(), keeper()
    program.get_variable("weights").update({"text": "kept"})
    program.trainable = False

    other.set_state_tree(program.get_state_tree())
    assert other.get_variable("weights").get("text") == "kept"

    program.set_state_tree(other.get_state_tree())


class TestMismatch:
    """A tree of another program changes nothing."""

    def tree(self):
        return keeper().get_state_tree()

    def refused(self, tree, message, program=None, **options):
        program = program or keeper()
        before = program.get_state_tree()
        with pytest.raises(StateMismatchError, match=re.escape(message)):
            program.set_state_tree(tree, **options)
        assert program.get_state_tree() == before

    def test_missing_and_unknown_paths_are_named(self):
        """Both at once, with what to do."""
        tree = self.tree()
        weights = tree["trainable_variables"]["keeper"].pop("weights")
        tree["trainable_variables"]["other"] = {"weights": weights}

        self.refused(
            tree,
            "Missing in the file: ['keeper/weights']. "
            "Unknown to the program: ['other']. Build the program as it was",
        )

    def test_what_matches_can_be_loaded(self):
        """With `strict=False` the rest is passed over."""
        program, tree = keeper(), self.tree()
        tree["trainable_variables"]["keeper"]["weights"]["text"] = "loaded"
        tree["trainable_variables"]["other"] = {}
        del tree["non_trainable_variables"]

        program.set_state_tree(tree, strict=False)

        assert program.get_variable("weights").get("text") == "loaded"

    @pytest.mark.parametrize(
        ("path", "value", "message"),
        [
            ((), [], "Saved variables are a JSON object, found: []"),
            (
                ("trainable_variables",),
                3,
                "`trainable_variables` of the saved variable",
            ),
            (("trainable_variables",), None, "`trainable_variables` of the saved vari"),
            (("trainable_variables", "keeper"), [1], "`keeper` of the saved variables"),
            (("trainable_variables", "keeper"), None, "two values for `non_trainable"),
            (
                ("trainable_variables", "keeper", "weights"),
                "x",
                "`keeper/weights` of the saved variables is no JSON object: 'x'",
            ),
            (
                ("trainable_variables", "keeper", "weights", "options"),
                {"a": "b"},
                "The saved value of `keeper/weights` does not fit the program's",
            ),
            (
                ("trainable_variables", "keeper", "weights", "unknown"),
                1,
                "The saved value of `keeper/weights` does not fit the program's",
            ),
            (
                ("non_trainable_variables", "keeper", "count", "count"),
                "three",
                "The saved value of `keeper/count` does not fit the program's",
            ),
            (
                ("non_trainable_variables", "keeper", "weights"),
                {},
                "The saved value of `keeper/weights`",
            ),
        ],
    )
    def test_wrong_types_are_told(self, path, value, message):
        """Wherever they stand; the first variable is not changed before the last."""
        tree = self.tree()
        if path == ("non_trainable_variables", "keeper", "weights"):
            # The same path in both trees: the value would be made of two.
            tree["trainable_variables"]["keeper"]["weights"] = 3
            message = "two values for"
        if not path:
            tree = value
        else:
            *parents, last = path
            part = tree
            for parent in parents:
                part = part[parent]
            part[last] = value
        if path == ("trainable_variables", "keeper"):
            message = "two values for `non_trainable_variables/keeper`"

        self.refused(tree, message)

    def test_nothing_changes_if_the_last_value_is_wrong(self):
        """Values are checked before any of them is set."""
        program, tree = keeper(), self.tree()
        tree["trainable_variables"]["keeper"]["weights"]["text"] = "new"
        tree["non_trainable_variables"]["keeper"]["count"]["count"] = []

        self.refused(tree, "`keeper/count`", program)

    def test_a_field_that_is_missing_has_its_default(self):
        """A file may be older than a field; one without default is told."""
        program, tree = keeper(), self.tree()
        program.get_variable("weights").update({"text": "x", "options": {"a": 1.0}})
        del tree["trainable_variables"]["keeper"]["weights"]["options"]

        program.set_state_tree(tree)

        assert program.get_variable("weights").get("options") == {}
        generator = run(functional())
        tree = generator.get_state_tree()
        del tree["trainable_variables"]["writer"]["state_writer"]["instructions"]
        self.refused(tree, "'instructions' is a required property", generator)

    @pytest.mark.parametrize(
        "state",
        [
            3,
            [1],
            {"optimizer": 3},
            {"a": {"iterations_a": 1}},
            {"a": {"iterations_a": {"iterations": "many"}}},
            {"a": {"iterations_a": {"iterations": 3, "epochs": [1]}}},
        ],
        ids=str,
    )
    def test_a_malformed_state_of_the_optimizer_changes_nothing(self, state):
        """Neither variables nor counts."""
        program = keeper()
        program.compile(optimizer="random_few_shot", reward="exact_match")
        tree = program.get_state_tree()
        tree["trainable_variables"]["keeper"]["weights"]["text"] = "new"
        tree["optimizer_non_trainable_variables"] = state

        self.refused(tree, "optimizer", program)


class TestNumbers:
    """Automatic names depend on what was made before in the process."""

    def program(self, n_before=0):
        synalinks.clear_session()
        for _ in range(n_before):
            synalinks.Generator()
            synalinks.ChainOfThought(data_model=Answer)
        model = embedded()
        return synalinks.Sequential(
            [
                synalinks.Input(data_model=Query),
                synalinks.Generator(data_model=Query, language_model=model),
                synalinks.ChainOfThought(data_model=Query, language_model=model),
                synalinks.Generator(data_model=Answer, language_model=model),
                synalinks.Generator(
                    data_model=Answer, language_model=model, name="chosen_1"
                ),
            ],
            description="d",
        )

    @pytest.mark.parametrize(("before", "after"), [(0, 3), (2, 0), (1, 2), (9, 10)])
    def test_numbers_may_differ(self, before, after, tmp_path):
        """Values go to the modules in the order in which they were made."""
        saved = self.program(before)
        for number, variable in enumerate(saved.variables):
            variable.update({"instructions": str(number)})
        saved.save_variables(tmp_path / "p.variables.json")

        loaded = self.program(after)
        loaded.load_variables(tmp_path / "p.variables.json")

        assert [one.get("instructions") for one in loaded.variables] == list("0123")

    def test_a_frozen_module_does_not_change_the_order(self, tmp_path):
        """The trees of trainable and other variables are matched together."""
        saved = self.program(1)
        for number, variable in enumerate(saved.variables):
            variable.update({"instructions": str(number)})
        saved.modules[1].trainable = False
        saved.save_variables(tmp_path / "p.variables.json")

        loaded = self.program(3)
        loaded.load_variables(tmp_path / "p.variables.json")

        assert [one.get("instructions") for one in loaded.variables] == list("0123")

    def test_a_chosen_name_is_matched_to_the_letter(self):
        """Its number is part of what the user said."""
        tree = self.program().get_state_tree()
        tree["trainable_variables"]["chosen_2"] = tree["trainable_variables"].pop(
            "chosen_1"
        )

        with pytest.raises(StateMismatchError, match=re.escape("chosen_2']")):
            self.program().set_state_tree(tree)


def test_a_program_of_another_name_takes_the_same_tree():
    """The root's own name is in no path."""
    tree = keeper(name="k").get_state_tree()

    synalinks.Sequential([Keeper(name="k")], description="d", name="x").set_state_tree(
        tree
    )


def test_state_that_is_made_in_build_is_there_after_the_first_call():
    """Before, there is nothing to load it into."""

    class Late(synalinks.Module):
        async def build(self, inputs):
            self.add_variable(data_model=Count, name="count")

        async def call(self, inputs):
            return inputs

    program = synalinks.Sequential([Late(name="late")], description="d")
    run(program(QUERY))
    program.get_variable("count").update({"count": 5})
    tree = program.get_state_tree()
    other = synalinks.Sequential([Late(name="late")], description="d")

    with pytest.raises(StateMismatchError, match=r"Unknown to the program: \['late'\]"):
        other.set_state_tree(tree)
    run(other(QUERY))
    other.set_state_tree(tree)

    assert other.get_variable("count").get("count") == 5
