"""When something was made."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - pydantic reads the annotation

from pydantic import Field

from synalinks.data_models._data_model import DataModel


class Stamp(DataModel):
    """When something was made."""

    created_at: datetime | None = Field(
        default=None, description="The time at which it was made"
    )
