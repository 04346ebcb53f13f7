"""A whole log as arrays in memory, sorted by listener and time: some 30 bytes an event."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from components.listening_log import policies
from components.listening_log.catalog import Catalog
from components.listening_log.policies import POLICIES, REPEAT, ROW_BITS, CleanBatch, LogConfig
from components.listening_log.reader import place, read_batches
from components.listening_log.tables import EVENTS, table_files
from models.errors import UserError

MOST_VALUES: Final = 100_000
"""Distinct values of a context column are counted up to here."""


class Codes:
    """Numbers distinct strings 0, 1, … in the order in which they come, batch after batch."""

    def __init__(self) -> None:
        self.values: pa.Array = pa.array([], pa.string())

    def of(self, column: pa.ChunkedArray) -> npt.NDArray[np.int32]:
        """The code [n] of each value [n] string."""
        encoded = column.combine_chunks().dictionary_encode()
        known = pc.is_in(encoded.dictionary, value_set=self.values)
        self.values = pa.concat_arrays([self.values, encoded.dictionary.filter(pc.invert(known))])
        codes = pc.index_in(encoded.dictionary, value_set=self.values).to_numpy(False)
        return codes[encoded.indices.to_numpy()].astype(np.int32)

    def filled(self) -> int:
        """Number of values so far that aren't ""."""
        return int(pc.sum(pc.not_equal(self.values, "")).as_py() or 0)


@dataclass(frozen=True)
class WholeLog:
    """The usable events, repeats dropped, sorted by listener, time and row; all arrays are [n]."""

    user: npt.NDArray[np.int32]
    """Code of the listener: its place in `user_ids`."""
    item: npt.NDArray[np.int32]
    """Index of the item, 1..N."""
    timestamp: npt.NDArray[np.int64]
    outcome: npt.NDArray[np.int8]
    user_ids: pa.Array
    """[U] string, in the order in which they first come in the files."""
    context: dict[str, int] = field(default_factory=dict)
    """Distinct values of each context column, "" apart."""
    columns: frozenset[str] = frozenset()
    """Every column that a file has, as far as it is read."""
    rows_read: int = 0
    files: tuple[str, ...] = ()
    counts: Counter[str] = field(default_factory=Counter)
    """How often each of `policies.POLICIES` was met."""
    places: dict[str, str] = field(default_factory=dict)
    """File and row of the first time."""


def read_log(
    data_dir: str,
    catalog: Catalog,
    config: LogConfig | None = None,
    *,
    now: int | None = None,
    batch_rows: int = 1_000_000,
) -> WholeLog:
    """Reads and cleans all events. Raises UserError where a file is wrong or no event is usable."""
    paths = table_files(data_dir, EVENTS)
    users, context = Codes(), dict[str, Codes]()
    counts, rows, columns = Counter[str](), dict[str, int](), set[str]()
    parts: list[list[npt.NDArray[np.generic]]] = []
    read = 0
    for number, path in enumerate(paths):
        for first_row, raw in read_batches(path, EVENTS, batch_rows=batch_rows):
            batch, met = policies.clean_events(
                raw, catalog, file=number, first_row=first_row, config=config, now=now
            )
            read += raw.num_rows
            columns |= set(raw.column_names)
            counts += met
            rows = batch.places | rows  # the first place stays
            for name in batch.context:
                if len(context.setdefault(name, Codes()).values) < MOST_VALUES:
                    context[name].of(batch.table[name])
            parts.append(_arrays(batch, users))
    if not any(len(part[0]) for part in parts):
        raise UserError(no_usable_event(data_dir, read, counts))
    user, item, timestamp, outcome, played, row = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    del parts

    order = np.lexsort((timestamp, user))  # stable: ties keep the files' order
    user, item, timestamp, outcome, played = (x[order] for x in (user, item, timestamp, outcome, played))
    keep = policies.drop_repeats(user, item, timestamp, played)
    if not keep.all():
        counts[REPEAT] = int((~keep).sum())
        rows[REPEAT] = int(row[order][~keep].min())
        user, item, timestamp, outcome = (x[keep] for x in (user, item, timestamp, outcome))
    return WholeLog(
        user,
        item,
        timestamp,
        outcome,
        user_ids=users.values,
        context={
            name: len(codes.values) - ("" in codes.values.to_pylist()) for name, codes in context.items()
        },
        columns=frozenset(columns),
        rows_read=read,
        files=tuple(paths),
        counts=counts,
        places={name: place(paths[at >> ROW_BITS], at & ((1 << ROW_BITS) - 1)) for name, at in rows.items()},
    )


def no_usable_event(data_dir: str, read: int, counts: Counter[str]) -> str:
    """The message that no event of a log is usable, with the reason that took most of them."""
    if not read:
        return f"{data_dir}: the table {EVENTS} has no events"
    policy, count = counts.most_common(1)[0]
    return (
        f"{data_dir}: none of the {read:,} events is usable; {count:,} have {POLICIES[policy].split(':')[0]}"
    )


def _arrays(batch: CleanBatch, users: Codes) -> list[npt.NDArray[np.generic]]:
    table = batch.table
    return [
        users.of(table[policies.USER]),
        table[policies.ITEM].to_numpy(),
        table[policies.TIMESTAMP].to_numpy(),
        table[policies.OUTCOME].to_numpy(),
        table[policies.PLAYED].to_numpy(),
        table[policies.ROW].to_numpy(),
    ]
