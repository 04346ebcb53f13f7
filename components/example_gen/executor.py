"""Runs example generation as one Beam pipeline: files, cleaned batches, shards of listeners, windows.

Events lie on disk between the steps; what travels through Beam are paths and counts, so that memory depends on
the largest batch and the largest shard, not on the log.
"""

from typing import Final

import apache_beam as beam
from tfx import types
from tfx.components.util import examples_utils
from tfx.proto import example_gen_pb2
from tfx.types import artifact_utils

from components.common import progress
from components.common.records import Summary
from components.common.stage import BeamStageExecutor
from components.example_gen import beam_steps, record_files
from components.example_gen.log_facts import LogFacts
from components.example_gen.shard_ranges import Spills, shard_ranges
from listening_log.cleaning.event_reader import EventReader
from listening_log.cleaning.forgotten import Forgotten
from listening_log.cleaning.item_values import ItemValues
from listening_log.cleaning.policy_counts import PolicyCounts
from listening_log.config import LogConfig
from listening_log.tables.spans import Spans
from models import names

EVENTS_A_SHARD: Final = 400_000
STAGE: Final = "ListeningLogExampleGen"


class Executor(BeamStageExecutor):
    """Executor of ListeningLogExampleGen."""

    CONFIG = LogConfig

    def run(
        self,
        config: LogConfig,
        *,
        data_dir: str,
        data_digest: str,
        final_fit: int,
        examples: types.Artifact,
        catalog: types.Artifact,
        summary: types.Artifact,
        spans: str = "",
        forgotten: str = "",
        forgotten_digest: str = "",
    ) -> None:
        """Writes windows, catalogue and summary.

        Raises:
            UserError: the data is wrong or too little; the message names where.
        """
        reader = EventReader.of(
            data_dir,
            Spans.parse(spans),
            config=config,
            digest=data_digest,
            forgotten=Forgotten.load(forgotten),
        )
        reader.catalog()  # a wrong table is reported before any work, and not wrapped by a runner
        reader.users()
        try:
            with self.beam_pipeline() as pipeline:
                _build(pipeline, reader, bool(final_fit), examples.uri, catalog.uri, summary.uri)
        finally:
            record_files.remove_partial(examples.uri)
            record_files.remove_partial(catalog.uri)
        progress.report(STAGE, result=_choice(summary.uri))
        splits = [names.TRAIN, names.EVAL, names.TEST, *([names.ALL] if final_fit else [])]
        for artifact, split_names in ((examples, splits), (catalog, [names.CATALOG])):
            artifact.split_names = artifact_utils.encode_split_names(split_names)
            examples_utils.set_payload_format(artifact, example_gen_pb2.FORMAT_TF_EXAMPLE)


def _choice(summary_uri: str) -> str:
    """How the log was split and what is no context, for the terminal: nobody should have to open a file for that."""
    summary = Summary.read(summary_uri)
    columns = [f"{name} ({share:.1%})" for name, share in summary.item_columns.items()]
    item_data = f"; item data in place of context: {', '.join(columns)}" if columns else ""
    return f"split {summary.split.kind}, {summary.split.reason}{item_data}"


def _build(
    pipeline: beam.Pipeline,
    reader: EventReader,
    final_fit: bool,
    windows_uri: str,
    catalog_uri: str,
    summary_uri: str,
) -> None:
    read = (
        pipeline
        | "Files" >> beam.Create(list(range(len(reader.files.paths))), reshuffle=True)
        | "Read"
        >> beam.ParDo(beam_steps.CleanEvents(reader, windows_uri)).with_outputs(
            beam_steps.POLICIES, main="spills"
        )
    )
    spills = read.spills | "Spills" >> beam.CombineGlobally(Spills.merge)
    ordered = (
        spills
        | "Shards" >> beam.FlatMap(shard_ranges, EVENTS_A_SHARD)
        | "SpreadShards" >> beam.Reshuffle()
        | "Sort"
        >> beam.ParDo(
            beam_steps.SortShard(reader.files, windows_uri), beam.pvalue.AsSingleton(spills)
        ).with_outputs(beam_steps.POLICIES, beam_steps.FACTS, main="shards")
    )
    policies = beam.pvalue.AsSingleton(
        (read[beam_steps.POLICIES], ordered[beam_steps.POLICIES])
        | "Policies" >> beam.Flatten()
        | "CountPolicies" >> beam.CombineGlobally(PolicyCounts.merge)
    )
    plan = beam.pvalue.AsSingleton(
        ordered[beam_steps.FACTS]
        | "Facts" >> beam.CombineGlobally(LogFacts.merge_all)
        | "Plan" >> beam.Map(beam_steps.plan_splits, policies, reader)
    )
    _ = (
        ordered.shards
        | "WriteWindows" >> beam.ParDo(beam_steps.WriteWindows(reader, windows_uri, final_fit), plan)
        | "CountSplits" >> beam.CombineGlobally(beam_steps.merge_splits)
        | "WriteSummary" >> beam.Map(beam_steps.write_summary, plan, policies, reader, summary_uri)
    )
    item_values = beam.pvalue.AsSingleton(
        ordered.shards
        | "ItemValues" >> beam.ParDo(beam_steps.CountItemValues(), plan)
        | "CountItemValues" >> beam.CombineGlobally(ItemValues.merge)
    )
    item_files = beam_steps.catalog_files(reader.catalog().size)
    _ = (
        pipeline
        | "CatalogFiles" >> beam.Create(list(range(item_files)), reshuffle=True)
        | "WriteCatalog" >> beam.Map(beam_steps.write_catalog, reader, catalog_uri, item_values)
    )
