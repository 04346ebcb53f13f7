"""Last.fm 1K: what some thousand listeners played from 2005 to 2009, a play a line, and their profiles.

An item is a track: its MusicBrainz id or, where the line has none, `name-` and 16 hexadecimal digits that are
a hash of the artist's and the track's names in lower case, without blanks around them. Equal names without an
id are one track; a track that has its id on some lines only is two.

The file lists a listener's plays newest first. Times put them in order, but of plays that share a second the
lower line was first, so the order of such lines is turned around; a file that was sorted oldest first is left.
"""

import hashlib
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.errors import UserError
from listening_log.importers.reading.source import Source, open_source
from listening_log.importers.reading.text_blocks import Layout, TextBlock, read_blocks
from listening_log.importers.writing.log_writer import LogWriter

PLAYS: Final = "userid-timestamp-artid-artname-traid-traname.tsv"
PROFILES: Final = "userid-profile.tsv"
_PLAYS_LAYOUT: Final = Layout(("user_id", "time", "artist_id", "artist", "track_id", "track"))
_PROFILES_LAYOUT: Final = Layout(("user_id", "gender", "age", "country", "registered"), header=True)
_TIME_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"


def read(src: str, log: LogWriter) -> None:
    """Reads the unpacked set: its folder, or the file of plays. Raises UserError where it is none."""
    source = open_source(src)
    plays, profiles = _files(source)
    if profiles:
        for block in read_blocks(source, profiles, _PROFILES_LAYOUT, log):
            log.users(_listeners(block.table))
    turning: _Ties | None = None
    for block in read_blocks(source, plays, _PLAYS_LAYOUT, log):
        rows = _usable(block, log)
        names = rows.select(["item_id", "artist", "track"]).rename_columns(["item_id", "creator", "title"])
        kinds = pa.array(["track"], pa.string()).take(pa.nulls(len(names), pa.int8()).fill_null(0))
        log.items(names.append_column("kind", kinds))
        turning = turning or _Ties(_newest_first(rows))
        log.events(turning.turn(rows.select(["user_id", "item_id", "timestamp"])))
    if turning:
        log.events(turning.rest())


def _files(source: Source) -> tuple[str, str | None]:
    names = source.names
    if len(source.files) == 1 and source.files[0].endswith(".tsv"):
        names = {PLAYS: source.files[0]}  # whatever its name is
    if PLAYS in names:
        return names[PLAYS], names.get(PROFILES)
    raise UserError(
        f"{source.src}: not the Last.fm 1K set; expected {PLAYS} (and {PROFILES}); found {source.found()}"
    )


def _listeners(rows: pa.Table) -> pa.Table:
    """`registered` is a day, one of hardly any other listener: its year is kept."""
    rows = rows.set_column(0, "user_id", pc.utf8_trim_whitespace(rows["user_id"]))
    years = pc.replace_substring_regex(rows["registered"], r"^.*?(\d{4})?\s*$", r"\1")
    return rows.set_column(rows.column_names.index("registered"), "registered", years)


def _usable(block: TextBlock, log: LogWriter) -> pa.Table:
    """The lines with a listener, a time and a track, as `user_id`, `timestamp`, `item_id`, `artist`, `track`."""
    columns = {name: block.table[name].combine_chunks() for name in block.table.column_names}
    times = pc.strptime(columns["time"], format=_TIME_FORMAT, unit="s", error_is_null=True)
    item_ids = _item_ids(columns["track_id"], columns["artist"], columns["track"])
    keep = np.ones(len(times), bool)
    for policy, what, bad in (
        ("no_listener", "lines without a listener: dropped", pc.equal(columns["user_id"], "")),
        ("unreadable_time", "lines whose time is not as 2009-05-04T23:08:57Z: dropped", pc.is_null(times)),
        ("no_track", "lines with neither a track's id nor its name: dropped", pc.equal(item_ids, "")),
    ):
        met = keep & bad.to_numpy(False)
        block.count(log, policy, what, met)
        keep &= ~met
    table = pa.table(
        {
            "user_id": columns["user_id"],
            "timestamp": pc.cast(times, pa.int64()),
            "item_id": item_ids,
            "artist": columns["artist"],
            "track": columns["track"],
        }
    )
    return table if keep.all() else table.filter(pa.array(keep))


def _item_ids(track_ids: pa.Array, artists: pa.Array, tracks: pa.Array) -> pa.Array:
    """[n] string: the track's id, else one of its names; "" where it has neither."""
    lacking = np.flatnonzero(pc.equal(track_ids, "").to_numpy(False))
    if not len(lacking):
        return track_ids
    artist, track = (
        pc.utf8_lower(pc.utf8_trim_whitespace(names.take(pa.array(lacking)))) for names in (artists, tracks)
    )
    named = pc.if_else(pc.equal(track, ""), "", pc.binary_join_element_wise(artist, track, "\t"))
    encoded = named.dictionary_encode()
    ids = pa.array([_hashed(name) for name in encoded.dictionary.to_pylist()], pa.string())
    place = np.zeros(len(track_ids), np.int64)
    place[lacking] = encoded.indices.to_numpy()
    return pc.if_else(pc.equal(track_ids, ""), ids.take(pa.array(place)), track_ids)


def _hashed(name: str) -> str:
    return f"name-{hashlib.blake2b(name.encode(), digest_size=8).hexdigest()}" if name else ""


def _newest_first(rows: pa.Table) -> bool:
    users, times = rows["user_id"].combine_chunks(), rows["timestamp"].to_numpy()
    same = pc.equal(users[1:], users[:-1]).to_numpy(False)
    steps = np.sign(np.diff(times))[same]
    return bool(steps.sum() <= 0)


class _Ties:
    """Turns around the order of lines that share listener and time, over the ends of blocks too."""

    def __init__(self, turned: bool) -> None:
        self._turned = turned
        self._held: pa.Table | None = None

    def turn(self, rows: pa.Table) -> pa.Table:
        """The rows so far whose ties are all there, each tie turned around."""
        if not self._turned:
            return rows
        rows = pa.concat_tables([self._held, rows]) if self._held is not None else rows
        starts = _starts(rows)
        last = int(starts[-1]) if len(starts) else 0
        self._held = rows.slice(last)
        return _turned(rows.slice(0, last), starts[:-1])

    def rest(self) -> pa.Table:
        """The last tie."""
        if self._held is None:
            return pa.table({"user_id": [], "item_id": [], "timestamp": []})
        return _turned(self._held, _starts(self._held))


def _starts(rows: pa.Table) -> npt.NDArray[np.int64]:
    """Where runs of rows with one listener and one time begin."""
    users, times = rows["user_id"].combine_chunks(), rows["timestamp"].to_numpy()
    changes = pc.not_equal(users[1:], users[:-1]).to_numpy(False) | (times[1:] != times[:-1])
    return np.flatnonzero(np.r_[[True] * bool(len(times)), changes])


def _turned(rows: pa.Table, starts: npt.NDArray[np.int64]) -> pa.Table:
    lengths = np.diff(np.r_[starts, rows.num_rows])
    if not (lengths > 1).any():
        return rows
    order = np.repeat(2 * starts + lengths - 1, lengths) - np.arange(rows.num_rows)
    return rows.take(pa.array(order))
