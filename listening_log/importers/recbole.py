"""RecBole's atomic files: `NAME.inter`, and where there are any `NAME.item` and `NAME.user`.

Which field of `.inter` is the listener, the item, the time and the rating goes by its name. Without times, the
order of lines is the order of events: all get one time, 1. A line whose `label` is 0 was shown and not taken,
so it is no event. Quotes are characters like others, and `nan` or `None` is no value: so RecBole's own
converter writes it. Without `.item` the catalogue is the items met.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.errors import UserError
from listening_log.importers.reading.source import Source, open_source
from listening_log.importers.reading.text_blocks import Layout, TextBlock, first_line_of, read_blocks
from listening_log.importers.recbole_fields import (
    Field,
    Roles,
    id_field,
    item_columns,
    kind_of,
    parse_header,
    roles,
)
from listening_log.importers.writing.log_writer import LogWriter

_NO_VALUE: Final = pa.array(["nan", "NaN", "None"])
_ONE_TIME: Final = 1
_NUMBERS: Final = ("duration_ms", "explicit")


def read(src: str, log: LogWriter) -> None:
    """Reads the files: their folder, its zip, or the `.inter` file. Raises UserError where there is none."""
    source, inter = _find(src)
    fields = _fields(source, inter)
    item_file, user_file = (_beside(source, inter, ending) for ending in (".item", ".user"))
    item_fields = _fields(source, item_file) if item_file else []
    role = roles(fields, source.path(inter), item_fields)
    if item_file:
        _read_items(source, item_file, item_fields, role.item, log)
    if user_file:
        _read_users(source, user_file, role.user, log)
    _tell(role, f"{source.path(inter)}, line 1", log)
    _read_events(source, inter, fields, role, log, with_items=not item_file)


def _find(src: str) -> tuple[Source, str]:
    """The source, and the `.inter` file in it."""
    source = open_source(src)
    if src.endswith(".inter") and source.files:
        folder, _, name = src.rpartition("/")
        return open_source(folder or "."), name
    found = [file for file in source.files if file.endswith(".inter")]
    if len(found) == 1:
        return source, found[0]
    if found:
        raise UserError(f"{src}: holds more than one .inter file ({', '.join(found[:3])}); name one of them")
    raise UserError(
        f"{src}: no RecBole files; expected NAME.inter (and NAME.item, NAME.user); found {source.found()}"
    )


def _beside(source: Source, inter: str, ending: str) -> str | None:
    file = inter.removesuffix(".inter") + ending
    return file if file in source.files else None


def _fields(source: Source, file: str) -> list[Field]:
    return parse_header(first_line_of(source, file), source.path(file))


def _layout(fields: Sequence[Field], numbers: Sequence[str] = ()) -> Layout:
    return Layout(
        [field.name for field in fields], header=True, types={name: pa.float64() for name in numbers}
    )


def _tell(role: Roles, place: str, log: LogWriter) -> None:
    if not role.time:
        log.count("no_times", "no field of .inter is a time: the order of lines is the order", 1, place)
    if role.left:
        what = f"fields of .inter that the log has no place for ({', '.join(role.left)}): left out"
        log.count("left_fields", what, len(role.left), place)


def _read_items(source: Source, file: str, fields: Sequence[Field], item: str, log: LogWriter) -> None:
    key = id_field(fields, item)
    columns = item_columns([field for field in fields if field.name != key])
    kind = kind_of([item, *(field.name for field in columns.values())])
    layout = _layout(fields, [field.name for column, field in columns.items() if column in _NUMBERS])
    for block in read_blocks(source, file, layout, log):
        made = {"item_id": _text(block, key)}
        for column, field in columns.items():
            if column == "duration_ms":
                made[column] = _whole(block, field.name)
            elif column == "explicit":
                made[column] = pc.not_equal(block.table[field.name], 0)
            elif column == "genres" and field.type == "token_seq":
                made[column] = _listed(_text(block, field.name))
            else:
                made[column] = _text(block, field.name)
        if kind and "kind" not in made:
            made["kind"] = _all(kind, len(block.table))
        log.items(pa.table(made))


def _read_users(source: Source, file: str, user: str, log: LogWriter) -> None:
    fields = _fields(source, file)
    key = id_field(fields, user)
    names = [
        field.name for field in fields if field.name not in (key, "user_id") and field.type != "float_seq"
    ]
    for block in read_blocks(source, file, _layout(fields), log):
        log.users(pa.table({"user_id": _text(block, key), **{name: _text(block, name) for name in names}}))


def _read_events(
    source: Source, file: str, fields: Sequence[Field], role: Roles, log: LogWriter, with_items: bool
) -> None:
    numbers = [field.name for field in (role.time, role.rating, role.played, role.label) if field]
    kind = kind_of([role.item])
    for block in read_blocks(source, file, _layout(fields, numbers), log):
        size = len(block.table)
        made = {"user_id": _text(block, role.user), "item_id": _text(block, role.item)}
        made["timestamp"] = _whole(block, role.time.name) if role.time else _all(_ONE_TIME, size)
        if role.played:
            made["ms_played"] = _whole(block, role.played.name)
        if role.end_reason:
            made["end_reason"] = _text(block, role.end_reason.name)
        if role.rating:
            made["rating"] = block.table[role.rating.name]
        events = pa.table(made | {name: _text(block, name) for name in role.context})
        if role.label:
            shown = pc.fill_null(pc.equal(block.table[role.label.name], 0), False).to_numpy()
            what = f"lines with {role.label.name} 0, shown but not taken: dropped"
            block.count(log, "shown_only", what, shown)
            events = events.filter(pa.array(~shown))
        if with_items:
            items = pa.table({"item_id": made["item_id"]})
            log.items(items.append_column("kind", _all(kind, size)) if kind else items)
        log.events(events)


def _text(block: TextBlock, name: str) -> pa.Array:
    values = block.table[name].combine_chunks()
    return pc.if_else(pc.is_in(values, value_set=_NO_VALUE), "", values)


def _whole(block: TextBlock, name: str) -> pa.Array:
    """The number rounded down [n] int64, null where there is none that fits."""
    values = block.table[name].combine_chunks()
    values = pc.if_else(pc.less(pc.abs(values), 2.0**63), pc.floor(values), pa.scalar(None, pa.float64()))
    return pc.cast(values, pa.int64())


def _listed(values: pa.Array) -> pa.Array:
    """`a|b` of `a, b` or, where no value has a comma, `a b`."""
    commas = bool(pc.any(pc.match_substring(values, ",")).as_py())
    separated = pc.replace_substring_regex(values, r"\s*,\s*" if commas else r"\s+", "|")
    return pc.utf8_trim(separated, "|")


def _all(value: int | str, size: int) -> pa.Array:
    return pa.array([value]).take(pa.array(np.zeros(size, np.int64)))
