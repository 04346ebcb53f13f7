"""The metadata shows what was run, and that what was made is there."""

from pathlib import Path

import pytest
from ml_metadata import metadata_store
from ml_metadata.proto import metadata_store_pb2 as pb

from tests.integration.whole import WholeRun

STAGES = (
    "SpanValidator",
    "Production",
    "ListeningLogExampleGen",
    "LogStatistics",
    "CatalogStatistics",
    "LogSchema",
    "CatalogSchema",
    "LogValidator",
    "CatalogValidator",
    "LogTransform",
    "CatalogTransform",
    "RetrievalTrainer",
    "IndexBuilder",
    "RankerTrainer",
    "RankingEvaluator",
    "Evaluator",
    "RetrievalFinalTrainer",
    "FinalIndexBuilder",
    "RankerFinalTrainer",
    "Composer",
    "ServingCheck",
    "Bless",
    "Push",
)
ENDED_WELL = (pb.Execution.COMPLETE, pb.Execution.CACHED)


@pytest.fixture(scope="module")
def store(whole_run: WholeRun) -> metadata_store.MetadataStore:
    config = pb.ConnectionConfig()
    config.sqlite.filename_uri = str(whole_run.home / "metadata.db")
    config.sqlite.connection_mode = pb.SqliteMetadataSourceConfig.READONLY
    return metadata_store.MetadataStore(config)


def executions_of(store: metadata_store.MetadataStore, stage: str) -> list[pb.Execution]:
    node = store.get_context_by_type_and_name("node", f"upnext.{stage}")
    return store.get_executions_by_context(node.id) if node else []


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_has_ended_well_and_its_artifacts_are_there(store: metadata_store.MetadataStore, stage: str):
    ended_well = [e.id for e in executions_of(store, stage) if e.last_known_state in ENDED_WELL]
    events = store.get_events_by_execution_ids(ended_well)
    outputs = {event.artifact_id for event in events if event.type == pb.Event.OUTPUT}
    artifacts = store.get_artifacts_by_id(sorted(outputs))

    assert ended_well
    assert artifacts
    assert all(artifact.state == pb.Artifact.LIVE for artifact in artifacts)
    folders = [Path(artifact.uri) for artifact in artifacts]
    assert all(folder.is_dir() for folder in folders)
    # TFX's own Trainer and Evaluator also have outputs that they leave empty
    assert any(any(folder.iterdir()) for folder in folders)


def test_no_stage_but_these_was_run(store: metadata_store.MetadataStore):
    nodes = {context.name.removeprefix("upnext.") for context in store.get_contexts_by_type("node")}
    assert nodes == set(STAGES)


def test_the_run_told_its_figures_and_where_it_pushed(whole_run: WholeRun):
    last_line = whole_run.done.stdout.strip().splitlines()[-1]
    assert last_line.startswith("pushed version ")
    assert str(whole_run.home / "serving") in last_line
    assert "popularity" in whole_run.done.stdout
    assert whole_run.done.stderr == ""
