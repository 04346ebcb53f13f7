"""Public logs into the contract's tables: a module or folder a format, each with `read(src, log)`, all streaming."""

import importlib
from typing import Final

from listening_log.errors import UsageError, UserError
from listening_log.importers.import_page import render
from listening_log.importers.reading.source import Source
from listening_log.importers.writing.log_writer import AppliedPolicy, Imported, LogWriter
from listening_log.tables.formats import FORMATS

# Of formats that take more than one module.
_MODULES: Final = {
    "movielens": "movielens.ratings",
    "recbole": "recbole.atomic_files",
    "spotify-history": "spotify.history",
    "spotify-mpd": "spotify.playlists",
}

__all__ = ["FORMATS", "AppliedPolicy", "Imported", "LogWriter", "import_log", "render"]


def import_log(format: str, src: str, out: str) -> Imported:  # noqa: A002  the command's own word
    """Reads the log `src` of a public format, and writes the contract's tables as Parquet to `out`.

    Args:
        format: one of FORMATS.
        src: a folder or file as its publisher lays it out.
        out: a folder that is new or holds no tables; at an error or an interrupt nothing is left there.

    Raises:
        UsageError: no such format.
        UserError: `src` is missing, of another layout, unreadable or without an event; `out` holds tables
            already, or can't be written.
    """
    if format not in FORMATS:
        raise UsageError(f"no such format: {format}; there are {', '.join(FORMATS)}")
    module = importlib.import_module(f"{__name__}.{_MODULES.get(format, format.replace('-', '_'))}")
    with LogWriter(out) as log:
        try:
            source: Source = module.read(src, log)
        except OSError as error:
            raise UserError(f"{error.filename or src}: cannot be read ({error.strerror or error})") from error
        if not log.events_written:
            applied = log.imported().applied
            why = f" ({applied[-1].what}; first: {applied[-1].place})" if applied else ""
            raise UserError(f"{src}: no event in it{why}")
        if not log.items_written:
            raise UserError(f"{src}: no item in it")
    return log.imported(source.unread)
