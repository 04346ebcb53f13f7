"""The Beam steps of the validation: read a file once, gather its facts, hand on its features."""

import pickle
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import apache_beam as beam
import pyarrow as pa
import tensorflow as tf

from components.span_validator.comparison_plan import ComparisonPlan, SpanFile
from components.span_validator.features import event_features
from components.span_validator.span_facts import SpanFacts
from components.span_validator.statistics import Statistics
from listening_log.cleaning.event_reader import EventReader
from listening_log.errors import UserError

FACTS: Final = "facts"
_BATCH_ROWS: Final = 250_000


@dataclass(frozen=True)
class SpanReaders:
    """Reads the spans of a plan, each with the catalogue that it had."""

    plan: ComparisonPlan
    newest: EventReader
    """Reads with the newest catalogue."""

    def of(self, span: int) -> EventReader:
        """The newest span is read with the newest catalogue, all others with the one before it."""
        newest = span == self.plan.newest
        return self.newest if newest else replace(self.newest, spans=self.plan.spans_before)


class ReadSpanFile(beam.DoFn):
    """SpanFile -> FACTS: (span, SpanFacts); a set's name: RecordBatches of the features of its events."""

    def __init__(self, readers: SpanReaders) -> None:
        self._readers = readers

    def process(self, file: SpanFile) -> Iterator[beam.pvalue.TaggedOutput]:
        reader = self._readers.of(file.span)
        facts = SpanFacts()
        try:
            for batch in reader.read(file.number, _BATCH_ROWS):
                facts = facts.merge(SpanFacts.of(batch, self._readers.plan.clock_one_in))
                features = event_features(batch, reader.catalog().kinds)
                for name, one_in in file.thinning.items():
                    chosen = features if one_in == 1 else features.filter(pa.array(batch.rows % one_in == 0))
                    if chosen.num_rows:
                        yield beam.pvalue.TaggedOutput(name, chosen)
                del batch  # one batch at a time in memory
        except UserError as error:
            facts = facts.merge(SpanFacts(errors=(str(error),)))
        yield beam.pvalue.TaggedOutput(FACTS, (file.span, facts))


def write_facts(facts: dict[int, SpanFacts], path: str) -> None:
    """Writes the facts of each span for the process that started the pipeline."""
    with tf.io.gfile.GFile(path, "wb") as file:
        file.write(pickle.dumps(facts))


def write_statistics(statistics: Statistics, path: str) -> None:
    """Writes the statistics of a set of events for the process that started the pipeline."""
    with tf.io.gfile.GFile(path, "wb") as file:
        file.write(statistics.SerializeToString())
