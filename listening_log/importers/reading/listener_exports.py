"""Which files of a folder of exports are whose."""

import re
from collections.abc import Iterable
from typing import Final

from listening_log.errors import UserError
from listening_log.importers.reading.source import Source

LISTENER: Final = "listener"
"""The user id where SRC is the download of one listener: nothing in it but the username says who that is."""


def by_listener(
    source: Source, files: Iterable[str], *, folder: re.Pattern[str], download: re.Pattern[str]
) -> dict[str, list[str]]:
    """The files of each listener, by user id.

    One download (a zip, the folder that it unpacks to, or the folder around that) is LISTENER's. Else each
    folder and each zip right below the source is a listener of that name.

    Args:
        source: where the files are.
        files: in the order in which they are to be read.
        folder: matches the names of folders in a download.
        download: matches the names that downloads come with, copies included; none names a listener.

    Raises:
        UserError: there are several exports, of which one could be anybody's.
    """
    exports: dict[str, list[str]] = {}
    for file in files:
        top, _, below = file.partition("/")
        name = re.sub(r"(?i)\.zip$", "", top) if below else ""
        exports.setdefault("" if folder.fullmatch(name) else name, []).append(file)
    nameless = [name for name in exports if not name or download.fullmatch(name)]
    if not nameless:
        return exports
    if len(exports) > 1:
        # One listener's two downloads, or those of two? To guess wrong would be silent.
        place = ", ".join(f"{source.src}/{name}" if name else source.src for name in nameless[:2])
        raise UserError(
            f"{source.src} holds several histories, and nothing says whose is that in {place}: put each"
            " listener's into a folder of its own, named after the listener"
        )
    return {LISTENER: exports[nameless[0]]}
