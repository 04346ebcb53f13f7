"""What may differ from run to run of one pipeline; compiled for Kubeflow, runtime parameters stand here."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from tfx.orchestration.data_types import RuntimeParameter

    Text: TypeAlias = str | RuntimeParameter
    Number: TypeAlias = int | RuntimeParameter

PIPELINE_NAME: Final = "upnext"
"""The pipeline's name, on whichever runner."""


@dataclass(frozen=True)
class Parameters:
    """The log, who is left out of it, where models go, and how long training may take."""

    data_dir: "Text"
    """Folder of the log's tables."""
    data_digest: "Text"
    """Digest of the tables' contents, so that new data at an old path is seen."""
    destination: "Text"
    """Folder where blessed models are pushed."""
    seed: "Number"
    """Seed of all that is drawn."""
    retrieval_positions: "Number"
    """Events that the training of retrieval reads in all (`retrieval.max_positions`)."""
    ranker_positions: "Number"
    """Events that the training of the ranker reads in all (`ranker.max_positions`)."""
    spans: "Text" = ""
    """Spans of the log that are read, as `listening_log.tables.spans` writes them; "" for a log without."""
    forgotten: "Text" = ""
    """File of the listeners who are left out, "" for none."""
    forgotten_digest: "Text" = ""
    """Digest of the file of forgotten listeners."""
    production: int | None = None
    """The version in production, 0 for none; None where the defining machine does not see it."""
