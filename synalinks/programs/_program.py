"""`Program`: modules wired together, that can be trained, saved and called."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from synalinks._internal.console import print_table
from synalinks._internal.shape import is_dict, is_row
from synalinks.data_models import SymbolicDataModel
from synalinks.errors import ConfigurationError, NotBuiltError
from synalinks.graph import Function, map_symbols
from synalinks.modules import Input, InputModule, Module, pick
from synalinks.programs._graph_config import graph_from_config, graph_to_config
from synalinks.programs._inputs import checked_inputs, is_absent
from synalinks.programs._saved_program import SavedProgram
from synalinks.programs._summary import output_schema_of, summary_page, summary_table
from synalinks.programs._symbols import to_symbols
from synalinks.saving import shared_objects, with_shared_ids

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from synalinks._internal.json import JsonObject


class Program(SavedProgram):
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
    _observed_as = "program"

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
            self._told_unregistered = set()
            self._graph: Function | None = None
            self._prefix = self._root_prefix()
        else:
            self.name: str = name or self.name
            self.description: str = description or self.description
        if inputs is not None:
            self._set_graph(
                Function(to_symbols("inputs", inputs), to_symbols("outputs", outputs))
            )

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
        inputs = checked_inputs(self.name, inputs, self._graph)
        if is_absent(inputs, self._graph):
            return map_symbols(self._graph.outputs, lambda _: None)
        return await self._graph.run(inputs, training=training, **options)

    async def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return symbolic outputs of the graph's schemas.

        Args:
            args: Symbolic inputs.
            kwargs: Keyword arguments of the call.
        """
        if self._graph is None:
            return await super().compute_output_spec(*args, **kwargs)
        checked_inputs(self.name, *args, graph=self._graph)
        return self._graph.outputs

    async def _build_once(self, args: tuple[Any, ...]) -> None:
        # `build` may wire a graph: it gets inputs of its own, not values, and not
        # symbols of the graph that the program is a part of.
        symbols = tuple(map(_fresh_inputs, args))
        await super()._build_once(args if self._graph else symbols)

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
        return None if self._graph is None else output_schema_of(module, self._graph)

    def get_module(self, name: str | None = None, index: int | None = None) -> Module:
        """Return one module, also one inside another.

        Args:
            name: Name or path of the module.
            index: Position in `modules`.

        Raises:
            ConfigurationError: There is no such module, or both or none are given.
        """
        if name is None:
            entries = [(part.name, part.name, part) for part in self.modules]
        else:
            below = list(self._walk(""))[1:]
            entries = [
                (prefix.removesuffix("/"), part.name, part) for prefix, part in below
            ]
        return pick(self.name, "module", entries, name, index)

    def _root_prefix(self) -> str:
        # The name of the program itself is in no path: what was saved under one name
        # loads into a program of another.
        return ""

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

    def _repr_html_(self) -> str:
        return summary_page(self)

    # -- configuration ---------------------------------------------------------

    def get_config(self) -> JsonObject:
        """Return what the program is made of, without its variables' values."""
        if self._graph is None or type(self).__init__ is not Program.__init__:
            return super().get_config()
        return {
            "name": self.name,
            "description": self.description,
            "trainable": self.trainable,
            **with_shared_ids(partial(graph_to_config, self._graph)),
        }

    @classmethod
    def from_config(cls, config: JsonObject) -> Self:
        """Make a program from what `get_config` returned.

        The configuration is taken as one's own: addresses of models in it are used.
        For a text or a file from elsewhere there are `program_from_json` and `load`.

        Args:
            config: The configuration.

        Returns:
            The program, its variables at their first values.
        """
        if "modules" not in config or "input_modules" not in config:
            return super().from_config(config)
        with shared_objects():
            inputs, outputs = graph_from_config(config)
        own = {key: config.get(key) for key in ("name", "description")}
        trainable = config.get("trainable", True)
        return cls(inputs=inputs, outputs=outputs, trainable=trainable, **own)


def _fresh_inputs(value: Any) -> Any:
    if is_row(value):
        return [_fresh_inputs(part) for part in value]
    if is_dict(value):
        return {key: _fresh_inputs(part) for key, part in value.items()}
    return None if value is None else Input(schema=value.get_schema())


def _schemas(symbols: Any) -> Any:
    if isinstance(symbols, SymbolicDataModel):
        return symbols.get_schema()
    if is_dict(symbols):
        return {key: _schemas(part) for key, part in symbols.items()}
    if is_row(symbols):
        return [_schemas(part) for part in symbols]
    return None
