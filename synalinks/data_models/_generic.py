"""Data models for data of any shape."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from synalinks.data_models._data_model import DataModel


class GenericInputs(DataModel):
    """Inputs of any shape."""

    inputs: dict[str, Any] = Field(description="The inputs")


class GenericOutputs(DataModel):
    """Outputs of any shape."""

    outputs: dict[str, Any] = Field(description="The outputs")


class GenericIO(DataModel):
    """Inputs and outputs of any shape."""

    inputs: dict[str, Any] = Field(description="The inputs")
    outputs: dict[str, Any] = Field(description="The outputs")


class GenericResult(DataModel):
    """Results of any shape."""

    result: list[Any] = Field(description="The results")
