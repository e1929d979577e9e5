"""`plot_program`: a picture of a program."""

from pathlib import Path

import pytest
from builders import Answer, Query, embedded, functional, run

import synalinks
from synalinks.errors import ConfigurationError, NotBuiltError
from synalinks.utils import plot_program, program_to_dot


def test_a_picture_is_written(tmp_path):
    """The file is a PNG where asked for, named for the program."""
    program = run(functional(name="triage"))

    path = plot_program(program, to_folder=tmp_path, show_schemas=True, dpi=40)

    assert path == str(tmp_path / "triage.png")
    assert (tmp_path / "triage.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "option",
    [
        {"show_schemas": True},
        {"show_module_names": True},
        {"show_trainable": True},
        {"show_schemas": True, "show_defs": True},
        {"expand_nested": True},
        {"rankdir": "LR"},
        {"dpi": 30},
    ],
    ids=lambda option: "+".join(option),
)
def test_options_change_the_picture(option, tmp_path):
    """What is asked for shows: the picture is another one than without it."""

    class Part(synalinks.DataModel):
        text: str

    class Parts(synalinks.DataModel):
        parts: list[Part]

    async def nested():
        inputs = synalinks.Input(data_model=Parts)
        generator = synalinks.Generator(data_model=Answer, language_model=embedded())
        inner = synalinks.Program(inputs=inputs, outputs=await generator(inputs))
        outer = synalinks.Input(data_model=Parts)
        return synalinks.Program(inputs=outer, outputs=await inner(outer))

    program = run(nested())
    *others, last = option  # types are shown within schemas
    plain = {name: option[name] for name in others}
    pictures = [
        Path(plot_program(program, f"{name}.png", tmp_path, **{"dpi": 40, **given}))
        for name, given in (("plain", plain), (last, option))
    ]

    assert pictures[0].read_bytes() != pictures[1].read_bytes()


def test_the_graph_in_dot():
    """Boxes say what they are, and arrows what they take."""
    program = run(functional(name="triage"))

    text = program_to_dot(program, show_schemas=True, show_module_names=True)

    assert 'label="Generator\\nwriter\\nanswer: string"' in text
    assert "n0 -> n1;" in text


def test_a_program_without_a_graph():
    """A program that overrides `call` is a box with its modules under it."""

    class Own(synalinks.Program):
        """A program."""

        def __init__(self):
            super().__init__(name="own")
            self.first = synalinks.Identity(name="first")
            self.second = synalinks.Identity(name="second")

        async def call(self, inputs, training=False):
            """Pass through both."""
            return await self.second(await self.first(inputs))

    program = Own()
    with pytest.raises(NotBuiltError, match="is not built"):
        plot_program(program)
    run(program(Query(query="a")))

    text = program_to_dot(program, show_module_names=True)

    assert "n0 -> n1;" in text
    assert "n0 -> n2;" in text


@pytest.mark.parametrize(
    ("options", "said"),
    [({"rankdir": "XY"}, "'TB' or 'LR'"), ({"to_file": "a.doc"}, "format such as")],
)
def test_arguments(options, said):
    """What cannot be drawn is refused, and no file is written."""
    with pytest.raises(ConfigurationError, match=said):
        plot_program(run(functional()), **options)
