"""Cuts the last event of each listener off a log: what nothing that learns from the rest can have seen."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from listening_log.cleaning.policies import outcomes
from listening_log.tables.reader import read_batches
from listening_log.tables.tables import CATALOG, EVENTS, USERS, table_files
from listening_log.windows.time_facts import order_only
from models import names
from models.memory.interactions import Interactions

WEEK: Final = 7 * 24 * 3600
_DURATION: Final = "duration_ms"


@dataclass(frozen=True)
class Items:
    """The N items of a catalogue, in the order of the pipeline's indices 1 to N."""

    ids: list[str]
    is_talk: npt.NDArray[np.bool_]
    """[N + 1], False at index 0."""
    duration_ms: npt.NDArray[np.int64]
    """[N + 1], 0 where it is unknown."""


@dataclass(frozen=True)
class FinalEvents:
    """The final events of Q listeners, and what came before them.

    A final event that was skipped is cut off too, but it is no target; nor is there one for a listener whose
    last event is not of the catalogue.
    """

    items: Items
    users: list[str]
    """[Q] ids."""
    targets: npt.NDArray[np.int32]
    """[Q] item indices."""
    times: npt.NDArray[np.int64]
    """[Q] unix seconds of the final events."""
    histories: Interactions
    """What each of the Q listeners played before, skipped events too."""
    history_times: npt.NDArray[np.int64]
    """Unix seconds of each play of `histories`."""
    history_skipped: npt.NDArray[np.bool_]
    """Whether each play of `histories` was skipped."""
    log: Interactions
    """What all listeners played before and didn't skip: what a closed form is fitted on."""
    last_week: Interactions | None
    """The part of `log` in its last seven days; None where times only say the order."""

    @property
    def target_ids(self) -> list[str]:
        """Ids of the targets, [Q]."""
        return [self.items.ids[target - 1] for target in self.targets]

    def history_ids(self, row: int) -> list[str]:
        """Returns the ids of a listener's history, oldest first."""
        first, stop = self.histories.offsets[row : row + 2]
        return [self.items.ids[item - 1] for item in self.histories.items[first:stop]]


def cut_final_events(source: Path, folder: Path) -> FinalEvents:
    """Copies a log without each listener's last event (in order of time; ties keep the file's order).

    Args:
        source: a log in the contract's tables, without spans.
        folder: where the copy goes; it is made.

    Raises:
        UserError: a table is missing or can't be read.
    """
    items = read_items(source)
    events = read_table(table_files(str(source), EVENTS), EVENTS)
    folder.mkdir()
    for table in (CATALOG, USERS):
        for path in map(Path, table_files(str(source), table)):
            copy = folder / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)

    user = events["user_id"].combine_chunks().dictionary_encode()
    code = pc.fill_null(user.indices, -1).to_numpy().astype(np.int64)
    item = 1 + pc.fill_null(pc.index_in(events["item_id"], pa.array(items.ids)), -1).to_numpy()
    time = pc.fill_null(events["timestamp"], 0).to_numpy()
    order = np.lexsort((time, code))  # stable: ties keep the file's order
    order = order[code[order] >= 0]
    code, item, time = code[order], item[order].astype(np.int32), time[order]
    is_last = np.append(code[1:] != code[:-1], True)
    keep = np.ones(events.num_rows, bool)
    keep[order[is_last]] = False
    pq.write_table(events.filter(pa.array(keep)), folder / f"{EVENTS}.parquet")

    skipped = outcomes(events.take(pa.array(order)), items.duration_ms[item]) == names.SKIPPED
    is_play = ~is_last & (item > 0)
    is_target = is_last & (item > 0) & ~skipped
    in_history = np.isin(code, code[is_target]) & is_play
    learnt = is_play & ~skipped
    last_week = None
    if learnt.any() and not order_only(code, time):
        last_week = _interactions(code, item, learnt & (time > time[learnt].max() - WEEK), items)
    return FinalEvents(
        items=items,
        users=user.dictionary.take(pa.array(code[is_target])).to_pylist(),
        targets=item[is_target],
        times=time[is_target],
        histories=_interactions(code, item, in_history, items, listeners=code[is_target]),
        history_times=time[in_history],
        history_skipped=skipped[in_history],
        log=_interactions(code, item, learnt, items),
        last_week=last_week,
    )


def read_items(source: Path) -> Items:
    """Reads the catalogue of a log."""
    table = read_table(table_files(str(source), CATALOG), CATALOG)
    kinds = table["kind"].to_pylist() if "kind" in table.column_names else [None] * table.num_rows
    durations = table[_DURATION].to_pylist() if _DURATION in table.column_names else [0] * table.num_rows
    of_item = {
        item: (kind in names.TALK_KINDS, duration or 0)
        for item, kind, duration in zip(table["item_id"].to_pylist(), kinds, durations, strict=True)
        if item
    }
    ids = sorted(of_item, key=str.encode)
    return Items(
        ids,
        np.array([False, *(of_item[item][0] for item in ids)]),
        np.array([0, *(of_item[item][1] for item in ids)], np.int64),
    )


def read_table(paths: Iterable[str], table: str) -> pa.Table:
    """Reads a whole table of some files; a column that some of them lack is null there."""
    batches = [batch for path in paths for _, batch in read_batches(path, table)]
    whole = pa.concat_tables([batch.replace_schema_metadata() for batch in batches], promote=True)
    return whole.combine_chunks()


def _interactions(
    code: npt.NDArray[np.int64],
    item: npt.NDArray[np.int32],
    mask: npt.NDArray[np.bool_],
    items: Items,
    *,
    listeners: npt.NDArray[np.int64] | None = None,
) -> Interactions:
    """Gathers the events of `mask`, sorted by `code`; a history for each of `listeners`, or of all with an event."""
    codes = np.unique(code[mask]) if listeners is None else listeners
    ends = np.searchsorted(code[mask], codes, side="right")
    return Interactions(item[mask], np.append(0, ends).astype(np.int64), len(items.ids))
