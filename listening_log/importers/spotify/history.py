"""`spotify-history`: the extended streaming history as a listener downloads it.

An event's time is the start of the play, when a recommender would have chosen it: `ts`, the end, less
`ms_played`. A play offline started at its `offline_timestamp`, where that is a time before `ts`. What tells of the
person or the machine (username, addresses, user agent, the text of `platform`) stays behind.
"""

import re
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.errors import UserError
from listening_log.importers.reading.block import Mask
from listening_log.importers.reading.json_columns import Objects, flags, texts, whole_numbers
from listening_log.importers.reading.json_objects import ObjectBlock, read_objects
from listening_log.importers.reading.listener_exports import by_listener
from listening_log.importers.reading.source import Source, open_source
from listening_log.importers.reading.utc_times import utc_seconds
from listening_log.importers.spotify.account_data import ACCOUNT_DATA, write_account_data
from listening_log.importers.spotify.platforms import platform_family
from listening_log.importers.writing.log_writer import LogWriter
from listening_log.tables.convert import BadValueError, to_numpy
from models.unix_time import to_seconds

_HISTORY: Final = re.compile(r"(Streaming_History_(Audio|Video).*|endsong(_\d+)?)\.json", re.IGNORECASE)
_FOLDER: Final = re.compile(r"Spotify (Extended Streaming History|Account Data)|MyData", re.IGNORECASE)
_DOWNLOAD: Final = re.compile(rf"(my_spotify_data|{_FOLDER.pattern}).*", re.IGNORECASE)

# (kind, id, title, creator): the first whose id an entry has is what was played.
_ITEMS: Final = (
    ("track", "spotify_track_uri", "master_metadata_track_name", "master_metadata_album_artist_name"),
    ("episode", "spotify_episode_uri", "episode_name", "episode_show_name"),
    ("chapter", "audiobook_chapter_uri", "audiobook_chapter_title", "audiobook_title"),
)
_LOCAL: Final = "spotify:local:"  # a file of the listener's own: its id is its names

_FOUNDED: Final = 1_136_073_600  # 2006: an offline_timestamp before it is none
_MOVED: Final = 60  # seconds
_NO_REASON: Final = pa.array(["unknown", "none", "null"])
_FINISHED: Final = "trackdone"
_JUDGED: Final = pa.array([_FINISHED, "skip", "fwdbtn", "backbtn"])
Item = dict[str, str]
_ITEM_SCHEMA: Final = pa.schema([(name, pa.string()) for name in ("item_id", "kind", "title", "creator")])


def read(src: str, log: LogWriter) -> Source:
    """Writes the events and items of all histories in `src`.

    The account data is read where there is no extended history.

    Raises:
        UserError: there is no history, JSON is broken, or a value is of a wrong type; file and entry are named.
    """
    source = open_source(src, look_into_zips=True)
    extended = source.find(_HISTORY)
    files = extended or source.find(ACCOUNT_DATA)
    if not files:
        raise UserError(
            f"{src} has no extended streaming history: expected Streaming_History_Audio_….json or"
            " endsong_….json; nor account data: expected StreamingHistory_music_0.json"
        )
    untitled: dict[str, Item] = {}
    for user_id, history in by_listener(source, files, folder=_FOLDER, download=_DOWNLOAD).items():
        for file in history:
            has_times = False
            for block in read_objects(source, file, log):
                try:
                    if not extended:
                        write_account_data(user_id, block, log)
                        continue
                    has_times = has_times or any("ts" in entry for entry in block.objects)
                    if not has_times:
                        raise UserError(f"{block.place(0)}: no ts; not an extended streaming history")
                    _write(user_id, block, log, untitled)
                except BadValueError as bad:
                    raise UserError(f"{block.place(bad.row)}: {bad}") from None
    if untitled:  # the writer skips those that another entry gave a title
        log.items(pa.Table.from_pylist(list(untitled.values()), schema=_ITEM_SCHEMA))
    return source


def _write(user_id: str, block: ObjectBlock, log: LogWriter, untitled: dict[str, Item]) -> None:
    entries = block.objects
    items = _items(entries)
    ends = utc_seconds(texts(entries, "ts"))
    played = whole_numbers(entries, "ms_played")
    reasons = _end_reasons(entries)
    starts, moved = _starts(entries, ends, to_numpy(played, 0))

    usable = block.usable(
        log,
        (
            "private_session",
            "played in a private session: left out",
            flags(entries, "incognito_mode"),
        ),
        (
            "no_item",
            "no track, episode or chapter id (a local file, a removed item): dropped",
            pc.equal(items["item_id"], ""),
        ),
        ("no_time", "no readable ts: dropped", ends.is_null()),
        (
            "unheard",
            "0 ms played, and neither finished nor skipped (an error, a crash): dropped",
            (to_numpy(played, -1) == 0) & ~pc.is_in(reasons, _JUDGED).to_numpy(False),
        ),
    )
    block.count(
        log,
        "offline_play",
        "played offline, and its offline_timestamp is over a minute from ts - ms_played: moved there",
        moved & usable,
    )
    events = pa.table(
        {
            "user_id": pa.array([user_id] * len(entries), pa.string()),
            "item_id": items["item_id"],
            "timestamp": starts,
            "ms_played": played,
            "end_reason": reasons,
            "device": platform_family(texts(entries, "platform")),
            "country": _countries(texts(entries, "conn_country")),
            "shuffle": _switch(entries, "shuffle"),
        }
    )
    mask = pa.array(usable)
    log.events(events.filter(mask))
    _write_items(items.filter(mask), log, untitled)


def _items(entries: Objects) -> pa.Table:
    """`item_id` ("" = none), `kind`, `title`, `creator` of what each entry played."""
    nothing = pa.array([""] * len(entries), pa.string())
    columns = dict.fromkeys(_ITEM_SCHEMA.names, nothing)
    for kind, *fields in reversed(_ITEMS):
        ids, titles, creators = (texts(entries, field).fill_null("") for field in fields)
        ids = pc.utf8_trim_whitespace(ids)
        has = pc.and_(pc.not_equal(ids, ""), pc.invert(pc.starts_with(ids, _LOCAL)))
        values = {"item_id": ids, "kind": kind, "title": titles, "creator": creators}
        columns = {name: pc.if_else(has, value, columns[name]) for name, value in values.items()}
    return pa.table(columns)


def _write_items(items: pa.Table, log: LogWriter, untitled: dict[str, Item]) -> None:
    titled = pc.not_equal(items["title"], "")
    log.items(items.filter(titled))
    for item in items.filter(pc.invert(titled)).to_pylist():
        untitled.setdefault(item["item_id"], item)


def _starts(
    entries: Objects, ends: pa.Array, played: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], Mask]:
    """Unix seconds at which each play started, and whether `offline_timestamp` moved it."""
    end = to_numpy(ends, 0)
    start = (end * 1000 - np.maximum(played, 0)) // 1000
    offline = to_seconds(to_numpy(whole_numbers(entries, "offline_timestamp"), 0))
    usable = flags(entries, "offline") & (offline >= _FOUNDED) & (offline <= end)
    return np.where(usable, offline, start), usable & (np.abs(offline - start) > _MOVED)


def _end_reasons(entries: Objects) -> pa.Array:
    """`trackdone`, `skip` or the export's own word; "" where it doesn't say."""
    reasons = pc.utf8_lower(pc.utf8_trim_whitespace(texts(entries, "reason_end").fill_null("")))
    reasons = pc.if_else(pc.is_in(reasons, _NO_REASON), "", reasons)
    skipped = pc.and_(pa.array(flags(entries, "skipped")), pc.not_equal(reasons, _FINISHED))
    return pc.if_else(skipped, "skip", reasons)


def _switch(entries: Objects, field: str) -> npt.NDArray[np.str_]:
    """`on`, `off`, or "" where the entry doesn't say."""
    known = np.fromiter((entry.get(field) is not None for entry in entries), bool, len(entries))
    return np.where(known, np.where(flags(entries, field), "on", "off"), "")


def _countries(codes: pa.Array) -> pa.Array:
    codes = codes.fill_null("")
    return pc.if_else(pc.match_substring_regex(codes, r"^([A-Y][A-Z]|Z[A-Y])$"), codes, "")
