"""What a run reads beside its settings."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """The log, who is left out of it, and what was in production before its newest span."""

    data_dir: str
    """Folder of the log's tables."""
    data_digest: str
    """Of the tables' contents, so that new data at an old path is seen."""
    spans: str = ""
    """Those that are read, as in `components.listening_log.spans`; "" for a log without."""
    forgotten: str = ""
    """File of the listeners who are left out, "" for none."""
    forgotten_digest: str = ""
    """Of that file."""
    production: int | None = None
    """The version in production, 0 for none; None where the defining machine does not see it."""
