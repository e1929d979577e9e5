"""Program and variables files: their names, and what is read from them."""

import json
import re

import pytest

import synalinks
from synalinks.errors import ConfigurationError, FileFormatError, WriteError
from tests.builders import functional, run


@pytest.fixture
def program():
    return run(functional())


@pytest.fixture
def saved(program, tmp_path):
    """Return the paths of a program file and of a variables file."""
    program.save(tmp_path / "p.json")
    program.save_variables(tmp_path / "p.variables.json")
    return tmp_path / "p.json", tmp_path / "p.variables.json"


def load(path, program):
    """Load a file as what its name says."""
    if path.name.endswith(".variables.json"):
        return program.load_variables(path)
    return synalinks.Program.load(path)


@pytest.mark.parametrize("as_text", [True, False])
def test_a_path_may_be_a_text(program, tmp_path, as_text):
    """`str` and `Path` are equal; folders are made."""
    path = tmp_path / "new folder" / "p.json"
    name = str(path) if as_text else path

    program.save(name)

    assert synalinks.Program.load(name).name == program.name


@pytest.mark.parametrize(
    "name", ["p", "p.txt", "p.json.bak", "p.variables.json", ".js"]
)
def test_the_name_of_a_program_file(program, tmp_path, name):
    """It ends in `.json` and is not that of a variables file."""
    message = "name of a program file ends in `.json` and not in `.variables.json`"
    for act in (program.save, synalinks.Program.load):
        with pytest.raises(ConfigurationError, match=re.escape(message)):
            act(tmp_path / name)
    assert list(tmp_path.glob("p*")) == []


@pytest.mark.parametrize("name", ["p", "p.json", "p.variables", "variables.json"])
def test_the_name_of_a_variables_file(program, tmp_path, name):
    """It ends in `.variables.json`."""
    for act in (program.save_variables, program.load_variables):
        with pytest.raises(
            ConfigurationError, match=r"file ends in `.variables.json`, re"
        ):
            act(tmp_path / name)


@pytest.mark.parametrize("kind", ["save", "save_variables"])
def test_a_file_is_not_overwritten_unless_it_may_be(program, saved, kind):
    """With `overwrite=False` the file stays as it is."""
    path = saved[kind == "save_variables"]
    before = path.read_text()
    program.variables[0].update({"instructions": "changed"})

    with pytest.raises(ConfigurationError, match="exists, and `overwrite=False`"):
        getattr(program, kind)(path, overwrite=False)
    assert path.read_text() == before

    getattr(program, kind)(path)
    assert "changed" in path.read_text()


def test_a_file_that_cannot_be_written_is_told(program, tmp_path):
    """A folder in the place of the file is no file."""
    (tmp_path / "p.json").mkdir()

    with pytest.raises(WriteError, match="Cannot write"):
        program.save(tmp_path / "p.json")


def test_files_say_what_they_are(saved):
    """Format and release come first, and JSON is indented."""
    for path in saved:
        text = path.read_text()
        assert text.startswith('{\n  "format_version": 1,\n  "synalinks_version": "')
        assert text.endswith("}\n")
    assert list(json.loads(saved[0].read_text())) == [
        "format_version",
        "synalinks_version",
        "module",
        "class_name",
        "config",
        "registered_name",
        "build_config",
        "compile_config",
        "variables",
    ]
    assert list(json.loads(saved[1].read_text()))[2:] == [
        "trainable_variables",
        "non_trainable_variables",
    ]


def test_saving_twice_gives_the_same_file(program, saved):
    """Nothing in a file depends on the time or on the process."""
    before = [path.read_bytes() for path in saved]

    program.save(saved[0])
    program.save_variables(saved[1])

    assert [path.read_bytes() for path in saved] == before


@pytest.mark.parametrize("index", [0, 1], ids=["program", "variables"])
class TestDamage:
    """Files that are not whole, not ours, or not of this release."""

    def test_every_truncation_is_told(self, program, saved, index):
        """At whatever byte a file was cut off."""
        path = saved[index]
        content = path.read_bytes()
        before = program.get_state_tree()

        for length in range(0, len(content) - 2, max(1, len(content) // 300)):
            path.write_bytes(content[:length])
            with pytest.raises(FileFormatError, match="is no complete JSON document"):
                load(path, program)

        assert program.get_state_tree() == before

    @pytest.mark.parametrize(
        "text",
        ["[]", "null", "3", '"x"', "{}", '{"a": 1}', "true"],
    )
    def test_foreign_json_is_told(self, program, saved, index, text):
        """The message says what was expected, and what was found."""
        saved[index].write_text(text)

        with pytest.raises(FileFormatError, match="is not a file that synalinks wrote"):
            load(saved[index], program)

    @pytest.mark.parametrize(
        "content",
        [
            b"", b"\xff\xfe{}", b"not json", b"{}}", b"[" * 100_000,
            b"1" * 5000, b'{"a": 01}',
        ],
        ids=["empty", "no text", "prose", "two", "deep", "huge number", "bad number"],
    )  # fmt: skip
    def test_what_is_no_json_is_told(self, program, saved, index, content):
        """Whatever stands in the file."""
        saved[index].write_bytes(content)

        with pytest.raises(
            FileFormatError, match=r"JSON document|cannot be read|not a f"
        ):
            load(saved[index], program)

    def test_the_place_of_the_damage_is_told(self, program, saved, index):
        """So that it can be found in an editor."""
        lines = saved[index].read_text().splitlines()
        lines[4] = "oops"
        saved[index].write_text("\n".join(lines))

        with pytest.raises(
            FileFormatError, match="no complete JSON document at line 5"
        ):
            load(saved[index], program)

    @pytest.mark.parametrize("version", [2, 99, 0, -1, "1", None, True, 1.0])
    def test_another_format_is_told(self, program, saved, index, version):
        """A newer file is refused, and the release that wrote it named."""
        document = json.loads(saved[index].read_text())
        document |= {"format_version": version, "synalinks_version": "9.9"}
        saved[index].write_text(json.dumps(document))

        with pytest.raises(
            FileFormatError, match=r"reads up to 1. It .* synalinks '9.9'"
        ):
            load(saved[index], program)

    def test_a_missing_file_is_told(self, program, saved, index):
        """With the folder that was looked in."""
        saved[index].unlink()

        with pytest.raises(FileFormatError, match=r"There is no file .*looked in"):
            load(saved[index], program)

    def test_a_folder_is_no_file(self, program, saved, index):
        """It cannot be read."""
        saved[index].unlink()
        saved[index].mkdir()

        with pytest.raises(FileFormatError, match="cannot be read as text"):
            load(saved[index], program)


def test_a_file_of_the_other_kind_is_told(program, saved, tmp_path):
    """Programs and variables are not mixed up, whatever the files are called."""
    (tmp_path / "v.json").write_text(saved[1].read_text())
    (tmp_path / "q.variables.json").write_text(saved[0].read_text())

    with pytest.raises(FileFormatError, match="expected an object with `class_name`"):
        synalinks.Program.load(tmp_path / "v.json")
    with pytest.raises(FileFormatError, match="with `trainable_variables`"):
        program.load_variables(tmp_path / "q.variables.json")


def test_half_a_character_can_be_saved(program, tmp_path):
    """A language model may answer one; it is the same after loading."""
    program.variables[0].update({"instructions": "cut \ud83d off, é"})

    program.save(tmp_path / "p.json")
    program.save_variables(tmp_path / "p.variables.json")

    assert (
        synalinks.Program.load(tmp_path / "p.json").get_state_tree()
        == program.get_state_tree()
    )
    program.load_variables(tmp_path / "p.variables.json")
