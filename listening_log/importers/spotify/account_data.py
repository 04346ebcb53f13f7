"""The streaming history of Spotify's account data: one year, names without ids, times to the minute.

An item's id is a hash of its names. An event's time is the start of the play: `endTime` less `msPlayed`.
"""

import re
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from listening_log.importers.reading.json_columns import texts, whole_numbers
from listening_log.importers.reading.json_objects import ObjectBlock
from listening_log.importers.reading.named_ids import named_ids
from listening_log.importers.reading.utc_times import utc_seconds
from listening_log.importers.writing.log_writer import LogWriter
from listening_log.tables.convert import to_numpy

ACCOUNT_DATA: Final = re.compile(r"StreamingHistory(_?(music|podcast))?_?\d*\.json", re.IGNORECASE)

# (kind, title, creator): an entry has the fields of one of them.
_ITEMS: Final = (("track", "trackName", "artistName"), ("episode", "episodeName", "podcastName"))
_NAMELESS: Final = pa.array(["", "Unknown Track", "Unknown Episode"])


def write_account_data(user_id: str, block: ObjectBlock, log: LogWriter) -> None:
    """Writes the events and items of some entries.

    Raises:
        BadValueError: a field is of a wrong type.
    """
    entries = block.objects
    kind, title, creator = next(
        (fields for fields in _ITEMS if any(fields[1] in entry for entry in entries)), _ITEMS[0]
    )
    titles, creators = (texts(entries, field).fill_null("") for field in (title, creator))
    titles = pc.if_else(pc.is_in(titles, _NAMELESS), "", titles)
    item_ids = named_ids(creators, titles)
    ends = utc_seconds(texts(entries, "endTime"))
    played = whole_numbers(entries, "msPlayed")
    usable = pa.array(
        block.usable(
            log,
            (
                "no_item",
                "no name of a track or an episode (a removed item): dropped",
                pc.equal(item_ids, ""),
            ),
            ("no_time", "no readable endTime: dropped", ends.is_null()),
            ("unheard", "0 ms played: dropped", to_numpy(played, -1) == 0),
        )
    )
    starts = pc.subtract(ends, pc.divide(pc.fill_null(played, 0), 1000))
    users = pa.array([user_id] * len(entries), pa.string())
    events = {"user_id": users, "item_id": item_ids, "timestamp": starts, "ms_played": played}
    log.events(pa.table(events).filter(usable))
    items = pa.table({"item_id": item_ids, "title": titles, "creator": creators})
    log.items(items.filter(usable), kind)
