"""Operations on data models, as awaitable functions."""

from synalinks._internal.public import publish
from synalinks.ops._combination import (
    concat,
    concatenate,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
)
from synalinks.ops._conversion import (
    convert_to_json_data_model,
    convert_to_symbolic_data_model,
)
from synalinks.ops._mask_arguments import MaskArguments, SignatureWithMasks
from synalinks.ops._masks import Masks, Outputs
from synalinks.ops._reshaping import factorize, in_mask, out_mask, prefix, suffix

__all__ = [
    "MaskArguments",
    "Masks",
    "Outputs",
    "SignatureWithMasks",
    "concat",
    "concatenate",
    "convert_to_json_data_model",
    "convert_to_symbolic_data_model",
    "factorize",
    "in_mask",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "out_mask",
    "prefix",
    "suffix",
]


publish(__name__)
