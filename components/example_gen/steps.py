"""The Beam steps of example generation. What they do to a shard stands in modules without Beam."""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import apache_beam as beam
import pyarrow as pa
import tensorflow as tf

from components.artifacts import SUMMARY_FILE
from components.example_gen import examples, facts, record_files, shards
from components.example_gen.facts import LogFacts, SplitCounts
from components.example_gen.mended import Mended
from components.example_gen.shards import Shard
from components.listening_log import policies, reader
from components.listening_log.catalog import Catalog, read_catalog
from components.listening_log.policies import LogConfig
from components.listening_log.splits import SplitPlan, make_plan
from components.listening_log.tables import EVENTS, table_files
from components.listening_log.users import Users, read_users
from models import names

ITEMS_A_FILE = 50_000


@dataclass(frozen=True)
class Source:
    """What is read, and by which rules."""

    data_dir: str
    config: LogConfig
    digest: str
    """Of the data: a worker's cache of a table must not outlive it."""
    now: int
    """The clock that decides which times lie ahead, unix seconds; one for all workers."""

    def catalog(self) -> Catalog:
        return _catalog(self.data_dir, self.digest)

    def users(self) -> Users | None:
        return _users(self.data_dir, self.digest)

    def listener_tokens(self, listeners: Sequence[str]) -> list[list[str]]:
        """Tokens of each listener, [] for one without."""
        table = self.users()
        if table is None:
            return [[] for _ in listeners]
        return [tokens or [] for tokens in table.tokens_of(pa.array(listeners, pa.string())).to_pylist()]


@lru_cache(maxsize=1)
def _catalog(data_dir: str, digest: str) -> Catalog:
    return read_catalog(data_dir)


@lru_cache(maxsize=1)
def _users(data_dir: str, digest: str) -> Users | None:
    return read_users(data_dir)


class ReadEvents(beam.DoFn):
    """(place of the file, path) -> (shard, Arrow stream of cleaned events); `policies`: what was mended."""

    POLICIES = "policies"

    def __init__(self, source: Source, shard_count: int) -> None:
        self._source = source
        self._shard_count = shard_count

    def process(self, file: tuple[int, str]) -> Iterator[Any]:
        place, path = file
        catalog = self._source.catalog()
        for first_row, table in reader.read_batches(path, EVENTS):
            batch, counts = policies.clean_events(
                table,
                catalog,
                file=place,
                first_row=first_row,
                config=self._source.config,
                now=self._source.now,
            )
            yield beam.pvalue.TaggedOutput(self.POLICIES, Mended(dict(counts), batch.places))
            if batch.table.num_rows:
                yield from shards.partition(batch.table, self._shard_count)


class SortShard(beam.DoFn):
    """(shard, its Arrow streams) -> (shard, Shard); `facts`: its LogFacts, `policies`: repeats dropped."""

    FACTS = "facts"

    def process(self, element: tuple[int, Iterable[bytes]]) -> Iterator[Any]:
        index, parts = element
        events, repeats = shards.without_repeats(shards.sorted_events(parts))
        shard = shards.as_shard(events)
        if len(repeats):
            mended = Mended({policies.REPEAT: len(repeats)}, {policies.REPEAT: int(repeats.min())})
            yield beam.pvalue.TaggedOutput(ReadEvents.POLICIES, mended)
        yield beam.pvalue.TaggedOutput(self.FACTS, LogFacts.of(shard))
        yield index, shard


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


def plan_splits(found: LogFacts | None, mended: Mended, config: LogConfig) -> Planned:
    """Chooses the split from the facts of the whole log. Raises UserError if there is too little to split."""
    known = facts.check_enough(found, mended.counts)
    plan = make_plan(
        known.minutes,
        split=config.split,
        order_only=known.time.order_only,
        eval_share=config.eval_share,
        test_share=config.test_share,
    )
    return Planned(plan, known)


class WriteWindows(beam.DoFn):
    """(shard, Shard) -> what was written to each split: one file a shard and split, in listener order."""

    def __init__(self, source: Source, uri: str, shard_count: int, final_fit: bool) -> None:
        self._source = source
        self._uri = uri
        self._shard_count = shard_count
        self._final_fit = final_fit

    def process(self, element: tuple[int, Shard], planned: Planned) -> Iterator[dict[str, SplitCounts]]:
        index, shard = element
        builder = examples.WindowExamples(
            shard,
            item_ids=self._source.catalog().item_ids,
            listener_tokens=self._source.listener_tokens(shard.listeners),
            context_columns=sorted(planned.facts.context_columns),
            time_features=planned.plan.time_features,
        )
        splits = planned.plan.windows(
            shard.timestamp, shard.offsets, self._source.config.max_length, final_fit=self._final_fit
        )
        for split, windows in splits.items():
            records = builder.serialized(windows)
            record_files.write_records(self._uri, split, index, self._shard_count, records)
        yield {split: SplitCounts.of(shard, windows) for split, windows in splits.items()}


def write_catalog(index: int, source: Source, uri: str) -> None:
    """Writes file `index` of the catalogue's items, in the order of their index."""
    catalog = source.catalog()
    records = examples.catalog_examples(catalog.table.slice(index * ITEMS_A_FILE, ITEMS_A_FILE))
    record_files.write_records(uri, names.CATALOG, index, catalog_files(catalog.size), records)


def catalog_files(items: int) -> int:
    """Number of files of the `catalog` split."""
    return -(-items // ITEMS_A_FILE)


def _columns(users: Users) -> list[str]:
    """The columns that listeners' tokens come from, sorted."""
    tokens = users.table["tokens"].combine_chunks().flatten()
    return sorted({token.split("=", 1)[0] for token in tokens.unique().to_pylist()})


def write_summary(
    splits: dict[str, SplitCounts], planned: Planned, mended: Mended, source: Source, uri: str
) -> None:
    """Writes `summary.json`. Raises UserError for a split without a window."""
    facts.check_splits(planned.plan, splits)
    catalog = source.catalog()
    users = source.users()
    content = facts.summary(
        planned.plan,
        planned.facts,
        splits,
        policies={**catalog.counts, **mended.counts},
        places={**catalog.places, **mended.told_places(table_files(source.data_dir, EVENTS))},
        catalog_items=catalog.size,
        listener_columns=[] if users is None else _columns(users),
    )
    tf.io.gfile.makedirs(uri)
    with tf.io.gfile.GFile(os.path.join(uri, SUMMARY_FILE), "w") as file:
        file.write(json.dumps(content, indent=2))
