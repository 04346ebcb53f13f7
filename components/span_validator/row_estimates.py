"""How many events a table holds, roughly: it decides which share of them statistics are made of."""

from typing import Final

from listening_log.tables import files

_CSV_ROW_BYTES: Final = 30
_GZIP_RATIO: Final = 4


def estimated_rows(path: str) -> int:
    """Rows of a file: counted for Parquet, from the size for CSV. An unreadable file counts as empty."""
    if path.endswith(".parquet"):
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with files.open_binary(path) as stream:
                return int(pq.ParquetFile(stream).metadata.num_rows)
        except (pa.ArrowException, OSError):
            return 0  # reading it says what is wrong with it
    size = files.size(path)
    return (size * _GZIP_RATIO if path.endswith(".gz") else size) // _CSV_ROW_BYTES
