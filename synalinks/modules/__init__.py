"""What programs are made of."""

from synalinks._internal.public import publish
from synalinks.modules._action import Action
from synalinks.modules._branch import Branch
from synalinks.modules._chain_of_thought import ChainOfThought
from synalinks.modules._decision import Decision, MultiDecision
from synalinks.modules._function_calling_agent import FunctionCallingAgent
from synalinks.modules._generator import Generator
from synalinks.modules._input import Input, InputModule
from synalinks.modules._lambda import Lambda
from synalinks.modules._lookup import deserialize, get, serialize
from synalinks.modules._mcp_client import MCPTool, MultiServerMCPClient
from synalinks.modules._media_input import AudioInput, ImageInput
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
from synalinks.modules._module import Module
from synalinks.modules._selection import pick
from synalinks.modules._self_critique import SelfCritique, critique_schema, scale_schema
from synalinks.modules._template import default_prompt_template
from synalinks.modules._tool import SchemaTool, Tool

Concatenate = Concat

__all__ = [
    "Action",
    "And",
    "AudioInput",
    "Branch",
    "ChainOfThought",
    "Concat",
    "Concatenate",
    "Decision",
    "FunctionCallingAgent",
    "Generator",
    "Identity",
    "ImageInput",
    "InMask",
    "Input",
    "InputModule",
    "Lambda",
    "MCPTool",
    "Module",
    "MultiDecision",
    "MultiServerMCPClient",
    "Not",
    "Or",
    "OutMask",
    "SchemaTool",
    "SelfCritique",
    "Tool",
    "Xor",
    "critique_schema",
    "default_prompt_template",
    "deserialize",
    "get",
    "pick",
    "scale_schema",
    "serialize",
]

publish(__name__)
