"""What a program saves of itself, and how it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.json import dumps
from synalinks._internal.naming import snake_case
from synalinks.errors import (
    ConfigurationError,
    FileFormatError,
    SavingError,
    StateMismatchError,
    boundary,
)
from synalinks.modules import Module
from synalinks.programs._files import (
    checked_path,
    document_text,
    parse_document,
    read_document,
    write_document,
)
from synalinks.programs._loading import load_document
from synalinks.programs._state_tree import matched_values, to_trees
from synalinks.programs._unregistered import warn_of_unregistered
from synalinks.saving import serialize_synalinks_object, with_shared_ids
from synalinks.training import Trainer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from synalinks._internal.json import JsonObject
    from synalinks.language_models import ProviderModel
    from synalinks.programs._program import Program


class SavedProgram(Trainer, Module):
    """The part of `Program` that reads and writes its variables and files."""

    _told_unregistered: set[str]

    # -- variables -------------------------------------------------------------

    def get_state_tree(self) -> JsonObject:
        """Return the values of all variables, by kind and path."""
        trainable = set(map(id, self.trainable_variables))
        trees = to_trees(
            dict(self.named_variables()), lambda variable: id(variable) in trainable
        )
        return {**trees, **self._training_state()}

    def set_state_tree(self, tree: Mapping[str, Any], *, strict: bool = True) -> None:
        """Set all variables: all of them, or none if something does not fit.

        Args:
            tree: What `get_state_tree` returned.
            strict: Whether missing and unknown variables are an error.

        Raises:
            StateMismatchError: The tree is not one of this program.
        """
        matched = matched_values(
            tree,
            dict(self.named_variables()),
            self._automatic_names(),
            strict=strict,
        )
        before = self._training_state()
        try:
            what = "The saved state of the optimizer is malformed"
            with boundary(StateMismatchError, what):
                self._load_training_state(dict(tree))
        except StateMismatchError:
            self._load_training_state(before)
            raise
        for variable, value in matched:
            variable.assign(value)

    def _automatic_names(self) -> set[str]:
        stems = {snake_case(type(part).__name__) for part in self._flatten_modules()}
        return {"variable", *stems}

    # -- files -----------------------------------------------------------------

    def save(self, filepath: str | Path, overwrite: bool = True) -> None:
        """Save the whole program: modules, variables and compile settings.

        One warning names classes and functions of one's own that are not registered:
        another process will not find them.

        Args:
            filepath: Ends in `.json`.
            overwrite: Whether a file that is there may be replaced.

        Raises:
            ConfigurationError: The name is wrong, or the file is there.
            WriteError: The file could not be written; an old one is untouched.
        """
        path = checked_path(filepath, holds_variables=False)
        document = self._document()
        content = {**document, "variables": self.get_state_tree()}
        write_document(path, content, overwrite=overwrite)
        warn_of_unregistered(path, document, self._told_unregistered)

    def to_file_text(self) -> str:
        """Return what `save` writes, for those who keep it elsewhere."""
        return document_text({**self._document(), "variables": self.get_state_tree()})

    @classmethod
    def load(
        cls,
        filepath: str | Path,
        custom_objects: Mapping[str, Any] | None = None,
        *,
        models: Mapping[str, ProviderModel] | None = None,
        trust_endpoints: bool = False,
    ) -> Program:
        """Load a program that `save` wrote.

        Nothing in the file is run: only registered classes and those in
        `custom_objects` are used.

        Args:
            filepath: Ends in `.json`.
            custom_objects: Classes and functions of one's own, by name.
            models: Models of one's own, by the identifiers of those in the file that
                they replace, such as `{"openai/x": synalinks.LanguageModel(...)}`.
            trust_endpoints: Whether the addresses (`api_base` and the like) that the
                file gives its models are used. A file of somebody else's could have
                your prompts and your API key sent to theirs, so that without this a
                file with addresses is refused.

        Returns:
            The program; compiled again if its compile settings could be loaded.

        Raises:
            FileFormatError: The file is missing, damaged or foreign.
            UntrustedEndpointError: The file says where calls go, see
                `trust_endpoints`.
            UnregisteredObjectError: A module's class is not registered.
            StateMismatchError: The variables do not fit the modules.

        Example:
            ```python
            local = synalinks.LanguageModel("vllm/x", api_base="http://gpu:8000/v1")
            program = synalinks.Program.load("triage.json", models={"vllm/x": local})
            ```
        """
        path = checked_path(filepath, holds_variables=False)
        document = read_document(path, ("class_name", "config", "variables"))
        variables = document.pop("variables")
        program: Program = load_document(
            document,
            str(path),
            kind=SavedProgram,
            custom_objects=custom_objects,
            models=models,
            trust_endpoints=trust_endpoints,
        )
        what = f"`{path}` holds malformed variables"
        passes = (SavingError, ConfigurationError)
        with boundary(FileFormatError, what, passes=passes):
            program.set_state_tree(variables)
        return program

    def save_variables(self, filepath: str | Path, overwrite: bool = True) -> None:
        """Save the values of the variables.

        Args:
            filepath: Ends in `.variables.json`.
            overwrite: Whether a file that is there may be replaced.

        Raises:
            ConfigurationError: The name is wrong, or the file is there.
            WriteError: The file could not be written; an old one is untouched.
        """
        path = checked_path(filepath, holds_variables=True)
        write_document(path, self.get_state_tree(), overwrite=overwrite)

    def load_variables(self, filepath: str | Path, *, strict: bool = True) -> None:
        """Load values that `save_variables` wrote: all of them, or none.

        Args:
            filepath: Ends in `.variables.json`.
            strict: Whether missing and unknown variables are an error.

        Raises:
            FileFormatError: The file is missing, damaged or foreign.
            StateMismatchError: The file is not one of this program.
        """
        path = checked_path(filepath, holds_variables=True)
        self.set_state_tree(
            read_document(path, ("trainable_variables",)), strict=strict
        )

    def to_json(self, **options: Any) -> str:
        """Return modules and compile settings as JSON, without variables' values.

        Args:
            options: `indent`, the number of spaces per level.
        """
        return dumps(self._document(), indent=options.get("indent"))

    def _document(self) -> JsonObject:
        return with_shared_ids(
            lambda: {
                **serialize_synalinks_object(self),
                "build_config": self.get_build_config(),
                "compile_config": self.get_compile_config(),
            }
        )


def program_from_json(
    json_string: str,
    custom_objects: Mapping[str, Any] | None = None,
    *,
    models: Mapping[str, ProviderModel] | None = None,
    trust_endpoints: bool = False,
) -> Program:
    """Make a program from what `Program.to_json` returned.

    Args:
        json_string: The text.
        custom_objects: Classes and functions of one's own, by name.
        models: Models of one's own in place of those of the text; see `Program.load`.
        trust_endpoints: Whether the addresses that the text gives its models are used;
            see `Program.load`.

    Returns:
        The program, its variables at their first values.

    Raises:
        FileFormatError: The text is no program.
        UntrustedEndpointError: The text says where calls go.
        UnregisteredObjectError: A module's class is not registered.
    """
    document = parse_document(json_string, "json_string", ("class_name", "config"))
    return load_document(
        document,
        "json_string",
        kind=SavedProgram,
        custom_objects=custom_objects,
        models=models,
        trust_endpoints=trust_endpoints,
    )
