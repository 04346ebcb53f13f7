"""Which files of a folder are whose extended streaming history."""

import re
from typing import Final

from listening_log.errors import UserError
from listening_log.importers.reading.json_files import JsonFile, find_json_files

LISTENER: Final = "listener"
"""The user id where SRC is the download of one listener: nothing in it but the username says who that is."""

_HISTORY = re.compile(r"(Streaming_History_(Audio|Video).*|endsong(_\d+)?)\.json", re.IGNORECASE)
_ACCOUNT_DATA = re.compile(r"StreamingHistory(_[a-z]+)?_?\d*\.json", re.IGNORECASE)
_FOLDERS = frozenset({"Spotify Extended Streaming History", "MyData"})  # what a download unpacks to
_DOWNLOAD = re.compile(r"my_spotify_data.*", re.IGNORECASE)


def spotify_exports(src: str) -> dict[str, list[JsonFile]]:
    """The history files of each listener, by user id.

    One download (a zip, the folder that it unpacks to, or the folder around that) is LISTENER's. Else each
    folder and each zip right below `src` is a listener of that name. Raises UserError where there is no
    history, or several of which one could be anybody's.
    """
    found = find_json_files(src, lambda name: bool(_HISTORY.fullmatch(name)))
    if not found:
        raise UserError(_missing(src))
    exports: dict[str, list[JsonFile]] = {}
    for file in found:
        top = file.parts[0] if len(file.parts) > 1 and file.parts[0] not in _FOLDERS else ""
        exports.setdefault(top, []).append(file)
    nameless = [top for top in exports if not top or _DOWNLOAD.fullmatch(top)]
    if nameless and len(exports) > 1:
        # One listener's two downloads, or those of two? To guess wrong would be silent.
        place = ", ".join(f"{src}/{top}" if top else src for top in nameless[:2])
        raise UserError(
            f"{src} holds several histories, and nothing says whose is that in {place}: put each listener's into"
            " a folder of its own, named after the listener"
        )
    return {LISTENER: found} if nameless else exports


def _missing(src: str) -> str:
    if find_json_files(src, lambda name: bool(_ACCOUNT_DATA.fullmatch(name))):
        return (
            f"{src} is Spotify's account data, one year without ids: ask for the extended streaming history"
            " on the same page of the account"
        )
    return (
        f"{src} has no extended streaming history: expected Streaming_History_Audio_….json or endsong_….json"
    )
