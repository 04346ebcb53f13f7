"""A served model's folder: a SavedModel, and in `assets.extra` what clients and later runs need beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from components.common.record import Record
from components.common.records import ModelSpans
from models import names
from serving.catalog_asset import read_titles
from serving.titles import Title

SAVED_MODEL_FILE: Final = "saved_model.pb"
TRAINED: Final = "trained"
"""In the stock build's `retrieval` and `ranker`: what the next training starts from."""


class Origin(Record):
    """Where a version came from that was pushed again; absent where a run pushed it.

    Attributes:
        models_of: the version that a run pushed these models as.
        instead_of: the version that a run had pushed last, which this one replaced.
    """

    FILE: ClassVar[str] = "rolled_back.json"

    models_of: int
    instead_of: int


@dataclass(frozen=True)
class ModelFolder:
    """One model of one version, as composed or as pushed.

    Attributes:
        path: its folder.
    """

    path: Path

    @property
    def is_saved_model(self) -> bool:
        """Whether a SavedModel stands here."""
        return (self.path / SAVED_MODEL_FILE).is_file()

    @property
    def extra(self) -> Path:
        """The folder of what accompanies the SavedModel."""
        return self.path / names.EXTRA_ASSETS

    @property
    def trained(self) -> Path:
        """The folder of weights, row names and settings that the next training starts from."""
        return self.extra / TRAINED

    def write_info(self, info: ModelSpans) -> None:
        """Writes what a client needs to know of the model (`upnext.json`)."""
        info.write(self.extra)

    def last_span(self) -> int:
        """The newest span that the model has learnt from, 1 for a log without spans."""
        return ModelSpans.read(self.extra).spans.last

    def titles(self) -> Mapping[str, Title]:
        """Reads the titles by item id; none where the model was pushed without."""
        return read_titles(self.extra)

    def write_origin(self, origin: Origin) -> None:
        """Writes that the model was pushed again, and of which version it is."""
        origin.write(self.extra)

    def origin(self) -> Origin | None:
        """Reads where the model came from; None where a run pushed it.

        Raises:
            UserError: the record can't be read.
        """
        return Origin.find(self.extra)
