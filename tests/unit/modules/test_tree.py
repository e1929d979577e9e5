"""The tree of modules: variables, parts, paths."""

import re

import pytest

import synalinks
from synalinks.errors import ConfigurationError, GraphError, ModuleError
from tests.builders import QUERY, Answer, Query, embedded


@pytest.fixture(autouse=True)
def _fresh_names():
    synalinks.clear_session()


class Notes(synalinks.Trainable):
    """What was learned."""

    text: str = "nothing"


class Leaf(synalinks.Module):
    """A module with one variable."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.state = self.add_variable(data_model=Notes, name="notes")

    async def call(self, inputs):
        return inputs


class Tree(synalinks.Module):
    """A module with parts in attributes, lists, tuples and dicts."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.one = Leaf(name="one")
        self.more = [Leaf(name="two"), {"deep": (Leaf(name="three"),)}]

    async def call(self, inputs):
        return await self.one(inputs)


def paths(module):
    return [path for path, _ in module.named_variables()]


class TestVariables:
    """Adding and finding variables."""

    def test_a_variable_is_found_by_path_name_and_position(self):
        """The three ways lead to the same variable."""
        tree = Tree(name="tree")
        variable = tree.more[0].state

        assert tree.get_variable(name="tree/two/notes") is variable
        assert tree.get_variable(index=1) is variable
        assert tree.get_variable(index=-2) is variable
        assert tree.get_variable("notes") is tree.one.state

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({}, "takes `name` or `index`, received name=None, index=None"),
            ({"name": "a", "index": 0}, "takes `name` or `index`, received name='a'"),
            ({"index": 3}, "`tree` has 3 variables, received index=3"),
            ({"index": -4}, "`tree` has 3 variables, received index=-4"),
            (
                {"name": "tree/two/note"},
                "no variable named 'tree/two/note'. Available: ['tree/one/notes', "
                "'tree/two/notes', 'tree/three/notes']. Did you mean `tree/two/notes`?",
            ),
        ],
        ids=["neither", "both", "too large", "too small", "unknown"],
    )
    def test_what_is_not_there_is_refused(self, arguments, message):
        """The message tells what there is."""
        with pytest.raises(ConfigurationError, match=re.escape(message)):
            Tree(name="tree").get_variable(**arguments)

    def test_a_variable_without_a_trainable_model_is_not_trainable(self):
        """Bookkeeping fields make a variable trainable."""

        class Plain(synalinks.DataModel):
            count: int = 0

        module = synalinks.Module()

        assert not module.add_variable(data_model=Plain).trainable
        assert module.add_variable(data_model=Notes).trainable
        assert not module.add_variable(data_model=Notes, trainable=False).trainable

    def test_a_variable_has_the_first_value_that_is_given(self):
        """Defaults fill in what an initializer leaves out."""
        module = synalinks.Module()

        given = module.add_variable({"text": "t"}, Notes)
        initialised = module.add_variable(
            synalinks.initializers.Initializer(json={"text": "u"}, data_model=Notes)
        )

        assert (given.get("text"), given.get("nb_visit")) == ("t", 0)
        assert initialised.get("text") == "u"
        assert given.description == "What was learned."

    @pytest.mark.parametrize("name", ["a/b", "", 3])
    def test_a_name_that_cannot_be_part_of_a_path_is_refused(self, name):
        """Names of variables are parts of paths as well."""
        with pytest.raises(ConfigurationError, match="name of a variable is a text"):
            synalinks.Module().add_variable(data_model=Notes, name=name)

    def test_two_variables_of_one_name_are_refused(self):
        """The second is not made."""
        module = Leaf(name="leaf")

        with pytest.raises(ModuleError, match="`leaf` has a variable named `notes` al"):
            module.add_variable(data_model=Notes, name="notes")
        assert len(module.variables) == 1

    def test_a_variable_in_an_attribute_is_tracked(self):
        """It need not be made by `add_variable`; a list or dict holds it as well."""
        module = synalinks.Module(name="m")
        module.own = [synalinks.Variable(data_model=Notes, name="own")]

        assert paths(module) == ["m/own"]


class TestTrainable:
    """What optimizers may change."""

    def test_setting_trainable_sets_all_parts(self):
        """Freezing and thawing go down the whole tree."""
        tree = Tree()

        tree.trainable = False
        assert tree.trainable_variables == []
        assert len(tree.non_trainable_variables) == 3
        assert not tree.more[1]["deep"][0].trainable

        tree.trainable = True
        assert len(tree.trainable_variables) == 3

    def test_a_frozen_part_is_left_out(self):
        """Variables keep their order, and every variable is in one of the lists."""
        tree = Tree()
        tree.more[0].trainable = False

        assert tree.trainable_variables == [
            tree.one.state,
            tree.more[1]["deep"][0].state,
        ]
        assert tree.non_trainable_variables == [tree.more[0].state]

    def test_a_module_made_frozen_freezes_its_parts(self):
        """The argument holds for whatever is inside, like the setter."""
        tree = Tree(trainable=False)

        assert tree.trainable_variables == []
        assert len(tree.variables) == 3

    def test_a_generator_made_frozen_can_be_thawed(self):
        """What is not trainable at first may become so."""
        generator = synalinks.Generator(data_model=Answer, trainable=False)
        assert generator.trainable_variables == []

        generator.trainable = True

        assert generator.trainable_variables == [generator.state]

    def test_a_module_that_refers_to_its_owner_is_no_endless_tree(self):
        """A reference back is followed once."""
        tree = Tree(name="tree")
        tree.one.owner = tree

        tree.trainable = False

        assert paths(tree) == ["tree/one/notes", "tree/two/notes", "tree/three/notes"]
        assert not tree.one.trainable


class TestPaths:
    """Where variables are."""

    async def test_paths_are_the_names_on_the_way(self):
        """They are the same before and after building, and on the variables."""
        tree = Tree(name="tree")
        expected = ["tree/one/notes", "tree/two/notes", "tree/three/notes"]
        assert paths(tree) == expected

        await tree(QUERY)

        assert paths(tree) == expected
        assert [variable.path for variable in tree.variables] == expected
        assert tree.more[1]["deep"][0].path == "tree/three"

    async def test_a_shared_module_has_the_path_of_its_first_place(self):
        """Its variable is one variable."""
        tree = Tree(name="tree")
        tree.again = tree.one
        tree.more[0].inner = tree.one

        assert len(tree.variables) == 3
        assert paths(tree)[0] == "tree/one/notes"

    @pytest.mark.parametrize(
        ("first", "second", "message"),
        [
            (Leaf, Leaf, "Two modules of `tree` are named `same`"),
            (
                lambda name: synalinks.Variable(data_model=Notes, name=name),
                lambda name: synalinks.Variable(data_model=Notes, name=name),
                "Two variables of `tree` are named `same`",
            ),
            (
                Leaf,
                lambda name: synalinks.Variable(data_model=Notes, name=name),
                "A module and a variable of `tree` are named `same`",
            ),
        ],
        ids=["modules", "variables", "both"],
    )
    async def test_two_parts_of_one_name_are_refused(self, first, second, message):
        """They would have one path; the first call, and saving, say so."""
        tree = Tree(name="tree")
        tree.a, tree.b = first(name="same"), second(name="same")

        with pytest.raises(GraphError, match=message):
            await tree(QUERY)
        with pytest.raises(GraphError, match=message):
            list(tree.named_variables())

    def test_parts_are_listed_before_their_siblings(self):
        """The tree is walked depth first, in the order of attributes."""
        tree = Tree(name="tree")
        tree.one.inner = Leaf(name="inner")

        names = [module.name for module in tree._flatten_modules()]

        assert names == ["tree", "one", "inner", "two", "three"]
        assert tree._flatten_modules(include_self=False)[0] is tree.one
        assert tree._flatten_modules(recursive=False)[1:] == tree.children()

    def test_arguments_of_the_constructor_are_no_parts(self):
        """What a module was given but does not keep is not its own."""

        class Forgetful(synalinks.Module):
            def __init__(self, other):
                super().__init__()

        assert Forgetful(Leaf()).children() == []


async def test_language_models_are_those_that_are_called():
    """Each is listed once, however many modules share it."""
    model, other = embedded(), embedded(seed=1)
    tree = Tree()
    tree.a = synalinks.Generator(data_model=Answer, language_model=model)
    tree.b = synalinks.ChainOfThought(data_model=Answer, language_model=model)
    tree.c = synalinks.Generator(language_model=other)

    assert tree.language_models == [model, other]


async def test_variables_made_in_build_have_paths_at_once():
    """A part that makes its state when it is built knows where it is."""

    class Late(synalinks.Module):
        async def build(self, inputs):
            self.state = self.add_variable(data_model=Notes, name="late")
            self.path_at_once = self.state.path

        async def call(self, inputs):
            return inputs

    class Owner(synalinks.Module):
        def __init__(self):
            super().__init__(name="owner")
            self.part = Late(name="part")

        async def call(self, inputs):
            return await self.part(inputs)

    owner = Owner()
    await owner(Query)

    assert owner.part.path_at_once == "owner/part/late"
    assert paths(owner) == ["owner/part/late"]
