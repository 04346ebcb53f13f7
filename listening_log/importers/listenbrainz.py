"""ListenBrainz: a listener's export (`listens/2024/1.jsonl` …), or the public dump of all (`1.listens`).

An item is a recording: its MusicBrainz id, as ListenBrainz or the player tells it, else the id that ListenBrainz
gave to its names, else a hash of them. Who listened goes by the folder or zip; in a dump by `user_id`. What
players add of themselves and the user's name stay behind.
"""

import re
from typing import Final, TypeGuard

import pyarrow as pa
import pyarrow.compute as pc

from listening_log.errors import UserError
from listening_log.importers.reading.json_columns import Objects, texts_or_empty
from listening_log.importers.reading.json_objects import ObjectBlock, read_objects
from listening_log.importers.reading.listener_exports import by_listener
from listening_log.importers.reading.named_ids import named_ids
from listening_log.importers.reading.source import Source, open_source
from listening_log.importers.writing.log_writer import LogWriter

_LISTENS: Final = re.compile(r"(\d{1,2}|listens)\.(jsonl|listens)")
_FOLDER: Final = re.compile(r"listens|\d{4}", re.IGNORECASE)
_DOWNLOAD: Final = re.compile(r"listenbrainz[-_].*", re.IGNORECASE)


def read(src: str, log: LogWriter) -> Source:
    """Writes the listens and recordings of all exports in `src`.

    Raises:
        UserError: there is no export, or nothing says whose one is.
    """
    source = open_source(src, look_into_zips=True)
    files = source.find(_LISTENS)
    if not files:
        raise UserError(
            f"{src}: no ListenBrainz export; expected listens/2024/1.jsonl and so on; found {source.summary()}"
        )
    for user_id, export in by_listener(source, files, folder=_FOLDER, download=_DOWNLOAD).items():
        for file in export:
            for block in read_objects(source, file, log, lines=True):
                _write(user_id, block, log)
    return source


def _write(user_id: str, block: ObjectBlock, log: LogWriter) -> None:
    listens = block.objects
    tracks = _objects(listens, "track_metadata")
    mappings, infos = _objects(tracks, "mbid_mapping"), _objects(tracks, "additional_info")
    titles, creators = texts_or_empty(tracks, "track_name"), texts_or_empty(tracks, "artist_name")
    ids = (
        texts_or_empty(mappings, "recording_mbid"),
        texts_or_empty(infos, "recording_mbid"),
        texts_or_empty(tracks, "recording_msid"),
        texts_or_empty(listens, "recording_msid"),
        named_ids(creators, titles),
    )
    item_ids = pc.fill_null(pc.coalesce(*(pc.if_else(pc.equal(each, ""), None, each) for each in ids)), "")
    times = _whole_numbers(listens, "listened_at")
    usable = pa.array(
        block.usable(
            log,
            (
                "no_item",
                "neither a recording's id nor its name: dropped",
                pc.equal(item_ids, ""),
            ),
            ("no_time", "no readable listened_at: dropped", times.is_null()),
        )
    )
    users = pc.coalesce(_whole_numbers(listens, "user_id").cast(pa.string()), user_id)
    log.events(pa.table({"user_id": users, "item_id": item_ids, "timestamp": times}).filter(usable))
    durations = pc.coalesce(
        _whole_numbers(infos, "duration_ms"), pc.multiply(_whole_numbers(infos, "duration"), 1000)
    )
    items = {"item_id": item_ids, "title": titles, "creator": creators, "duration_ms": durations}
    log.items(pa.table(items).filter(usable), "track")


def _objects(objects: Objects, field: str) -> Objects:
    """The objects in a field, {} where there is none."""
    values = (one.get(field) for one in objects)
    return [value if isinstance(value, dict) else {} for value in values]


def _whole_numbers(objects: Objects, field: str) -> pa.Array:
    """The number of a field [n] int64, rounded down; null where it is none."""
    values = (one.get(field) for one in objects)
    return pa.array([int(value) if _is_number(value) else None for value in values], pa.int64())


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2**53
