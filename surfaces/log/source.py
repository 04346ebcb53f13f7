"""Which log the destinations read: its place and rules, as the last run had them."""

import hashlib
import json
import os
from dataclasses import dataclass, field

from listening_log.cleaning.forgotten import Forgotten
from listening_log.config import LogConfig
from listening_log.errors import UserError
from listening_log.tables import files
from listening_log.tables.spans import NO_SPANS, Spans, log_files
from listening_log.tables.tables import CATALOG, EVENTS, USERS
from surfaces.common.catalogue import Catalogue


@dataclass(frozen=True)
class LogSource:
    """A log, of which nothing is read yet.

    Attributes:
        data_dir: folder of the log's tables.
        spans: those that are read.
        config: by what rules a play has its outcome.
        forgotten_file: of the listeners who are left out; "" for nobody.
    """

    data_dir: str
    spans: Spans = NO_SPANS
    config: LogConfig = field(default_factory=LogConfig)
    forgotten_file: str = ""

    def forgotten(self) -> Forgotten:
        """Reads who is to be left out.

        Raises:
            UserError: the file can't be read.
        """
        return Forgotten.load(self.forgotten_file)

    def fingerprint(self) -> tuple[object, ...]:
        """Returns what changes with the log, its rules and who is forgotten.

        Files count by their names, sizes and times of change: a log of gigabytes is not read for it.

        Raises:
            UserError: the log or who is forgotten can't be read.
        """
        parts: list[object] = [self.config.to_json(), self.forgotten().digest]
        try:
            for table in (EVENTS, CATALOG, USERS):
                for path in log_files(self.data_dir, table, self.spans):
                    changed = 0 if files.is_remote(path) else os.stat(path).st_mtime_ns
                    parts.append((table, path, files.size(path), changed))
        except OSError as error:  # files that are being replaced
            raise UserError(f"{self.data_dir} can't be read: {error}") from None
        return tuple(parts)

    def digest(self, catalogue: Catalogue) -> str:
        """Returns 24 hex digits that change with the fingerprint and with the catalogue's items.

        Raises:
            UserError: the log or who is forgotten can't be read.
        """
        parts = [*self.fingerprint(), catalogue.item_ids]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]
