"""Objects that remember how they were made."""

import pytest

import synalinks
from synalinks.errors import ConfigurationError
from synalinks.saving import Configurable
from tests.builders import QUERY, run


class Everything(Configurable):
    """A constructor with every kind of parameter."""

    def __init__(self, first, second=2, *, third=3, **options):
        self.third = third
        self.options = options


def test_arguments_are_remembered_however_they_were_given():
    """By position, by name, by default, in `**options`."""
    assert Everything(1, third="x", extra=[5]).get_config() == {
        "first": 1,
        "second": 2,
        "third": "x",
        "extra": [5],
    }


def test_an_object_is_made_again():
    """`from_config` undoes `get_config`."""
    one = Everything(1, extra={"a": (1, 2)})

    other = Everything.from_config(one.get_config())

    assert other.get_config() == one.get_config()
    assert other.options == {"extra": {"a": [1, 2]}}


def test_the_arguments_are_those_of_the_outermost_class():
    """What a subclass hands on is its own matter."""

    class Sub(Everything):
        def __init__(self, width):
            super().__init__(width, second=width, third=width, more=1)

    assert Sub(7).get_config() == {"width": 7}
    assert Sub.from_config({"width": 8}).third == 8


@pytest.mark.parametrize(
    "attribute", ["name", "description", "trainable", "language_model"]
)
def test_what_may_change_later_is_saved_as_it_is(attribute):
    """Name, description, trainable and language model, if they are arguments."""

    class Changing(Configurable):
        def __init__(self, **kwargs):
            vars(self).update(kwargs)

    changing = Changing(**{attribute: "old", "other": "old"})
    setattr(changing, attribute, "new")
    changing.other = "new"

    assert changing.get_config() == {attribute: "new", "other": "old"}


def test_rest_arguments_cannot_be_saved():
    """They have no names; the message says what to do."""

    class Rest(Configurable):
        def __init__(self, *parts):
            self.parts = parts

    assert Rest().get_config() == {}
    with pytest.raises(
        ConfigurationError, match=r"`Rest` was made with posit.*`\*parts"
    ):
        Rest(1, 2).get_config()


def test_wrong_arguments_are_told_by_python():
    """Remembering them does not get in the way."""
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        Everything()
    with pytest.raises(TypeError, match="multiple values"):
        Everything(1, first=2)


class TestForgottenInit:
    """A subclass whose `__init__` does not call the one of its base."""

    class ForgetfulModule(synalinks.Module):
        def __init__(self):
            self.inner = synalinks.Identity()

        async def call(self, inputs):
            return inputs

    class ForgetfulProgram(synalinks.Program):
        def __init__(self):
            self.inner = synalinks.Identity()

    class ForgetfulMetric(synalinks.metrics.Mean):
        def __init__(self):
            self.other = 3

    class HastyModule(synalinks.Module):
        def __init__(self):
            self.state = self.add_variable({"a": 1}, name="v")
            super().__init__()

    @pytest.mark.parametrize(
        ("use", "cls"),
        [
            (lambda cls: repr(cls()), ForgetfulModule),
            (lambda cls: cls().variables, ForgetfulModule),
            (lambda cls: run(cls()(QUERY)), ForgetfulModule),
            (lambda cls: run(cls()(QUERY)), ForgetfulProgram),
            (lambda cls: cls().summary(), ForgetfulProgram),
            (lambda cls: cls().name, ForgetfulMetric),
            (lambda cls: cls(), HastyModule),
        ],
    )
    def test_it_is_told(self, use, cls):
        """By the name of the class, with what to write."""
        name = cls.__name__
        with pytest.raises(
            AttributeError,
            match=rf"`{name}` has no `\w+` yet: `{name}.__init__` must call "
            r"`super\(\).__init__\(...\)` before anything else",
        ):
            use(cls)

    def test_other_attributes_are_missed_as_usual(self):
        """The message of Python, also from inside a property."""

        class Asking(synalinks.Module):
            @property
            def asks(self):
                return self.nothing

        module = Asking()

        usual = r"'Asking' object has no attribute 'nothing'"
        with pytest.raises(AttributeError, match=usual):
            _ = module.nothing
        with pytest.raises(AttributeError, match=usual):
            _ = module.asks
        assert not hasattr(module, "nothing")
