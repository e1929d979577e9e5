"""What programs are made of."""

from synalinks._internal.public import publish
from synalinks.modules._branch import Branch
from synalinks.modules._chain_of_thought import ChainOfThought
from synalinks.modules._decision import Decision
from synalinks.modules._generator import Generator
from synalinks.modules._input import Input, InputModule
from synalinks.modules._lambda import Lambda
from synalinks.modules._merging import (
    And,
    Concat,
    Identity,
    InMask,
    Not,
    Or,
    OutMask,
    Xor,
)
from synalinks.modules._module import Module, unnumbered
from synalinks.modules._selection import pick
from synalinks.modules._template import default_prompt_template

Concatenate = Concat

__all__ = [
    "And",
    "Branch",
    "ChainOfThought",
    "Concat",
    "Concatenate",
    "Decision",
    "Generator",
    "Identity",
    "InMask",
    "Input",
    "InputModule",
    "Lambda",
    "Module",
    "Not",
    "Or",
    "OutMask",
    "Xor",
    "default_prompt_template",
    "pick",
    "unnumbered",
]

publish(__name__)
