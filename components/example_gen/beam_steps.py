"""The Beam steps of example generation. What they do to a shard stands in modules without Beam.

The type that a step yields is that of its main output, as Beam reads it; others are named in its docstring.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import apache_beam as beam
import pyarrow as pa

from components.example_gen import examples, record_files
from components.example_gen.log_facts import LogFacts, check_enough
from components.example_gen.shard_ranges import ShardRange, SortedShard, Spills
from components.example_gen.split_counts import SplitCounts, check_splits
from components.example_gen.summary import summarize
from listening_log.cleaning.event_histories import EventHistories
from listening_log.cleaning.event_reader import EventReader
from listening_log.cleaning.item_values import ItemValues
from listening_log.cleaning.policies import REPEAT
from listening_log.cleaning.policy_counts import PolicyCounts
from listening_log.cleaning.row_numbers import files_of
from listening_log.storage.bucketed_files import read_spill, write_spill
from listening_log.tables.event_files import EventFiles
from listening_log.windows.splits import SplitPlan, make_plan
from models import names

ITEMS_A_FILE: Final = 50_000
EVENTS_A_BATCH: Final = 500_000
"""So many events are in memory at a time while the log is read."""

POLICIES: Final = "policies"
"""Output of PolicyCounts."""
FACTS: Final = "facts"
"""Output of LogFacts."""


class CleanEvents(beam.DoFn):
    """Number of a file -> the spills of its cleaned events; POLICIES: what became of the others."""

    def __init__(self, reader: EventReader, uri: str) -> None:
        self._reader = reader
        self._uri = uri

    def process(self, number: int) -> Iterator[Spills]:
        files = self._reader.files
        for batch in self._reader.read(number, EVENTS_A_BATCH):
            policies = batch.clean.policies
            newest = files.spans[number] == files.newest
            yield beam.pvalue.TaggedOutput(POLICIES, policies.as_newest() if newest else policies)
            if batch.clean.table.num_rows:
                path = record_files.partial_path(self._uri)
                yield Spills((path,), write_spill(batch.clean.table, path))
            del batch  # one batch at a time in memory


class SortShard(beam.DoFn):
    """A shard's range of buckets -> its histories on disk; FACTS: its LogFacts, POLICIES: its repeats."""

    def __init__(self, files: EventFiles, uri: str) -> None:
        self._files = files
        self._uri = uri

    def process(self, shard_range: ShardRange, spills: Spills) -> Iterator[SortedShard]:
        events = read_spill(spills.paths, shard_range.first, shard_range.stop)
        shard, repeats = EventHistories.of(events)
        del events
        if len(repeats):
            in_newest = self._files.in_newest(files_of(repeats))
            older = PolicyCounts.of({REPEAT: ~in_newest}, repeats)
            newest = PolicyCounts.of({REPEAT: in_newest}, repeats).as_newest()
            yield beam.pvalue.TaggedOutput(POLICIES, older + newest)
        yield beam.pvalue.TaggedOutput(FACTS, LogFacts.of(shard, self._files))
        path = record_files.partial_path(self._uri)
        shard.write(path)
        yield SortedShard(shard_range.index, shard_range.count, path)


@dataclass(frozen=True)
class LogPlan:
    """What the facts of the whole log decide for each window."""

    split: SplitPlan
    facts: LogFacts
    item_columns: Mapping[str, float] = field(default_factory=dict)
    """Columns of events that follow from the item, with the share of events that agree: they are no context."""

    @property
    def context_columns(self) -> list[str]:
        """The columns that are context, in the order of their slots."""
        return sorted(self.facts.context_columns - set(self.item_columns))


def plan_splits(facts: LogFacts, policies: PolicyCounts, reader: EventReader) -> LogPlan:
    """Chooses the split from the facts of the whole log.

    Raises:
        UserError: there is too little to split.
    """
    files, config = reader.files, reader.config
    check_enough(facts, policies, files)
    split = make_plan(
        facts.newest.minutes,
        split=config.split,
        order_only=facts.time.order_only,
        eval_share=config.eval_share,
        test_share=config.test_share,
        span=files.newest if files.several else None,
    )
    return LogPlan(split, facts, facts.item_columns.shares())


class WriteWindows(beam.DoFn):
    """A sorted shard -> what was written to each split: one file a shard and split, in listener order."""

    def __init__(self, reader: EventReader, uri: str, final_fit: bool) -> None:
        self._reader = reader
        self._uri = uri
        self._final_fit = final_fit

    def process(self, element: SortedShard, plan: LogPlan) -> Iterator[dict[str, SplitCounts]]:
        shard = EventHistories.read(element.path)
        users = self._reader.users()
        listeners = shard.listeners
        unknown = pa.nulls(len(listeners), pa.list_(pa.string()))
        tokens = unknown if users is None else users.tokens_of(listeners)
        splits = plan.split.windows(
            shard.timestamp, shard.offsets, self._reader.config.max_length, final_fit=self._final_fit
        )
        begins = plan.split.begins(shard.timestamp, shard.offsets)
        for split, windows in splits.items():
            records = examples.window_examples(
                shard,
                windows,
                item_ids=self._reader.catalog().item_ids,
                listener_tokens=tokens,
                context_columns=plan.context_columns,
                time_features=plan.split.time_features,
                begins=begins if split == names.ALL else None,
            )
            record_files.write_records(self._uri, split, element.index, element.count, records)
        yield {split: SplitCounts.of(shard, windows) for split, windows in splits.items()}


def merge_splits(parts: Iterable[Mapping[str, SplitCounts]]) -> dict[str, SplitCounts]:
    """Adds up what was written to each split."""
    total: dict[str, SplitCounts] = {}
    for part in parts:
        for split, counts in part.items():
            total[split] = total.get(split, SplitCounts()).merge(counts)
    return total


class CountItemValues(beam.DoFn):
    """A sorted shard -> what its events say of their items; nothing where no column follows from the item."""

    def process(self, element: SortedShard, plan: LogPlan) -> Iterator[ItemValues]:
        if plan.item_columns:
            yield ItemValues.of(EventHistories.read(element.path).table, plan.item_columns)


def write_catalog(index: int, reader: EventReader, uri: str, values: ItemValues) -> None:
    """Writes file `index` of the catalogue's items, in the order of their index."""
    catalog = reader.catalog()
    first = index * ITEMS_A_FILE
    items = catalog.table.slice(first, ITEMS_A_FILE)
    items = values.most_frequent().add_to(items, first + 1, catalog.columns)
    records = examples.catalog_examples(items)
    record_files.write_records(uri, names.CATALOG, index, catalog_files(catalog.size), records)


def catalog_files(items: int) -> int:
    """Number of files of the `catalog` split."""
    return -(-items // ITEMS_A_FILE)


def write_summary(
    splits: Mapping[str, SplitCounts], plan: LogPlan, policies: PolicyCounts, reader: EventReader, uri: str
) -> None:
    """Writes the summary.

    Raises:
        UserError: a split has nothing to learn or to ask.
    """
    check_splits(plan.split, splits)
    summarize(
        plan.split,
        plan.facts,
        splits,
        policies,
        context_columns=plan.context_columns,
        item_columns=plan.item_columns,
        files=reader.files,
        catalog=reader.catalog(),
        users=reader.users(),
    ).write(uri)
