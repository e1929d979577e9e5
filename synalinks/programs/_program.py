"""`Program`: modules wired together, that can be trained, saved and called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.aio import run_without_waiting
from synalinks._internal.console import print_table
from synalinks._internal.json import dumps
from synalinks._internal.shape import is_dict, is_list, is_row
from synalinks.data_models import JsonDataModel, SymbolicDataModel
from synalinks.errors import (
    ConfigurationError,
    FileFormatError,
    NotBuiltError,
    SynalinksError,
    show,
    warn,
)
from synalinks.graph import Function
from synalinks.modules import InputModule, Module, pick
from synalinks.programs._files import (
    checked_path,
    parse_document,
    read_document,
    write_document,
)
from synalinks.programs._graph_config import graph_from_config, graph_to_config
from synalinks.programs._state_tree import from_tree, to_tree
from synalinks.programs._summary import summary_table
from synalinks.saving import CustomObjectScope, serialize_synalinks_object
from synalinks.saving import deserialize_synalinks_object as deserialize
from synalinks.training import Trainer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import Self

    from synalinks._internal.json import JsonObject
    from synalinks.data_models import Variable


class Program(Trainer, Module):
    """Modules wired together, that can be trained, evaluated, saved and called.

    There are four ways to make one: from symbols (`inputs` and `outputs`); as a
    subclass that overrides `call`; as a subclass whose `async build(self, inputs)`
    makes the outputs and then calls `super().__init__(inputs=..., outputs=...)`; and
    `Sequential`. A program is a module, so programs nest.

    Args:
        inputs: What `Input` returned; or a list, tuple or dict of such symbols.
        outputs: What modules called on the inputs returned; likewise.
        name: Name of the program.
        description: What it is for; optimizers show it to language models.
        trainable: Whether optimizers may change its variables.

    Raises:
        GraphError: The outputs do not follow from the inputs, the graph has a cycle,
            or two modules have one name.

    Example:
        ```python
        inputs = synalinks.Input(data_model=Query)
        outputs = await synalinks.Generator(
            data_model=Answer, language_model="openai/gpt-4o-mini"
        )(inputs)
        program = synalinks.Program(inputs=inputs, outputs=outputs)
        answer = await program(Query(query="What is the capital of France?"))
        ```
    """

    shared_on_load = False

    def __init__(
        self,
        inputs: Any = None,
        outputs: Any = None,
        *,
        name: str | None = None,
        description: str | None = None,
        trainable: bool = True,
    ) -> None:
        if (inputs is None) != (outputs is None):
            msg = "`Program` takes both `inputs` and `outputs`, or neither."
            raise ConfigurationError(msg)
        is_rebuilt = "name" in self.__dict__  # `build` of a subclass calls again
        if not is_rebuilt:
            super().__init__(name=name, description=description, trainable=trainable)
            self._init_training()
            self._graph: Function | None = None
            # The outermost program's own name is in no path: what was saved under one
            # name loads into a program of another.
            self._prefix = ""
        if inputs is not None:
            self._set_graph(Function(inputs, outputs))

    def _set_graph(self, graph: Function) -> None:
        self._graph = graph
        self.built = True
        self._set_paths_below()

    def children(self) -> list[Module]:
        """Return the modules of the graph, in order, and those in attributes."""
        if self._graph is None:
            return super().children()
        operations = [node.operation for node in self._graph.nodes]
        parts = [part for part in operations if isinstance(part, Module)]
        return list({id(part): part for part in [*parts, *super().children()]}.values())

    # -- calling ---------------------------------------------------------------

    async def call(
        self,
        inputs: Any,
        training: bool = False,
        **options: Any,
    ) -> Any:
        """Run the graph.

        Args:
            inputs: Values in the structure of the program's inputs.
            training: Whether the call is part of training.
            options: Further keyword arguments, passed to every module.

        Returns:
            Values in the structure of the program's outputs.

        Raises:
            NotBuiltError: The program has neither a graph nor a `call` of its own.
        """
        if self._graph is None:
            msg = (
                f"`{self.name}` has nothing to run: pass `inputs` and `outputs`, or "
                "override `async def call(self, inputs, training=False)`."
            )
            raise NotBuiltError(msg)
        self._check_given(inputs, self._graph)
        return await self._graph.run(inputs, training=training, **options)

    async def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return symbolic outputs of the graph's schemas.

        Args:
            args: Symbolic inputs.
            kwargs: Keyword arguments of the call.
        """
        if self._graph is None:
            return await super().compute_output_spec(*args, **kwargs)
        return self._graph.outputs

    def _check_given(self, inputs: Any, graph: Function) -> None:
        # A program of one input accepts a list of one, as Keras does.
        symbol = graph.inputs
        if not isinstance(symbol, SymbolicDataModel):
            return
        if inputs is None and not _is_optional(symbol):
            return
        if isinstance(inputs, JsonDataModel):
            required: list[str] = symbol.get_schema().get("required", [])
            missing = [key for key in required if key not in inputs.keys()]  # noqa: SIM118
            if missing:
                msg = (
                    f"`{self.name}` takes inputs with the fields {show(required)}; "
                    f"missing: {show(missing)}, received: {show(inputs.get_json())}."
                )
                raise ConfigurationError(msg)

    # -- parts -----------------------------------------------------------------

    @property
    def modules(self) -> list[Module]:
        """The program's modules, in the order in which they were wired."""
        return self.children()

    @property
    def inputs(self) -> Any:
        """The symbolic inputs of a functional program, else None."""
        return self._graph.inputs if self._graph else None

    @property
    def outputs(self) -> Any:
        """The symbolic outputs of a functional program, else None."""
        return self._graph.outputs if self._graph else None

    @property
    def input_schema(self) -> Any:
        """The JSON schema of the inputs; a list or dict of them for several."""
        return _schemas(self.inputs)

    @property
    def output_schema(self) -> Any:
        """The JSON schema of the outputs; a list or dict of them for several."""
        return _schemas(self.outputs)

    def output_schema_of(self, module: Module) -> JsonObject | None:
        """Return the output schema of a module of a functional program.

        Args:
            module: One of `modules`.

        Returns:
            The schema; None where the graph does not tell.
        """
        if isinstance(module, InputModule):
            return module.schema
        if self._graph is None:
            return None
        for node in self._graph.nodes:
            for symbol in _symbols_of(node, self._graph):
                if node.operation is module:
                    return symbol.get_schema()
        return None

    def get_module(self, name: str | None = None, index: int | None = None) -> Module:
        """Return one module, also one inside another.

        Args:
            name: Name or path of the module.
            index: Position in `modules`.

        Raises:
            ConfigurationError: There is no such module, or both or none are given.
        """
        if index is not None and name is None:
            entries = [(part.path, part.name, part) for part in self.modules]
        else:
            flat = self._flatten_modules(include_self=False)
            entries = [(part.path, part.name, part) for part in flat]
        return pick(self, "module", entries, name, index)

    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        module_range: tuple[str, str] | None = None,
    ) -> None:
        """Print a table of the modules.

        Args:
            line_length: Width in characters; None for the terminal's.
            positions: Has no effect; columns fit their content.
            print_fn: Called with the text instead of printing it.
            expand_nested: Whether modules inside modules are shown.
            show_trainable: Whether to tell what is trainable.
            module_range: Names of the first and last module to show.
        """
        table = summary_table(
            self,
            expand_nested=expand_nested,
            show_trainable=show_trainable,
            module_range=module_range,
        )
        print_table(table, width=line_length, print_fn=print_fn)

    # -- configuration ---------------------------------------------------------

    def get_config(self) -> JsonObject:
        """Return what the program is made of, without its variables' values."""
        if self._graph is None or _has_own_constructor(type(self)):
            return super().get_config()
        return {
            "name": self.name,
            "description": self.description,
            "trainable": self.trainable,
            **graph_to_config(self._graph),
        }

    @classmethod
    def from_config(cls, config: JsonObject) -> Self:
        """Make a program from what `get_config` returned.

        Args:
            config: The configuration.

        Returns:
            The program, its variables at their first values.
        """
        if "modules" not in config or "input_modules" not in config:
            return super().from_config(config)
        inputs, outputs = graph_from_config(config)
        own = {key: config.get(key) for key in ("name", "description")}
        trainable = config.get("trainable", True)
        return cls(inputs=inputs, outputs=outputs, trainable=trainable, **own)

    def get_state_tree(self) -> JsonObject:
        """Return the values of all variables, by kind and path."""
        trainable = set(map(id, self.trainable_variables))
        named = dict(self.named_variables())
        split = {
            kind: {
                path: variable
                for path, variable in named.items()
                if (id(variable) in trainable) == is_trainable
            }
            for kind, is_trainable in _KINDS
        }
        tree = {kind: to_tree(variables) for kind, variables in split.items()}
        return {**tree, **self._training_state()}

    def set_state_tree(self, tree: Mapping[str, Any], *, strict: bool = True) -> None:
        """Set all variables: all of them, or none if something does not fit.

        Args:
            tree: What `get_state_tree` returned.
            strict: Whether missing and unknown variables are an error.

        Raises:
            StateMismatchError: The tree is not one of this program.
        """
        merged: JsonObject = {}
        for kind, _ in _KINDS:
            _merge(merged, tree.get(kind) or {})
        from_tree(merged, self._variables_by_path(), strict=strict)
        self._load_training_state(dict(tree))

    def _variables_by_path(self) -> dict[str, Variable]:
        return dict(self.named_variables())

    # -- files -----------------------------------------------------------------

    def save(self, filepath: str | Path, overwrite: bool = True) -> None:
        """Save the whole program: modules, variables and compile settings.

        Args:
            filepath: Ends in `.json`.
            overwrite: Whether a file that is there may be replaced.

        Raises:
            ConfigurationError: The name is wrong, or the file is there.
            WriteError: The file could not be written; an old one is untouched.
        """
        path = checked_path(filepath, holds_variables=False)
        content = {**self._document(), "variables": self.get_state_tree()}
        write_document(path, content, overwrite=overwrite)

    @classmethod
    def load(
        cls,
        filepath: str | Path,
        custom_objects: Mapping[str, Any] | None = None,
    ) -> Program:
        """Load a program that `save` wrote.

        Nothing in the file is run: only registered classes and those in
        `custom_objects` are used.

        Args:
            filepath: Ends in `.json`.
            custom_objects: Classes and functions of one's own, by name.

        Returns:
            The program; compiled again if its compile settings could be loaded.

        Raises:
            FileFormatError: The file is missing, damaged or foreign.
            UnregisteredObjectError: A module's class is not registered.
            StateMismatchError: The variables do not fit the modules.
        """
        path = checked_path(filepath, holds_variables=False)
        document = read_document(path, ("class_name", "config", "variables"))
        with CustomObjectScope(custom_objects):
            program = _from_document(document, str(path))
        program.set_state_tree(document["variables"])
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
        form = serialize_synalinks_object(self)
        return {
            **form,
            "build_config": self.get_build_config(),
            "compile_config": self.get_compile_config(),
        }


_KINDS = (("trainable_variables", True), ("non_trainable_variables", False))


def program_from_json(
    json_string: str, custom_objects: Mapping[str, Any] | None = None
) -> Program:
    """Make a program from what `Program.to_json` returned.

    Args:
        json_string: The text.
        custom_objects: Classes and functions of one's own, by name.

    Returns:
        The program, its variables at their first values.

    Raises:
        FileFormatError: The text is no program.
        UnregisteredObjectError: A module's class is not registered.
    """
    document = parse_document(json_string, "json_string", ("class_name", "config"))
    with CustomObjectScope(custom_objects):
        return _from_document(document, "json_string")


def _from_document(document: JsonObject, source: str) -> Program:
    with context.bound(context.shared_objects, {}):
        program = _program_of(document, source)
        _build(program, document.get("build_config"))
        _compile(program, document.get("compile_config"))
    return program


def _program_of(document: JsonObject, source: str) -> Program:
    try:
        program = deserialize(document)
    except SynalinksError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        msg = (
            f"`{source}` holds a malformed program: {type(error).__name__}: {error}. "
            "It may be edited by hand; restore it from a copy."
        )
        raise FileFormatError(msg) from error
    if not isinstance(program, Program):
        msg = f"`{source}` holds a `{document['class_name']}`, which is no `Program`."
        raise FileFormatError(msg)
    return program


def _build(program: Program, build_config: JsonObject | None) -> None:
    if build_config is None or program.built:
        return
    args = _symbolic(build_config["inputs"])
    run_without_waiting(program(*args))


def _symbolic(specs: Any) -> Any:
    if is_list(specs):
        return [_symbolic(part) for part in specs]
    if is_dict(specs) and "schema" not in specs:
        return {key: _symbolic(part) for key, part in specs.items()}
    return None if specs is None else SymbolicDataModel(schema=specs["schema"])


def _compile(program: Program, compile_config: JsonObject | None) -> None:
    # A reward that cannot be loaded must not keep the prompts from being loaded.
    if compile_config is None:
        return
    try:
        program.compile_from_config(compile_config)
    except SynalinksError as error:
        warn(
            f"The program is loaded, but not compiled: {error} Call `compile` before "
            "training or evaluating it."
        )


def _merge(target: JsonObject, source: Any) -> None:
    for key, part in source.items():
        if is_dict(part) and is_dict(target.get(key)):
            _merge(target[key], part)
        else:
            target[key] = part


def _schemas(symbols: Any) -> Any:
    if isinstance(symbols, SymbolicDataModel):
        return symbols.get_schema()
    if is_dict(symbols):
        return {key: _schemas(part) for key, part in symbols.items()}
    if is_row(symbols):
        return [_schemas(part) for part in symbols]
    return None


def _has_own_constructor(cls: type[Program]) -> bool:
    return "__init__" in cls.__dict__ and cls is not Program


def _is_optional(symbol: SymbolicDataModel) -> bool:
    origin = symbol.origin
    operation = origin.node.operation if origin else None
    return isinstance(operation, InputModule) and operation.optional


def _symbols_of(node: Any, graph: Function) -> list[SymbolicDataModel]:
    from synalinks.graph import symbols_in

    structures = [(other.args, other.kwargs) for other in graph.nodes]
    return [
        symbol
        for symbol in symbols_in([*structures, graph.outputs])
        if isinstance(symbol, SymbolicDataModel)
        and symbol.origin is not None
        and symbol.origin.node is node
    ]
