"""A digest of a log's files, so that TFX's cache sees new data at an old path."""

import hashlib
from typing import Final

from listening_log.tables import files, tables
from listening_log.tables.spans import NO_SPANS, Spans, log_files

TABLES: Final = (tables.EVENTS, tables.CATALOG, tables.USERS)
"""The tables that example generation reads."""
_BLOCK: Final = 1 << 22


def data_digest(data_dir: str, spans: Spans = NO_SPANS) -> str:
    """Returns 16 hex digits that change with the name or content of a file that example generation reads.

    Raises:
        UserError: the directory, a span or a needed table is missing.
    """
    digest = hashlib.blake2b(digest_size=8)
    for table in TABLES:
        for path in log_files(data_dir, table, spans):
            digest.update(f"{table}\0{path[len(data_dir) :].lstrip('/')}\0{files.size(path)}\0".encode())
            with files.open_binary(path) as stream:
                while block := stream.read(_BLOCK):
                    digest.update(block)
    return digest.hexdigest()
