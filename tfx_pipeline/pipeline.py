"""The pipeline: every stage in the order in which data flows, from a listening log to served models."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from ml_metadata.proto import metadata_store_pb2
from tfx.components.example_validator.component import ExampleValidator
from tfx.components.statistics_gen.component import StatisticsGen
from tfx.components.transform.component import Transform
from tfx.dsl.components.base.base_component import BaseComponent
from tfx.dsl.experimental.conditionals.conditional import Cond
from tfx.orchestration.pipeline import Pipeline
from tfx.proto import transform_pb2
from tfx.types import BaseChannel

from components.bless.component import Bless
from components.common.code_digest import code_digest
from components.composer.component import Composer
from components.example_gen.component import ListeningLogExampleGen
from components.index_builder.component import IndexBuilder
from components.production.component import Production
from components.push.component import Push
from components.ranking_evaluator.component import RankingEvaluator
from components.schema.component import CuratedSchema
from components.serving_check.component import ServingCheck
from components.span_validator.component import SpanValidator
from components.tfma_evaluator.component import Evaluator
from components.trainer.component import Trainer
from models import names
from tfx_pipeline.config.tree import Config
from tfx_pipeline.parameters import Parameters


def create_pipeline(
    name: str,
    root: str,
    parameters: Parameters,
    config: Config,
    metadata: metadata_store_pb2.ConnectionConfig | None = None,
    beam_args: Sequence[str] = (),
    train: bool = True,
) -> Pipeline:
    """Defines the whole chain, the same for every runner.

    Args:
        name: of the pipeline.
        root: folder of its artifacts.
        parameters: what may differ from run to run.
        config: all settings.
        metadata: where executions are recorded; a cluster has its own.
        beam_args: for the stages that Beam runs.
        train: False takes the models in production as they are, with the catalogue's new items.
    """
    settings = dataclasses.asdict(config)
    seed = parameters.seed
    final = config.final_fit and train
    log = {
        "data_dir": parameters.data_dir,
        "spans": parameters.spans,
        "data_digest": parameters.data_digest,
        "log_config": json.dumps(settings["log"], sort_keys=True),
    }
    served = {"destination": parameters.destination, "spans": parameters.spans}

    span_validator = SpanValidator(
        **log, config=settings["spans"], code_digest=code_digest("components.span_validator.component")
    )
    example_gen = ListeningLogExampleGen(
        **log,
        code_digest=code_digest("components.example_gen.component"),
        final_fit=config.final_fit or not train,
        forgotten=parameters.forgotten,
        forgotten_digest=parameters.forgotten_digest,
    )
    example_gen.add_upstream_node(span_validator)  # a bad day stops here
    production = Production(config={"version": parameters.production, "earlier": train}, **served)
    examples, catalog = example_gen.outputs["examples"], example_gen.outputs["catalog"]
    summary = example_gen.outputs["summary"]

    log_statistics = StatisticsGen(examples=examples).with_id("LogStatistics")
    catalog_statistics = StatisticsGen(examples=catalog).with_id("CatalogStatistics")
    log_schema = CuratedSchema("log").with_id("LogSchema")
    catalog_schema = CuratedSchema("catalog").with_id("CatalogSchema")
    log_validator = _validate(log_statistics, log_schema).with_id("LogValidator")
    catalog_validator = _validate(catalog_statistics, catalog_schema).with_id("CatalogValidator")
    log_transform = _transform(examples, log_schema, "log_features", names.TRAIN).with_id("LogTransform")
    catalog_transform = _transform(catalog, catalog_schema, "catalog_features", names.CATALOG).with_id(
        "CatalogTransform"
    )
    behaviour = {"examples": examples, "transform_graph": log_transform.outputs["transform_graph"]}
    items = {"catalog": catalog, "catalog_transform": catalog_transform.outputs["transform_graph"]}
    training = {**behaviour, **items, "schema": log_schema.outputs["schema"], "summary": summary}
    training["production"] = production.outputs["models"]

    retrieval_fit = _fit(names.RETRIEVAL, settings, parameters.retrieval_positions, seed) | training
    ranker_fit = _fit(names.RANKER, settings, parameters.ranker_positions, seed) | training

    # The first fit has not seen `test`; it is what figures are about.
    retrieval_trainer = Trainer("RetrievalTrainer", **retrieval_fit, train=train)
    retrieval = retrieval_trainer.outputs["model"]
    index_builder = IndexBuilder(config=settings["index"], seed=seed, model=retrieval, **items)
    index = index_builder.outputs["index"]
    ranker_trainer = Trainer("RankerTrainer", **ranker_fit, train=train)
    ranker = ranker_trainer.outputs["model"]
    ranking_evaluator = RankingEvaluator(
        config={"confidence": config.gates.confidence, "max_targets": config.gates.max_targets},
        seed=seed,
        **behaviour,
        **items,
        summary=summary,
        retrieval=retrieval,
        ranker=ranker,
        index=index,
        production=training["production"],
    )
    evaluation = ranking_evaluator.outputs["evaluation"]
    evaluator = Evaluator(examples=examples, model=ranker)
    first_fit = [retrieval_trainer, index_builder, ranker_trainer, ranking_evaluator, evaluator]

    # The final fit goes on from the first, over the whole log; it is what is served.
    final_fit: list[BaseComponent] = []
    final_index = None
    if final:
        retrieval_final = Trainer("RetrievalFinalTrainer", **retrieval_fit, base_model=retrieval)
        ranker_final = Trainer("RankerFinalTrainer", **ranker_fit, base_model=ranker)
        retrieval, ranker = retrieval_final.outputs["model"], ranker_final.outputs["model"]
        final_index_builder = IndexBuilder(config=settings["index"], seed=seed, model=retrieval, **items)
        final_index_builder.with_id("FinalIndexBuilder")
        final_index = final_index_builder.outputs["index"]
        final_fit = [retrieval_final, final_index_builder, ranker_final]

    composer = Composer(
        config={},
        seed=seed,
        transform_graph=behaviour["transform_graph"],
        **items,
        summary=summary,
        retrieval=retrieval,
        ranker=ranker,
        index=final_index or index,
        evaluation=evaluation,
    )
    models = composer.outputs["models"]
    serving_check = ServingCheck(config={}, seed=seed, models=models, catalog=catalog)
    bless = Bless(
        config=settings["gates"],
        evaluation=evaluation,
        index=index,
        final_index=final_index,
        tfma_evaluation=evaluator.outputs["evaluation"],
        serving_evaluation=serving_check.outputs["evaluation"],
    )
    with Cond(bless.outputs["blessing"].future()[0].custom_property("blessed") == 1):
        push = Push(config={"keep": config.keep.versions}, models=models, **served)

    first = [span_validator, example_gen, production]
    data = [*first, log_statistics, catalog_statistics, log_schema, catalog_schema]
    features = [log_validator, catalog_validator, log_transform, catalog_transform]
    return Pipeline(
        pipeline_name=name,
        pipeline_root=root,
        components=[*data, *features, *first_fit, *final_fit, composer, serving_check, bless, push],
        enable_cache=True,
        metadata_connection_config=metadata,
        beam_pipeline_args=list(beam_args),
    )


def _fit(model: str, settings: dict[str, Any], max_positions: Any, seed: Any) -> dict[str, Any]:
    """What both fits of a model share."""
    config = {"model": settings[model], "max_length": settings["log"]["max_length"]}
    run_fn = f"components.trainer.{model}.run_fn"
    return {"run_fn": run_fn, "config": config, "max_positions": max_positions, "seed": seed}


def _validate(statistics: StatisticsGen, schema: CuratedSchema) -> ExampleValidator:
    return ExampleValidator(statistics=statistics.outputs["statistics"], schema=schema.outputs["schema"])


def _transform(examples: BaseChannel, schema: CuratedSchema, module: str, split: str) -> Transform:
    """Fits vocabularies and quantiles on one split; trainers apply the graph themselves."""
    code = f"components.transform.{module}"
    custom_config: dict[str, Any] = {"code_digest": code_digest(code)}
    return Transform(
        examples=examples,
        schema=schema.outputs["schema"],
        preprocessing_fn=f"{code}.preprocessing_fn",
        splits_config=transform_pb2.SplitsConfig(analyze=[split]),
        materialize=False,
        disable_statistics=True,
        custom_config=custom_config,
    )
