"""What the stage Production hands on: read by training and evaluation, which need no more of it."""

import json
from dataclasses import dataclass
from typing import Final

from tfx.dsl.io import fileio

from components.common.artifacts import PRODUCTION_FILE

TRAINED: Final = "trained"
"""In `assets.extra` of the stock build's `retrieval` and `ranker`: what the next training starts from."""


@dataclass(frozen=True)
class InProduction:
    """What `production.json` holds; version 0 where nothing was pushed before the span."""

    version: int = 0
    last_span: int = 0

    def __bool__(self) -> bool:
        return bool(self.version)


def read(uri: str) -> InProduction:
    """Reads `production.json`."""
    with fileio.open(f"{uri}/{PRODUCTION_FILE}", "r") as file:
        return InProduction(**json.loads(file.read()))
