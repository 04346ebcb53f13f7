"""`spotify-mpd`: slices of the Million Playlist Dataset, and its challenge set; a playlist is a listener.

A playlist has an order and no times: the timestamp is the place in the playlist, counted from 1. So all
listeners begin at one time and go on in steps of 1, by which a run with `split: auto` knows that times are an
order only. The playlist's name is a person's own words, and is not copied.
"""

import json
import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.errors import UserError
from listening_log.importers.reading.block import Block, count_empty_file
from listening_log.importers.reading.json_columns import texts, whole_numbers
from listening_log.importers.reading.source import Source, open_source
from listening_log.importers.writing.log_writer import LogWriter
from listening_log.tables.convert import BadValueError, text_or_empty, to_numpy

_SLICE: Final = re.compile(r"mpd\.slice\.\d+-\d+\.json|challenge_set\.json")


@dataclass(frozen=True)
class _Rows(Block):
    """Playlists, or their tracks."""

    numbers: npt.NDArray[np.int64]
    """The number [n] of each row's playlist in its file, from 1."""

    def place(self, row: int) -> str:
        return f"{self.path}, playlist {self.numbers[row]}"


def read(src: str, log: LogWriter) -> Source:
    """Writes the playlists and tracks of all slices in `src`, a slice in memory at a time.

    Raises:
        UserError: there are no slices, JSON is broken, or a value is of a wrong type; file and playlist are named.
    """
    source = open_source(src, look_into_zips=True)
    slices = source.find(_SLICE)
    if not slices:
        raise UserError(
            f"{src} has no slices: expected mpd.slice.0-999.json and so on, or challenge_set.json"
        )
    for file in slices:
        with source.open(file) as stream:
            content = stream.read()
        if content.strip():
            _write(source.path(file), _playlists(source.path(file), content), log)
        else:
            count_empty_file(log, source.path(file))
    return source


def _playlists(path: str, content: bytes) -> list[object]:
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text, at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise UserError(f"{path}: not readable as JSON ({error.msg}, at character {error.pos})") from error
    except RecursionError as error:
        raise UserError(f"{path}: not readable as JSON (nested too deeply)") from error
    playlists = data.get("playlists") if isinstance(data, dict) else None
    if not isinstance(playlists, list):
        raise UserError(f"{path}: no list of playlists in it; not a slice of the Million Playlist Dataset")
    return playlists


def _write(path: str, entries: list[object], log: LogWriter) -> None:
    rows = _Rows(path, np.arange(len(entries)) + 1)
    tracks_of = [_tracks(entry) for entry in entries]
    odd = np.array([tracks is None for tracks in tracks_of], bool)
    usable = rows.usable(log, ("odd_playlist", "playlists without a list of tracks in them: dropped", odd))
    rows = _Rows(path, rows.numbers[usable])
    playlists = [entry for entry in entries if isinstance(entry, dict) and _tracks(entry) is not None]
    try:
        pids = whole_numbers(playlists, "pid")
    except BadValueError as bad:
        raise UserError(f"{rows.place(bad.row)}: {bad}") from None
    if pids.null_count:
        raise UserError(f"{rows.place(int(np.argmax(pids.is_null().to_numpy(False))))}: no pid")

    entries = [track for tracks in tracks_of for track in tracks or ()]
    sizes = np.array([len(tracks) for tracks in tracks_of if tracks is not None], np.int64)
    rows.count(
        log, "no_tracks", "a playlist without tracks (the challenge set has some): no events", sizes == 0
    )
    owner = np.repeat(np.arange(len(playlists)), sizes)
    rows = _Rows(path, rows.numbers[owner])
    odd = np.array([not isinstance(track, dict) for track in entries], bool)
    usable = rows.usable(log, ("odd_entry", "tracks that are no object: dropped", odd))
    owner, rows = owner[usable], _Rows(path, rows.numbers[usable])
    tracks = [track for track in entries if isinstance(track, dict)]
    try:
        uris = pc.utf8_trim_whitespace(text_or_empty(texts(tracks, "track_uri")))
        places = to_numpy(whole_numbers(tracks, "pos"), -1)
        items = pa.table(
            {
                "item_id": uris,
                "title": texts(tracks, "track_name"),
                "creator": texts(tracks, "artist_name"),
                "duration_ms": whole_numbers(tracks, "duration_ms"),
            }
        )
    except BadValueError as bad:
        raise UserError(f"{rows.place(bad.row)}: {bad}") from None

    named = rows.usable(log, ("no_item", "a track without track_uri: dropped", pc.equal(uris, "")))
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
    log.items(items, "track")


def _tracks(playlist: object) -> list[object] | None:
    """The tracks of a playlist; None of what is none."""
    tracks = playlist.get("tracks") if isinstance(playlist, dict) else None
    return tracks if isinstance(tracks, list) else None


def _ranks(owner: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Place [n] of each track among its owner's, from 1; `owner` [n] ascends."""
    return np.arange(len(owner)) - np.searchsorted(owner, owner) + 1
