"""The pipeline holds every stage, joined as the data flows."""

import json

import pytest
from tfx.dsl.compiler.compiler import Compiler
from tfx.orchestration.pipeline import Pipeline

from components.common.code_digest import import_closure
from tfx_pipeline.config.tree import Config
from tfx_pipeline.parameters import Parameters
from tfx_pipeline.pipeline import create_pipeline

FIRST_FIT = {"RetrievalTrainer", "IndexBuilder", "RankerTrainer", "RankingEvaluator", "Evaluator"}
FINAL_FIT = {"RetrievalFinalTrainer", "FinalIndexBuilder", "RankerFinalTrainer"}


def make(**settings) -> Pipeline:
    return create_pipeline(
        name="upnext",
        root="artifacts",
        parameters=Parameters("data", "digest", "serving", 17, 1000, 1000),
        config=Config(**settings),
    )


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return make()


@pytest.fixture(scope="module")
def nodes(pipeline: Pipeline) -> dict:
    compiled = Compiler().compile(pipeline)
    return {node.pipeline_node.node_info.id: node.pipeline_node for node in compiled.nodes}


def producers(node, key: str) -> set[str]:
    return {channel.producer_node_query.id for channel in node.inputs.inputs[key].channels}


def test_every_stage_is_there(nodes: dict) -> None:
    first = {"SpanValidator", "Production"}
    data = {"ListeningLogExampleGen", "LogStatistics", "CatalogStatistics", "LogSchema", "CatalogSchema"}
    features = {"LogValidator", "CatalogValidator", "LogTransform", "CatalogTransform"}
    end = {"Composer", "ServingCheck", "Bless", "Push"}
    assert set(nodes) == first | data | features | FIRST_FIT | FINAL_FIT | end


def test_what_is_served_comes_from_the_final_fit_and_what_is_measured_from_the_first(nodes: dict) -> None:
    assert producers(nodes["Composer"], "retrieval") == {"RetrievalFinalTrainer"}
    assert producers(nodes["Composer"], "ranker") == {"RankerFinalTrainer"}
    assert producers(nodes["Composer"], "index") == {"FinalIndexBuilder"}
    assert producers(nodes["RankingEvaluator"], "ranker") == {"RankerTrainer"}
    assert producers(nodes["Evaluator"], "model") == {"RankerTrainer"}
    assert producers(nodes["RankerFinalTrainer"], "base_model") == {"RankerTrainer"}


def test_without_a_final_fit_the_first_one_is_served() -> None:
    compiled = Compiler().compile(make(final_fit=False))
    nodes = {node.pipeline_node.node_info.id: node.pipeline_node for node in compiled.nodes}
    assert not FINAL_FIT & set(nodes)
    assert producers(nodes["Composer"], "ranker") == {"RankerTrainer"}
    assert producers(nodes["Composer"], "index") == {"IndexBuilder"}


def test_bless_reads_every_evaluation_and_is_all_that_push_waits_for(nodes: dict) -> None:
    assert set(nodes["Bless"].upstream_nodes) == {
        "RankingEvaluator",
        "IndexBuilder",
        "FinalIndexBuilder",
        "Evaluator",
        "ServingCheck",
    }
    assert set(nodes["Push"].upstream_nodes) == {"Bless", "Composer"}


def test_final_fits_train_on_everything_and_first_fits_do_not(pipeline: Pipeline) -> None:
    trainers = {stage.id: stage.exec_properties for stage in pipeline.components if "Trainer" in stage.id}
    splits = {
        name: json.loads(str(properties["train_args"]))["splits"] for name, properties in trainers.items()
    }
    assert splits == {
        "RetrievalTrainer": ["train"],
        "RankerTrainer": ["train"],
        "RetrievalFinalTrainer": ["all"],
        "RankerFinalTrainer": ["all"],
    }


@pytest.mark.parametrize("final_fit", [True, False])
def test_first_fits_rehearse_a_final_fit_that_there_is(final_fit: bool) -> None:
    trainers = [stage for stage in make(final_fit=final_fit).components if "Trainer" in stage.id]
    settings = {
        stage.id: json.loads(json.loads(str(stage.exec_properties["custom_config"]))["settings"])
        for stage in trainers
    }
    assert settings["RankerTrainer"]["rehearse"] is settings["RetrievalTrainer"]["rehearse"] is final_fit
    assert not any(settings[name]["rehearse"] for name in FINAL_FIT & set(settings))


def test_every_stage_that_runs_our_code_carries_its_digest(pipeline: Pipeline) -> None:
    without = {"LogStatistics", "CatalogStatistics", "LogValidator", "CatalogValidator"}
    carried = {stage.id for stage in pipeline.components if "code_digest" in str(dict(stage.exec_properties))}
    assert carried == {stage.id for stage in pipeline.components} - without


def test_a_ranker_edit_does_not_touch_what_comes_before_it() -> None:
    ranker = {"models.ranker", "components.trainer.ranker"}
    before = (
        "components.example_gen.component",
        "components.transform.log_features",
        "components.transform.catalog_features",
        "components.trainer.retrieval",
        "components.index_builder.component",
    )
    for module in before:
        assert not ranker & set(import_closure(module)), module
    after = (
        "components.trainer.ranker",
        "components.ranking_evaluator.component",
        "components.composer.component",
    )
    for module in after:
        assert "models.ranker" in import_closure(module), module


def test_an_edit_of_the_models_settings_does_not_touch_the_log_and_its_features() -> None:
    for module in (
        "components.span_validator.component",
        "components.example_gen.component",
        "components.transform.log_features",
        "components.transform.catalog_features",
    ):
        assert "models.config" not in import_closure(module), module
