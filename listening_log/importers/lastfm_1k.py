"""Last.fm 1K: what some thousand listeners played from 2005 to 2009, a play a line, and their profiles.

An item is a track: its MusicBrainz id or, where the line has none, `name-` and 16 hexadecimal digits that are
a hash of the artist's and the track's names in lower case, without blanks around them. Equal names without an
id are one track; a track that has its id on some lines only is two.

The file lists a listener's plays newest first. Times put them in order, but of plays that share a second the
lower line was first, so the order of such lines is turned around; a file that was sorted oldest first is left.
"""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.errors import UserError
from listening_log.importers.reading.named_ids import named_ids
from listening_log.importers.reading.source import Source, open_source
from listening_log.importers.reading.text_blocks import Layout, TextBlock, read_blocks
from listening_log.importers.reading.turned_runs import TurnedRuns
from listening_log.importers.writing.log_writer import LogWriter

PLAYS: Final = "userid-timestamp-artid-artname-traid-traname.tsv"
PROFILES: Final = "userid-profile.tsv"
_PLAYS_LAYOUT: Final = Layout(("user_id", "time", "artist_id", "artist", "track_id", "track"))
_PROFILES_LAYOUT: Final = Layout(("user_id", "gender", "age", "country", "registered"), header=True)
_TIME_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"


def read(src: str, log: LogWriter) -> Source:
    """Reads the unpacked set: its folder, or the file of plays.

    Raises:
        UserError: there is none.
    """
    source = open_source(src)
    plays, profiles = _files(source)
    if profiles:
        for block in read_blocks(source, profiles, _PROFILES_LAYOUT, log):
            log.users(_listeners(block.table))
    newest_first: bool | None = None
    runs = TurnedRuns(("user_id", "timestamp"))
    for block in read_blocks(source, plays, _PLAYS_LAYOUT, log):
        rows = _usable(block, log)
        items = rows.select(["item_id", "artist", "track"]).rename_columns(["item_id", "creator", "title"])
        log.items(items, "track")
        events = rows.select(["user_id", "item_id", "timestamp"])
        newest_first = _is_newest_first(events) if newest_first is None else newest_first
        log.events(runs.turn(events) if newest_first else events)
    if last := runs.finish():
        log.events(last)
    return source


def _files(source: Source) -> tuple[str, str | None]:
    names = source.names
    if len(source.files) == 1 and source.files[0].endswith(".tsv"):
        names = {PLAYS: source.files[0]}  # whatever its name is
    if PLAYS in names:
        return names[PLAYS], names.get(PROFILES)
    raise UserError(
        f"{source.src}: not the Last.fm 1K set; expected {PLAYS} (and {PROFILES}); found {source.summary()}"
    )


def _listeners(rows: pa.Table) -> pa.Table:
    """`registered` is a day, one of hardly any other listener: its year is kept."""
    rows = rows.set_column(0, "user_id", pc.utf8_trim_whitespace(rows["user_id"]))
    years = pc.replace_substring_regex(rows["registered"], r"^.*?(\d{4})?\s*$", r"\1")
    return rows.set_column(rows.column_names.index("registered"), "registered", years)


def _usable(block: TextBlock, log: LogWriter) -> pa.Table:
    """The lines with a listener, a time and a track, as `user_id`, `timestamp`, `item_id`, `artist`, `track`."""
    times = pc.strptime(block.column("time"), format=_TIME_FORMAT, unit="s", error_is_null=True)
    item_ids = _item_ids(block.column("track_id"), block.column("artist"), block.column("track"))
    usable = block.usable(
        log,
        ("no_listener", "lines without a listener: dropped", pc.equal(block.column("user_id"), "")),
        ("unreadable_time", "lines whose time is not as 2009-05-04T23:08:57Z: dropped", pc.is_null(times)),
        ("no_track", "lines with neither a track's id nor its name: dropped", pc.equal(item_ids, "")),
    )
    rows = block.table.select(["user_id", "artist", "track"])
    rows = rows.append_column("timestamp", pc.cast(times, pa.int64())).append_column("item_id", item_ids)
    return rows if usable.all() else rows.filter(pa.array(usable))


def _item_ids(track_ids: pa.Array, artists: pa.Array, tracks: pa.Array) -> pa.Array:
    """[n] string: the track's id, else one of its names; "" where it has neither."""
    lacking = pc.equal(track_ids, "")
    if not pc.any(lacking).as_py():
        return track_ids
    return pc.replace_with_mask(
        track_ids, lacking, named_ids(artists.filter(lacking), tracks.filter(lacking))
    )


def _is_newest_first(rows: pa.Table) -> bool:
    users, times = rows["user_id"].combine_chunks(), rows["timestamp"].to_numpy()
    same = pc.equal(users[1:], users[:-1]).to_numpy(False)
    return bool(np.sign(np.diff(times))[same].sum() <= 0)
