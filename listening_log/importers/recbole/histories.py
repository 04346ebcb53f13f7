"""Rebuilds histories from RecBole's benchmark files, each line of which repeats what the listener had before.

A line holds an item and the list of the items before it, `i1 i2 i3`. So every item but those of a listener's first
list has a line of its own. Listeners' lines stand longest list first in some files, shortest first in others. In
session files each line has a session id of its own: lines of which one continues the other are one session.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.importers.reading.turned_runs import TurnedRuns
from listening_log.importers.writing.seen_ids import SeenIds

HISTORY: Final = "history"
"""The column of lists, separated by a blank; "" where there is none."""
_LEAST_CAP: Final = 10  # items of a list that may have lost its oldest; a shorter one is whole


class Histories:
    """Makes events of the lines of the files of one log, which are given in order."""

    def __init__(self) -> None:
        self._seen = SeenIds()

    def open_file(self, sessions: str | None) -> "FileHistories":
        """Starts the next file; `sessions` is put before the ids of its sessions, None where it has listeners."""
        return FileHistories(self._seen, sessions)


class FileHistories:
    """Makes events of the lines of one file."""

    def __init__(self, seen: SeenIds, sessions: str | None) -> None:
        self._seen = seen
        self._sessions = None if sessions is None else _Sessions(sessions)
        self._longest_first: bool | None = None
        self._runs = TurnedRuns(("user_id",))

    def events(self, rows: pa.Table) -> pa.Table:
        """The events of lines: columns of events, and HISTORY. Those of the last listener may come later."""
        if self._sessions is not None:
            ids = pa.array(self._sessions.ids(rows), pa.string())
            rows = rows.set_column(rows.column_names.index("user_id"), "user_id", ids)
        if self._longest_first is None:  # a block may be too small to tell
            rows = pa.concat_tables([self._runs.take_pending(rows.schema), rows])
            self._longest_first = _is_longest_first(rows)
        return self._unrolled(rows if self._longest_first is False else self._runs.turn(rows))

    def finish(self) -> pa.Table | None:
        """The events of the last listener; None where there are none left."""
        rows = self._runs.finish()
        return None if rows is None else self._unrolled(rows)

    def _unrolled(self, rows: pa.Table) -> pa.Table:
        """The lines, with the list of a listener's first line as events before it, at the line's time."""
        first = np.zeros(len(rows), bool)
        first[self._seen.add(rows["user_id"].combine_chunks())] = True
        history, item = rows[HISTORY].combine_chunks(), rows["item_id"].combine_chunks()
        lists = pc.if_else(
            pc.and_(pa.array(first), pc.not_equal(history, "")),
            pc.binary_join_element_wise(history, item, " "),
            item,
        )
        items = pc.split_pattern(lists, " ")
        parents = pc.list_parent_indices(items)
        events = rows.drop([HISTORY]).take(parents)
        events = events.set_column(events.column_names.index("item_id"), "item_id", pc.list_flatten(items))
        return _without_values(events, np.r_[np.diff(parents.to_numpy()) == 0, False])


class _Sessions:
    """Gives lines that continue each other the id of the first of them."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._id = ""
        self._list: list[str] = []  # of the line before, with its item

    def ids(self, rows: pa.Table) -> list[str]:
        columns = (rows[name].to_pylist() for name in ("user_id", HISTORY, "item_id"))
        return [self._id_of(*values) for values in zip(*columns, strict=True)]

    def _id_of(self, session: str, history: str, item: str) -> str:
        items = [*history.split(), item]
        if not (_continues(items[:-1], self._list) or _continues(self._list[:-1], items)):
            self._id = self._prefix + session
        self._list = items
        return self._id


def _continues(history: list[str], items: list[str]) -> bool:
    """Whether a list is all items of another line, or the newest of them where lists are cut to a length."""
    return bool(history) and (
        history == items
        or (len(history) >= _LEAST_CAP and len(items) == len(history) + 1 and items[1:] == history)
    )


def _is_longest_first(rows: pa.Table) -> bool | None:
    """Whether a listener's lines stand in the order of falling lists; None where no line continues another."""
    users, histories, items = (rows[name].combine_chunks() for name in ("user_id", HISTORY, "item_id"))
    newest = pc.replace_substring_regex(histories, r"^.* ", "")
    same = pc.equal(users[1:], users[:-1])
    rising, falling = (
        pc.sum(pc.and_(same, pc.equal(ends, before))).as_py() or 0
        for ends, before in ((newest[1:], items[:-1]), (newest[:-1], items[1:]))
    )
    return None if rising == falling else falling > rising


def _without_values(events: pa.Table, rows: npt.NDArray[np.bool_]) -> pa.Table:
    """Takes what a line says of its own item from the events of its list."""
    if not rows.any():
        return events
    for place, name in enumerate(events.column_names):
        if name not in ("user_id", "item_id", "timestamp"):
            values = pc.if_else(pa.array(rows), pa.scalar(None, events[name].type), events[name])
            events = events.set_column(place, name, values)
    return events
