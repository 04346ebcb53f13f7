"""The Beam steps of the validation: read a file once, tell its facts, hand on its features."""

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import apache_beam as beam
import numpy as np
import pyarrow as pa
import tensorflow as tf

from components.span_validator.comparison_plan import Plan, SpanFile
from components.span_validator.features import event_features, item_kinds
from components.span_validator.span_facts import SpanFacts
from listening_log.cleaning.catalog import Catalog, read_catalog
from listening_log.cleaning.policies import ROW, clean_events
from listening_log.cleaning.row_numbers import rows_in_file
from listening_log.config import LogConfig
from listening_log.errors import UserError
from listening_log.tables.reader import read_batches
from listening_log.tables.spans import Spans
from listening_log.tables.tables import EVENTS

FACTS: Final = "facts"
_BATCH_ROWS: Final = 250_000


@dataclass(frozen=True)
class Source:
    """What is read, and by which rules."""

    plan: Plan
    config: LogConfig
    digest: str
    """Of the data: a worker's cache of a catalogue must not outlive it."""
    now: int
    """The clock that decides which times lie ahead, unix seconds; one for all workers."""

    def catalog(self, span: int) -> Catalog:
        """The newest span is read with the newest catalogue, all others with the one before it."""
        return _catalog(self.plan.data_dir, self._spans(span), self.digest)

    def kinds(self, span: int) -> pa.Array:
        """`item_kinds` of that catalogue."""
        return _kinds(self.plan.data_dir, self._spans(span), self.digest)

    def _spans(self, span: int) -> Spans:
        return self.plan.spans if span == self.plan.newest else self.plan.spans_before


@lru_cache(maxsize=2)
def _catalog(data_dir: str, spans: Spans, digest: str) -> Catalog:
    return read_catalog(data_dir, spans)


@lru_cache(maxsize=2)
def _kinds(data_dir: str, spans: Spans, digest: str) -> pa.Array:
    return item_kinds(_catalog(data_dir, spans, digest))


class ReadSpanFile(beam.DoFn):
    """SpanFile -> `facts`: (span, SpanFacts); a set's name: RecordBatches of the features of its events."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def process(self, file: SpanFile) -> Iterator[Any]:
        catalog, kinds = self._source.catalog(file.span), self._source.kinds(file.span)
        facts = SpanFacts()
        try:
            for first_row, raw in read_batches(file.path, EVENTS, batch_rows=_BATCH_ROWS):
                clean = clean_events(
                    raw,
                    catalog,
                    file=file.place,
                    first_row=first_row,
                    config=self._source.config,
                    now=self._source.now,
                )
                rows = rows_in_file(clean.table[ROW].to_numpy())
                kept = rows - first_row
                facts += SpanFacts.of(raw, clean, kept, self._source.plan.clock_one_in)
                features = event_features(raw, clean, kept, kinds)
                for name, one_in in file.thinning.items():
                    thinned = features if one_in == 1 else _taken(features, rows % one_in == 0)
                    if thinned.num_rows:
                        yield beam.pvalue.TaggedOutput(name, thinned)
        except UserError as error:
            facts += SpanFacts(errors=(str(error),))
        yield beam.pvalue.TaggedOutput(FACTS, (file.span, facts))


def _taken(features: pa.RecordBatch, mask: np.ndarray) -> pa.RecordBatch:
    return features.filter(pa.array(mask))


def write_facts(facts: dict[int, SpanFacts], path: str) -> None:
    """Writes the facts of each span for the process that started the pipeline."""
    with tf.io.gfile.GFile(path, "wb") as file:
        file.write(pickle.dumps(facts))


def write_statistics(statistics: Any, path: str) -> None:
    """Writes a set's statistics likewise."""
    with tf.io.gfile.GFile(path, "wb") as file:
        file.write(statistics.SerializeToString())
