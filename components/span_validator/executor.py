"""Runs the validation: facts and statistics of each span in one Beam pipeline, then the verdict."""

import logging
import os
import pickle
from typing import Final

import apache_beam as beam
import tensorflow as tf
import tensorflow_data_validation as tfdv
from tfx import types

from components.common import progress
from components.common.stage import BeamStageExecutor
from components.span_validator import beam_steps, report
from components.span_validator.comparison_plan import plan_validation
from components.span_validator.config import SpansConfig
from components.span_validator.span_facts import SpanFacts
from components.span_validator.statistics import Statistics, statistics_options
from components.span_validator.verdict import judge
from listening_log.cleaning.event_reader import EventReader
from listening_log.config import LogConfig
from listening_log.errors import UserError
from listening_log.tables.spans import Spans

STAGE: Final = "SpanValidator"
_PARTIAL: Final = ".partial"
_LOGGER: Final = logging.getLogger(__name__)


class Executor(BeamStageExecutor):
    """Executor of SpanValidator."""

    CONFIG = SpansConfig

    def run(
        self,
        config: SpansConfig,
        *,
        data_dir: str,
        data_digest: str,
        log_config: str,
        validation: types.Artifact,
        spans: str = "",
    ) -> None:
        """Writes how the newest span compares with those before it.

        Raises:
            UserError: it is a bad day; the message has the gravest reason, the log all of them.
        """
        uri = validation.uri
        plan = plan_validation(data_dir, Spans.parse(spans), config.sample)
        if plan is None:
            report.write(uri, None, {})
            return
        reader = EventReader.of(
            data_dir, plan.spans, config=LogConfig.model_validate_json(log_config), digest=data_digest
        )
        readers = beam_steps.SpanReaders(plan, reader)
        for span in (plan.newest, plan.earlier[-1]):
            readers.of(
                span
            ).catalog()  # a wrong table is reported before any work, and not wrapped by a runner
        facts, statistics = self._read(readers, os.path.join(uri, _PARTIAL))
        verdict = judge(readers, facts, statistics, config)
        for line in verdict.lines:
            _LOGGER.error("%s", line)
        if verdict.lines:
            raise UserError(verdict.summary)
        report.write(uri, verdict, statistics)
        progress.report(STAGE, result=verdict.summary)

    def _read(
        self, readers: beam_steps.SpanReaders, folder: str
    ) -> tuple[dict[int, SpanFacts], dict[str, Statistics]]:
        """Reads the facts of each span and statistics of each set of events; `folder` holds them meanwhile."""
        tf.io.gfile.makedirs(folder)
        try:
            with self.beam_pipeline() as pipeline:
                _build(pipeline, readers, folder)
            facts: dict[int, SpanFacts] = pickle.loads(_read_bytes(_facts_path(folder)))
            statistics = {
                name: Statistics.FromString(_read_bytes(_statistics_path(folder, name)))
                for name in readers.plan.sets
            }
        finally:
            tf.io.gfile.rmtree(folder)
        return facts, statistics


def _build(pipeline: beam.Pipeline, readers: beam_steps.SpanReaders, folder: str) -> None:
    read = (
        pipeline
        | "Files" >> beam.Create(list(readers.plan.files), reshuffle=True)
        | "Read"
        >> beam.ParDo(beam_steps.ReadSpanFile(readers)).with_outputs(beam_steps.FACTS, *readers.plan.sets)
    )
    _ = (
        read[beam_steps.FACTS]
        | "FactsOfSpans" >> beam.CombinePerKey(SpanFacts.merge_all)
        | "AllFacts" >> beam.combiners.ToDict()
        | "WriteFacts" >> beam.Map(beam_steps.write_facts, _facts_path(folder))
    )
    for name in readers.plan.sets:
        _ = (
            read[name]
            | f"Statistics-{name}" >> tfdv.GenerateStatistics(statistics_options())
            | f"WriteStatistics-{name}"
            >> beam.Map(beam_steps.write_statistics, _statistics_path(folder, name))
        )


def _facts_path(folder: str) -> str:
    return os.path.join(folder, "facts")


def _statistics_path(folder: str, name: str) -> str:
    return os.path.join(folder, f"statistics-{name}")


def _read_bytes(path: str) -> bytes:
    with tf.io.gfile.GFile(path, "rb") as file:
        return bytes(file.read())
