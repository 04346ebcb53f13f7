"""The Beam steps of example generation. What they do to a shard stands in modules without Beam."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import apache_beam as beam
import pyarrow as pa

from components.example_gen import examples, facts, record_files, shards
from components.example_gen.event_files import EventFiles
from components.example_gen.facts import LogFacts, SplitCounts
from components.example_gen.shard_ranges import ShardRange, SortedShard, Spills
from listening_log.cleaning import policies
from listening_log.cleaning.catalog import Catalog, read_catalog
from listening_log.cleaning.forgotten import Forgotten
from listening_log.cleaning.item_columns import ItemColumnCounts
from listening_log.cleaning.item_values import ItemValues
from listening_log.cleaning.policy_counts import PolicyCounts
from listening_log.cleaning.row_numbers import files_of
from listening_log.cleaning.users import Users, read_users
from listening_log.config import LogConfig
from listening_log.storage.bucketed_files import read_spill, write_spill
from listening_log.tables import reader
from listening_log.tables.spans import Spans
from listening_log.tables.tables import EVENTS
from listening_log.windows.splits import SplitPlan, make_plan
from models import names

ITEMS_A_FILE: Final = 50_000
EVENTS_A_BATCH: Final = 500_000
"""As many are in memory at a time while the log is read."""


@dataclass(frozen=True)
class Source:
    """What is read, and by which rules."""

    data_dir: str
    spans: Spans
    config: LogConfig
    digest: str
    """Of the data: a worker's cache of a table must not outlive it."""
    now: int
    """The clock that decides which times lie ahead, unix seconds; one for all workers."""
    files: EventFiles
    forgotten: Forgotten
    """Listeners whose events are left out."""

    def catalog(self) -> Catalog:
        return _catalog(self.data_dir, self.spans, self.digest)

    def users(self) -> Users | None:
        return _users(self.data_dir, self.spans, self.digest)

    def listener_tokens(self, listeners: Sequence[str]) -> list[list[str]]:
        """Tokens of each listener, [] for one without."""
        table = self.users()
        if table is None:
            return [[] for _ in listeners]
        return [tokens or [] for tokens in table.tokens_of(pa.array(listeners, pa.string())).to_pylist()]


@lru_cache(maxsize=1)
def _catalog(data_dir: str, spans: Spans, digest: str) -> Catalog:
    return read_catalog(data_dir, spans)


@lru_cache(maxsize=1)
def _users(data_dir: str, spans: Spans, digest: str) -> Users | None:
    return read_users(data_dir, spans)


class ReadEvents(beam.DoFn):
    """Number of a file -> the spills of its cleaned events; `policies`: PolicyCounts."""

    POLICIES = "policies"

    def __init__(self, source: Source, uri: str) -> None:
        self._source = source
        self._uri = uri

    def process(self, number: int) -> Iterator[Any]:
        source = self._source
        path = source.files.paths[number]
        for first_row, table in reader.read_batches(path, EVENTS, batch_rows=EVENTS_A_BATCH):
            batch = policies.clean_events(
                table,
                source.catalog(),
                file=number,
                first_row=first_row,
                config=source.config,
                now=source.now,
                forgotten=source.forgotten.mask(table[policies.USER]),
            )
            newest = source.files.spans[number] == source.files.newest
            counts = batch.policies.as_newest() if newest else batch.policies
            yield beam.pvalue.TaggedOutput(self.POLICIES, counts)
            if batch.table.num_rows:
                spilled = record_files.partial_path(self._uri)
                yield Spills((spilled,), write_spill(batch.table, spilled))
            del table, batch  # one batch at a time in memory


class SortShard(beam.DoFn):
    """A shard's range of buckets -> its sorted events on disk; `facts`: its LogFacts, `policies`: repeats."""

    FACTS = "facts"

    def __init__(self, files: EventFiles, uri: str) -> None:
        self._files = files
        self._uri = uri

    def process(self, shard: ShardRange, spills: Spills) -> Iterator[Any]:
        cleaned = read_spill(spills.paths, shard.first, shard.stop)
        events, repeats = shards.without_repeats(shards.sorted_events(cleaned))
        del cleaned
        if len(repeats):
            in_newest = self._files.in_newest(files_of(repeats))
            older = PolicyCounts.of({policies.REPEAT: ~in_newest}, repeats)
            newest = PolicyCounts.of({policies.REPEAT: in_newest}, repeats).as_newest()
            yield beam.pvalue.TaggedOutput(ReadEvents.POLICIES, older + newest)
        context = shards.context_columns(events)
        facts = LogFacts.of(shards.as_shard(events), self._files, ItemColumnCounts.of(events, context))
        yield beam.pvalue.TaggedOutput(self.FACTS, facts)
        path = record_files.partial_path(self._uri)
        shards.write_sorted(events, path)
        yield SortedShard(shard.index, shard.count, path)


def merge_facts(parts: Iterable[LogFacts | None]) -> LogFacts | None:
    """Combines facts; None where there are none (a log without events)."""
    known = [part for part in parts if part is not None]
    return LogFacts.merge(known) if known else None


def merge_splits(parts: Iterable[dict[str, SplitCounts]]) -> dict[str, SplitCounts]:
    """Adds up what was written to each split."""
    total: dict[str, SplitCounts] = {}
    for part in parts:
        for split, counts in part.items():
            total[split] = total.get(split, SplitCounts()) + counts
    return total


@dataclass(frozen=True)
class Planned:
    """The plan, and what else of the whole log a window needs to know."""

    plan: SplitPlan
    facts: LogFacts
    item_columns: Mapping[str, float] = field(default_factory=dict)
    """Columns of events that follow from the item, with the share of events that agree: they are no context."""

    @property
    def context_columns(self) -> list[str]:
        """The columns that are context, in the order of their slots."""
        return sorted(self.facts.context_columns - set(self.item_columns))


def plan_splits(found: LogFacts | None, counts: PolicyCounts, source: Source) -> Planned:
    """Chooses the split from the facts of the whole log. Raises UserError if there is too little to split."""
    files, config = source.files, source.config
    known = facts.check_enough(found, counts, files)
    plan = make_plan(
        known.minutes,
        split=config.split,
        order_only=known.time.order_only,
        eval_share=config.eval_share,
        test_share=config.test_share,
        span=files.newest if files.several else None,
    )
    return Planned(plan, known, known.item_columns.shares())


class WriteWindows(beam.DoFn):
    """A sorted shard -> what was written to each split: one file a shard and split, in listener order."""

    def __init__(self, source: Source, uri: str, final_fit: bool) -> None:
        self._source = source
        self._uri = uri
        self._final_fit = final_fit

    def process(self, element: SortedShard, planned: Planned) -> Iterator[dict[str, SplitCounts]]:
        shard = shards.as_shard(shards.read_sorted(element.path))
        builder = examples.WindowExamples(
            shard,
            item_ids=self._source.catalog().item_ids,
            listener_tokens=self._source.listener_tokens(shard.listeners),
            context_columns=planned.context_columns,
            time_features=planned.plan.time_features,
        )
        splits = planned.plan.windows(
            shard.timestamp, shard.offsets, self._source.config.max_length, final_fit=self._final_fit
        )
        for split, windows in splits.items():
            records = builder.serialized(windows)
            record_files.write_records(self._uri, split, element.index, element.count, records)
        yield {split: SplitCounts.of(shard, windows) for split, windows in splits.items()}


class CountItemValues(beam.DoFn):
    """A sorted shard -> what its events say of their items; nothing where no column follows from the item."""

    def process(self, element: SortedShard, planned: Planned) -> Iterator[ItemValues]:
        if planned.item_columns:
            yield ItemValues.of(shards.read_sorted(element.path), planned.item_columns)


def write_catalog(index: int, source: Source, uri: str, values: ItemValues) -> None:
    """Writes file `index` of the catalogue's items, in the order of their index."""
    catalog = source.catalog()
    first = index * ITEMS_A_FILE
    items = catalog.table.slice(first, ITEMS_A_FILE)
    items = values.most_frequent().add_to(items, first + 1, catalog.columns)
    records = examples.catalog_examples(items)
    record_files.write_records(uri, names.CATALOG, index, catalog_files(catalog.size), records)


def catalog_files(items: int) -> int:
    """Number of files of the `catalog` split."""
    return -(-items // ITEMS_A_FILE)


def _columns(users: Users) -> list[str]:
    """The columns that listeners' tokens come from, sorted."""
    tokens = users.table["tokens"].combine_chunks().flatten()
    return sorted({token.split("=", 1)[0] for token in tokens.unique().to_pylist()})


def write_summary(
    splits: dict[str, SplitCounts], planned: Planned, counts: PolicyCounts, source: Source, uri: str
) -> None:
    """Writes `summary.json`. Raises UserError for a split without a window."""
    facts.check_splits(planned.plan, splits)
    catalog = source.catalog()
    users = source.users()
    facts.summary(
        planned.plan,
        planned.facts,
        splits,
        source.files,
        policies={**catalog.counts, **counts.counts},
        places={**catalog.places, **counts.places(source.files.paths)},
        catalog_items=catalog.size,
        context_columns=planned.context_columns,
        item_columns=planned.item_columns,
        listener_columns=[] if users is None else _columns(users),
    ).write(uri)
