"""RecBole's atomic files: `NAME.inter`, and where there are any `NAME.item` and `NAME.user`.

Which field of `.inter` is the listener, the item, the time and the rating goes by its name. Without times, the
order of lines is the order of events: all get one time, 1. A line whose `label` is 0 was shown and not taken,
so it is no event. Quotes are characters like others, and a mark such as `nan` or `None` is no value: so
RecBole's own converter writes it. Without `.item` the catalogue is the items of the lines.

Files that were cut for a benchmark, `NAME.train.inter` and so on, are one log; from lists of the items before a
line's, the histories are rebuilt.
"""

from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from listening_log.importers.reading.source import Source
from listening_log.importers.reading.text_blocks import Layout, TextBlock, first_line_of, read_blocks
from listening_log.importers.recbole.fields import (
    Field,
    Roles,
    id_field,
    item_columns,
    kind_of,
    parse_header,
    roles,
)
from listening_log.importers.recbole.file_names import file_beside, find_files, part_of
from listening_log.importers.recbole.histories import HISTORY, Histories
from listening_log.importers.writing.log_writer import LogWriter
from listening_log.tables.no_value import without_marks

_ONE_TIME: Final = 1
_NUMBERS: Final = ("duration_ms", "explicit")


def read(src: str, log: LogWriter) -> Source:
    """Reads the files: their folder, its zip, or one `.inter` file.

    Raises:
        UserError: there is none, or more than one log.
    """
    source, inters = find_files(src)
    item_file, user_file = (file_beside(source, inters[0], ending) for ending in (".item", ".user"))
    item_fields = _fields(source, item_file) if item_file else []
    histories = Histories()
    for number, inter in enumerate(inters):
        fields = _fields(source, inter)
        role = roles(fields, source.path(inter), item_fields)
        if number == 0:
            if item_file:
                _read_items(source, item_file, item_fields, role.item, log)
            if user_file:
                _read_users(source, user_file, role.user, log)
            _count_fields(role, f"{source.path(inter)}, line 1", log)
        sessions = f"{part_of(inter)}-" if len(inters) > 1 else ""
        lines = _Lines(role, histories, sessions, log, with_items=not item_file)
        for block in read_blocks(source, inter, lines.layout(fields), log):
            lines.write(block)
        lines.finish()
    return source


def _fields(source: Source, file: str) -> list[Field]:
    return parse_header(first_line_of(source, file), source.path(file))


def _layout(fields: Sequence[Field], numbers: Sequence[str] = (), times: Sequence[str] = ()) -> Layout:
    types = {name: pa.float64() for name in numbers}
    return Layout([field.name for field in fields], header=True, types=types, times=times)


def _count_fields(role: Roles, place: str, log: LogWriter) -> None:
    if not role.time:
        log.count("no_times", "no field of .inter is a time: the order of lines is the order", 1, place)
    if role.history:
        what = f"lists of the items before a line's ({role.history}): the histories are rebuilt from them"
        log.count("rebuilt_histories", what, 1, place)
    if role.items:
        names = ", ".join(field.name for field in role.items.values())
        log.count(
            "item_fields",
            f"fields of .inter that tell of the item ({names}): item data",
            len(role.items),
            place,
        )
    if role.left:
        what = f"fields of .inter that the log has no place for ({', '.join(role.left)}): left out"
        log.count("left_fields", what, len(role.left), place)


def _read_items(source: Source, file: str, fields: Sequence[Field], item: str, log: LogWriter) -> None:
    key = id_field(fields, item)
    columns = item_columns([field for field in fields if field.name != key])
    kind = kind_of([item, *(field.name for field in columns.values())])
    layout = _layout(fields, [field.name for column, field in columns.items() if column in _NUMBERS])
    for block in read_blocks(source, file, layout, log):
        log.items(_items(block, key, columns), kind)


def _items(block: TextBlock, key: str, columns: dict[str, Field]) -> pa.Table:
    items = {"item_id": _text(block, key)}
    for column, field in columns.items():
        if column == "duration_ms":
            items[column] = _whole(block, field.name)
        elif column == "explicit":
            items[column] = pc.not_equal(block.table[field.name], 0)
        elif column == "genres" and field.type == "token_seq":
            items[column] = _separated(_text(block, field.name))
        else:
            items[column] = _text(block, field.name)
    return pa.table(items)


def _read_users(source: Source, file: str, user: str, log: LogWriter) -> None:
    fields = _fields(source, file)
    key = id_field(fields, user)
    names = [
        field.name for field in fields if field.name not in (key, "user_id") and field.type != "float_seq"
    ]
    for block in read_blocks(source, file, _layout(fields), log):
        log.users(pa.table({"user_id": _text(block, key), **{name: _text(block, name) for name in names}}))


class _Lines:
    """Writes the events, and without `.item` the items, of the lines of one `.inter` file."""

    def __init__(
        self, role: Roles, histories: Histories, sessions: str, log: LogWriter, *, with_items: bool
    ) -> None:
        self._role = role
        self._log = log
        self._with_items = with_items
        self._kind = kind_of([role.item, *(field.name for field in role.items.values())])
        sessions_prefix = sessions if role.is_session else None
        self._histories = histories.open_file(sessions_prefix) if role.history else None

    def layout(self, fields: Sequence[Field]) -> Layout:
        """How the file is read."""
        role = self._role
        numbers = [field.name for field in (role.rating, role.played, role.label) if field]
        return _layout(fields, numbers, [role.time.name] if role.time else ())

    def write(self, block: TextBlock) -> None:
        """Writes what the lines of a block tell."""
        role, size = self._role, len(block.table)
        columns = {"user_id": _text(block, role.user), "item_id": _text(block, role.item)}
        columns["timestamp"] = block.column(role.time.name) if role.time else pa.array([_ONE_TIME] * size)
        if role.played:
            columns["ms_played"] = _whole(block, role.played.name)
        if role.end_reason:
            columns["end_reason"] = _text(block, role.end_reason.name)
        if role.rating:
            columns["rating"] = block.table[role.rating.name]
        columns |= {name: _text(block, name) for name in role.context}
        if role.history:
            columns[HISTORY] = _text(block, role.history)
        events = pa.table(columns)
        if role.label:
            shown = pc.fill_null(pc.equal(block.table[role.label.name], 0), False).to_numpy()
            what = f"lines with {role.label.name} 0, shown but not taken: dropped"
            block.count(self._log, "shown_only", what, shown)
            events = events.filter(pa.array(~shown))
        if self._with_items:
            self._log.items(_items(block, role.item, role.items), self._kind)
        if self._histories:
            self._write_rebuilt(self._histories.events(events))
        else:
            self._log.events(events)

    def finish(self) -> None:
        """Writes what waited for further lines."""
        last = self._histories.finish() if self._histories else None
        if last is not None:
            self._write_rebuilt(last)

    def _write_rebuilt(self, events: pa.Table) -> None:
        if self._with_items:
            self._log.items(events.select(["item_id"]), self._kind)
        self._log.events(events)


def _text(block: TextBlock, name: str) -> pa.Array:
    return pc.fill_null(without_marks(block.column(name)), "")


def _whole(block: TextBlock, name: str) -> pa.Array:
    """The number rounded down [n] int64, null where there is none that fits."""
    values = block.column(name)
    values = pc.if_else(pc.less(pc.abs(values), 2.0**63), pc.floor(values), pa.scalar(None, pa.float64()))
    return pc.cast(values, pa.int64())


def _separated(values: pa.Array) -> pa.Array:
    """`a|b` of `a, b` or, where no value has a comma, `a b`."""
    commas = bool(pc.any(pc.match_substring(values, ",")).as_py())
    separated = pc.replace_substring_regex(values, r"\s*,\s*" if commas else r"\s+", "|")
    return pc.utf8_trim(separated, "|")
