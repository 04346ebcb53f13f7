"""Amazon Reviews 2023: ratings alone, their benchmark's splits, or the reviews; and what tells of the products.

A category is read from the first that is there: `NAME.csv` (ratings alone), `NAME.train.csv` with `valid` and
`test` (the splits are one log again; their `history` repeats it), `NAME.jsonl` (reviews). Files may be packed by
gzip. An item is a `parent_asin`. Products without a rating in these files are left out. What reviewers wrote is not
copied.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from listening_log.errors import UserError
from listening_log.importers.reading.block import Ledger
from listening_log.importers.reading.json_columns import (
    Objects,
    numbers,
    texts,
    texts_or_empty,
    whole_numbers,
)
from listening_log.importers.reading.json_objects import read_objects
from listening_log.importers.reading.source import Source, open_source
from listening_log.importers.reading.text_blocks import Layout, first_line_of, read_blocks
from listening_log.importers.writing.log_writer import LogWriter
from listening_log.importers.writing.seen_ids import SeenIds
from listening_log.tables.convert import BadValueError

_FILE: Final = re.compile(
    r"(?P<meta>meta_)?(?P<name>.+?)(\.(?P<part>train|valid|test))?\.(?P<kind>csv|jsonl)(\.gz)?", re.IGNORECASE
)
_PARTS: Final = ("train", "valid", "test")
_COLUMNS: Final = {
    "user_id": "user_id",
    "parent_asin": "item_id",
    "rating": "rating",
    "timestamp": "timestamp",
}
_LAYOUT: Final = Layout(
    tuple(_COLUMNS.values()), ",", quoted=True, types={"rating": pa.float64()}, times=("timestamp",)
)
_KIND: Final = "product"
_MILLISECONDS: Final = 100_000_000_000  # from here on a time is none in seconds


def read(src: str, log: LogWriter) -> Source:
    """Writes the ratings of all categories in `src`, and their products.

    Raises:
        UserError: there are none, a category is there twice, or a split lacks a part.
    """
    source = open_source(src)
    categories, metas = _find(source)
    rated = SeenIds()
    for files in categories:
        for events in _events(source, files, log):
            rated.add(events["item_id"].combine_chunks())
            log.events(events)
    for meta in metas:
        for block in read_objects(source, meta, log, lines=True):
            items = _items(block.objects)
            unrated = ~rated.contains(items["item_id"].combine_chunks())
            block.count(log, "no_rating", "products without a rating in these files: left out", unrated)
            log.items(items.filter(pa.array(~unrated)), _KIND)
    if log.items_written < len(rated):  # some products have no metadata
        for files in categories:
            for events in _events(source, files, _Uncounted()):
                log.items(events.select(["item_id"]), _KIND)
    return source


class _Uncounted:
    """Stands in for the log where a file is read again."""

    def count(self, policy: str, what: str, count: int, place: str) -> None:
        """Counts nothing."""


def _find(source: Source) -> tuple[list[list[str]], list[str]]:
    """The files of each category's ratings, and all files of metadata."""
    files: dict[tuple[str, str], dict[str, str]] = {}
    metas = []
    for file in source.find(_FILE):
        match = _FILE.fullmatch(file.rsplit("/", 1)[-1])
        assert match is not None
        if match["meta"]:
            metas.append(file)
            continue
        parts = files.setdefault((match["name"], match["kind"].lower()), {})
        part = match["part"] or ""
        if part in parts:
            raise UserError(
                f"{source.src}: holds {match['name']} more than once ({parts[part]}, {file}); name one folder"
            )
        parts[part] = file
    categories = []
    for name in sorted({name for name, _ in files}):
        parts = files.get((name, "csv")) or files[name, "jsonl"]
        if "" in parts:
            categories.append([parts[""]])
            continue
        missing = next((part for part in _PARTS if part not in parts), None)
        if missing:
            raise UserError(
                f"{source.src}: {name}.{missing}.csv is missing; the splits of a category are one log only"
                f" together: add it, or {name}.csv of rating_only"
            )
        categories.append([parts[part] for part in _PARTS])
    if not categories:
        raise UserError(
            f"{source.src}: no Amazon Reviews 2023; expected NAME.csv, or NAME.train.csv with valid and test,"
            f" or NAME.jsonl (and meta_NAME.jsonl); found {source.summary()}"
        )
    return categories, metas


def _events(source: Source, files: list[str], log: Ledger) -> Iterator[pa.Table]:
    for file in files:
        yield from _reviews(source, file, log) if ".jsonl" in file.lower() else _ratings(source, file, log)


def _ratings(source: Source, file: str, log: Ledger) -> Iterator[pa.Table]:
    first, path = first_line_of(source, file), source.path(file)
    layout = _LAYOUT
    if "parent_asin" in first:  # the first files had no line of names
        layout = replace(_LAYOUT.by_header(_COLUMNS, first, path), header=True)
    if "history" in first.split(","):
        what = "the column history: left out, since its events have lines of their own"
        log.count("history", what, 1, f"{path}, line 1")
    for block in read_blocks(source, file, layout, log):
        yield _in_seconds(block.table.select(list(_COLUMNS.values())))


def _reviews(source: Source, file: str, log: Ledger) -> Iterator[pa.Table]:
    for block in read_objects(source, file, log, lines=True):
        try:
            columns = {ours: texts(block.objects, theirs) for theirs, ours in list(_COLUMNS.items())[:2]}
            columns["rating"] = numbers(block.objects, "rating")
            columns["timestamp"] = whole_numbers(block.objects, "timestamp")
        except BadValueError as bad:
            raise UserError(f"{block.place(bad.row)}: {bad}") from None
        yield _in_seconds(pa.table(columns))


def _in_seconds(events: pa.Table) -> pa.Table:
    times = events["timestamp"]
    seconds = pc.if_else(pc.greater_equal(times, _MILLISECONDS), pc.divide(times, 1000), times)
    return events.set_column(events.column_names.index("timestamp"), "timestamp", seconds)


def _items(products: Objects) -> pa.Table:
    categories = _joined(products, "categories", "|")
    items = {
        "item_id": texts_or_empty(products, "parent_asin"),
        "title": texts_or_empty(products, "title"),
        "creator": texts_or_empty(products, "store"),
        "genres": pc.if_else(pc.equal(categories, ""), texts_or_empty(products, "main_category"), categories),
        "description": _joined(products, "description", " "),
    }
    return pa.table(items)


def _joined(products: Objects, field: str, separator: str) -> pa.Array:
    """The texts of a list [n] as one text."""
    values = (product.get(field) for product in products)
    lists = (
        [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
        for value in values
    )
    return texts_or_empty([{field: separator.join(each)} for each in lists], field)
