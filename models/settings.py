"""What every settings class has in common: frozen, typed, ranges beside the fields, a docstring for each.

The docstring below a field is its line in docs/guide/configuration.md.
"""

import json
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Count: TypeAlias = Annotated[int, Field(ge=1)]
FromZero: TypeAlias = Annotated[int, Field(ge=0)]
AtLeastOne: TypeAlias = Annotated[float, Field(ge=1)]
Positive: TypeAlias = Annotated[float, Field(gt=0)]
NonNegative: TypeAlias = Annotated[float, Field(ge=0)]
Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
PositiveShare: TypeAlias = Annotated[Share, Field(gt=0)]
ShareBelowOne: TypeAlias = Annotated[Share, Field(lt=1)]
OpenShare: TypeAlias = Annotated[Share, Field(gt=0, lt=1)]
Text: TypeAlias = Annotated[str, Field(min_length=1)]


class Settings(BaseModel):
    """A section of the configuration: frozen, strict in its types, without unknown keys.

    Example:
        class IndexConfig(Settings):
            queries: Count = 1000
            '''Queries that measure recall against exact search.'''
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )

    def to_json(self) -> str:
        """The section as JSON, keys sorted: the same settings give the same text."""
        return json.dumps(self.model_dump(), sort_keys=True)
