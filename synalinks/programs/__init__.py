"""Programs: what users train, evaluate, save and call."""

from synalinks._internal.public import publish
from synalinks.programs._program import Program
from synalinks.programs._saved_program import program_from_json
from synalinks.programs._sequential import Sequential

__all__ = ["Program", "Sequential", "program_from_json"]

publish(__name__)
