"""`spotify-mpd`: slices of the Million Playlist Dataset, and its challenge set; a playlist is a listener.

A playlist has an order and no times: the timestamp is the place in the playlist, counted from 1. So all
listeners begin at one time and go on in steps of 1, by which a run with `split: auto` knows that times are an
order only. The playlist's name is a person's own words, and is not copied.
"""

import json
import re
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.errors import UserError
from listening_log.importers.reading.json_columns import texts, whole_numbers
from listening_log.importers.reading.json_files import JsonFile, find_json_files
from listening_log.importers.writing.log_writer import LogWriter
from listening_log.tables.convert import BadValueError, text_or_empty, to_numpy

_SLICE = re.compile(r"mpd\.slice\.\d+-\d+\.json|challenge_set\.json")

_NO_TRACKS: Final = "no_tracks"
_NO_ITEM: Final = "no_item"
_POLICIES: Final = {
    _NO_TRACKS: "a playlist without tracks (the challenge set has some): no events",
    _NO_ITEM: "a track without track_uri: dropped",
}


def read(src: str, log: LogWriter) -> None:
    """Writes the playlists and tracks of all slices in `src`, a slice in memory at a time.

    Raises UserError naming file and playlist where there are no slices, JSON is broken, or a value is of a
    wrong type.
    """
    slices = find_json_files(src, lambda name: bool(_SLICE.fullmatch(name)))
    if not slices:
        raise UserError(
            f"{src} has no slices: expected mpd.slice.0-999.json and so on, or challenge_set.json"
        )
    for file in slices:
        _write(file.path, _playlists(file), log)


def _playlists(file: JsonFile) -> list[dict[str, Any]]:
    try:
        with file.open() as stream:
            content = json.loads(stream.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UserError(f"{file.path}: not UTF-8 text, at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise UserError(
            f"{file.path}: not readable as JSON ({error.msg}, at character {error.pos})"
        ) from error
    except RecursionError as error:
        raise UserError(f"{file.path}: not readable as JSON (nested too deeply)") from error
    playlists = content.get("playlists") if isinstance(content, dict) else None
    if not isinstance(playlists, list):
        raise UserError(
            f"{file.path}: no list of playlists in it; not a slice of the Million Playlist Dataset"
        )
    for row, playlist in enumerate(playlists):
        if not isinstance(playlist, dict) or not _objects(playlist.get("tracks")):
            raise UserError(f"{file.path}, playlist {row + 1}: no list of tracks in it")
    return playlists


def _objects(tracks: Any) -> bool:
    return isinstance(tracks, list) and all(isinstance(track, dict) for track in tracks)


def _write(path: str, playlists: list[dict[str, Any]], log: LogWriter) -> None:
    try:
        pids = whole_numbers(playlists, "pid")
    except BadValueError as bad:
        raise UserError(f"{path}, playlist {bad.row + 1}: {bad}") from None
    if pids.null_count:
        nameless = int(np.argmax(pids.is_null().to_numpy(False)))
        raise UserError(f"{path}, playlist {nameless + 1}: no pid")

    sizes = np.array([len(playlist["tracks"]) for playlist in playlists], np.int64)
    _count(log, _NO_TRACKS, sizes == 0, np.arange(len(sizes)), path)
    tracks = [track for playlist in playlists for track in playlist["tracks"]]
    owner = np.repeat(np.arange(len(playlists)), sizes)
    try:
        uris = pc.utf8_trim_whitespace(text_or_empty(texts(tracks, "track_uri")))
        places = to_numpy(whole_numbers(tracks, "pos"), -1)
        items = pa.table(
            {
                "item_id": uris,
                "kind": pa.array(["track"] * len(tracks), pa.string()),
                "title": texts(tracks, "track_name"),
                "creator": texts(tracks, "artist_name"),
                "duration_ms": whole_numbers(tracks, "duration_ms"),
            }
        )
    except BadValueError as bad:
        raise UserError(f"{path}, playlist {owner[bad.row] + 1}: {bad}") from None

    named = pc.not_equal(uris, "").to_numpy(False)
    _count(log, _NO_ITEM, ~named, owner, path)
    order = np.lexsort((places, owner))
    order = order[named[order]]
    user_ids = pc.binary_join_element_wise("playlist-", pids.cast(pa.string()), "")
    log.events(
        pa.table(
            {
                "user_id": user_ids.take(pa.array(owner[order])),
                "item_id": uris.take(pa.array(order)),
                "timestamp": _ranks(owner[order]),
            }
        )
    )
    log.items(items)


def _ranks(owner: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Place [n] of each track among its owner's, from 1; `owner` [n] ascends."""
    return np.arange(len(owner)) - np.searchsorted(owner, owner) + 1


def _count(
    log: LogWriter, policy: str, met: npt.NDArray[np.bool_], owner: npt.NDArray[np.int64], path: str
) -> None:
    if met.any():
        place = f"{path}, playlist {owner[np.argmax(met)] + 1}"
        log.count(policy, _POLICIES[policy], int(met.sum()), place)
