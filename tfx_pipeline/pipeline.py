"""The pipeline: every stage in the order in which data flows, from a listening log to served models."""

from collections.abc import Sequence

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
from components.bless.config import EvaluationConfig
from components.common.code_digest import code_digest
from components.composer.component import Composer
from components.example_gen.component import ListeningLogExampleGen
from components.index_builder.component import IndexBuilder
from components.production.component import Production
from components.push.component import Push
from components.ranking_evaluator.component import RankingEvaluator
from components.schema.component import CATALOG, LOG, CuratedSchema
from components.serving_check.component import ServingCheck
from components.span_validator.component import SpanValidator
from components.tfma_evaluator.component import Evaluator
from components.trainer.component import Trainer
from models import names
from tfx_pipeline.config.tree import Config
from tfx_pipeline.parameters import Parameters

RETRIEVAL_RUN_FN = "components.trainer.retrieval.run_fn"
RANKER_RUN_FN = "components.trainer.ranker.run_fn"


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
    # Whether the newest span looks like those before it: a bad day stops here.
    span_validator = SpanValidator(
        config.spans,
        data_dir=parameters.data_dir,
        spans=parameters.spans,
        data_digest=parameters.data_digest,
        log_config=config.log.to_json(),
    )

    # The log as windows of listening histories, and the catalogue, an example an item.
    example_gen = ListeningLogExampleGen(
        config.log,
        data_dir=parameters.data_dir,
        spans=parameters.spans,
        data_digest=parameters.data_digest,
        final_fit=int(config.final_fit or not train),
        forgotten=parameters.forgotten,
        forgotten_digest=parameters.forgotten_digest,
    )
    example_gen.add_upstream_node(span_validator)
    examples = example_gen.outputs["examples"]
    catalog = example_gen.outputs["catalog"]
    summary = example_gen.outputs["summary"]

    # The models in production, which training starts from and is measured against.
    production = Production(
        destination=parameters.destination,
        spans=parameters.spans,
        earlier=int(train),
        version=parameters.production,
    )
    production_models = production.outputs["models"]

    # Statistics, held against schemas that are reviewed as code.
    log_statistics = StatisticsGen(examples=examples).with_id("LogStatistics")
    catalog_statistics = StatisticsGen(examples=catalog).with_id("CatalogStatistics")
    log_schema = CuratedSchema(LOG).with_id("LogSchema")
    catalog_schema = CuratedSchema(CATALOG).with_id("CatalogSchema")
    log_validator = _validate(log_statistics, log_schema).with_id("LogValidator")
    catalog_validator = _validate(catalog_statistics, catalog_schema).with_id("CatalogValidator")

    # Vocabularies and buckets: of behaviour from `train`, of items from the whole catalogue.
    log_transform = _transform(examples, log_schema, "log_features", names.TRAIN).with_id("LogTransform")
    catalog_transform = _transform(catalog, catalog_schema, "catalog_features", names.CATALOG).with_id(
        "CatalogTransform"
    )
    transform_graph = log_transform.outputs["transform_graph"]
    catalog_graph = catalog_transform.outputs["transform_graph"]

    # A first fit has not seen `test`, nor has the rehearsal of the final one that follows it: figures are about that.
    training = {
        "max_length": config.log.max_length,
        "seed": parameters.seed,
        "examples": examples,
        "transform_graph": transform_graph,
        "schema": log_schema.outputs["schema"],
        "catalog": catalog,
        "catalog_transform": catalog_graph,
        "summary": summary,
        "production": production_models,
    }
    retrieval_trainer = Trainer(
        "RetrievalTrainer",
        run_fn=RETRIEVAL_RUN_FN,
        config=config.retrieval,
        max_positions=parameters.retrieval_positions,
        train=train,
        rehearse=config.final_fit and train,
        **training,
    )
    retrieval = retrieval_trainer.outputs["model"]
    index_builder = IndexBuilder(
        config.index,
        seed=parameters.seed,
        model=retrieval,
        catalog=catalog,
        catalog_transform=catalog_graph,
    )
    index = index_builder.outputs["index"]
    ranker_trainer = Trainer(
        "RankerTrainer",
        run_fn=RANKER_RUN_FN,
        config=config.ranker,
        max_positions=parameters.ranker_positions,
        train=train,
        rehearse=config.final_fit and train,
        **training,
    )
    ranker = ranker_trainer.outputs["model"]

    # Quality on `test`, beside counting baselines and the models in production; and what TFMA says.
    ranking_evaluator = RankingEvaluator(
        EvaluationConfig(confidence=config.gates.confidence, max_targets=config.gates.max_targets),
        seed=parameters.seed,
        examples=examples,
        transform_graph=transform_graph,
        catalog=catalog,
        catalog_transform=catalog_graph,
        summary=summary,
        retrieval=retrieval,
        ranker=ranker,
        index=index,
        production=production_models,
    )
    evaluation = ranking_evaluator.outputs["evaluation"]
    evaluator = Evaluator(examples=examples, model=ranker)

    # The final fit goes on from the first as its rehearsal did, over the whole log: it is what is served.
    final_fit: list[BaseComponent] = []
    final_index = None
    if config.final_fit and train:
        retrieval_final_trainer = Trainer(
            "RetrievalFinalTrainer",
            run_fn=RETRIEVAL_RUN_FN,
            config=config.retrieval,
            max_positions=parameters.retrieval_positions,
            base_model=retrieval,
            **training,
        )
        retrieval = retrieval_final_trainer.outputs["model"]
        final_index_builder = IndexBuilder(
            config.index,
            seed=parameters.seed,
            model=retrieval,
            catalog=catalog,
            catalog_transform=catalog_graph,
        ).with_id("FinalIndexBuilder")
        final_index = final_index_builder.outputs["index"]
        ranker_final_trainer = Trainer(
            "RankerFinalTrainer",
            run_fn=RANKER_RUN_FN,
            config=config.ranker,
            max_positions=parameters.ranker_positions,
            base_model=ranker,
            **training,
        )
        ranker = ranker_final_trainer.outputs["model"]
        final_fit = [retrieval_final_trainer, final_index_builder, ranker_final_trainer]

    # The served SavedModels, asked through a fresh server as a client would.
    composer = Composer(
        seed=parameters.seed,
        transform_graph=transform_graph,
        catalog=catalog,
        catalog_transform=catalog_graph,
        summary=summary,
        retrieval=retrieval,
        ranker=ranker,
        index=final_index or index,
        evaluation=evaluation,
    )
    models = composer.outputs["models"]
    serving_check = ServingCheck(seed=parameters.seed, models=models, catalog=catalog)

    # One blessing over all evaluations; the push waits for it and for nothing else.
    bless = Bless(
        config.gates,
        evaluation=evaluation,
        index=index,
        final_index=final_index,
        tfma_evaluation=evaluator.outputs["evaluation"],
        serving_evaluation=serving_check.outputs["evaluation"],
    )
    with Cond(bless.outputs["blessing"].future()[0].custom_property("blessed") == 1):
        push = Push(
            destination=parameters.destination,
            spans=parameters.spans,
            keep=config.keep.versions,
            models=models,
        )

    return Pipeline(
        pipeline_name=name,
        pipeline_root=root,
        components=[
            span_validator,
            example_gen,
            production,
            log_statistics,
            catalog_statistics,
            log_schema,
            catalog_schema,
            log_validator,
            catalog_validator,
            log_transform,
            catalog_transform,
            retrieval_trainer,
            index_builder,
            ranker_trainer,
            ranking_evaluator,
            evaluator,
            *final_fit,
            composer,
            serving_check,
            bless,
            push,
        ],
        enable_cache=True,
        metadata_connection_config=metadata,
        beam_pipeline_args=list(beam_args),
    )


def _validate(statistics: StatisticsGen, schema: CuratedSchema) -> ExampleValidator:
    return ExampleValidator(statistics=statistics.outputs["statistics"], schema=schema.outputs["schema"])


def _transform(examples: BaseChannel, schema: CuratedSchema, module: str, split: str) -> Transform:
    """Fits vocabularies and quantiles on one split; trainers apply the graph themselves."""
    code = f"components.transform.{module}"
    return Transform(
        examples=examples,
        schema=schema.outputs["schema"],
        preprocessing_fn=f"{code}.preprocessing_fn",
        splits_config=transform_pb2.SplitsConfig(analyze=[split]),
        materialize=False,
        disable_statistics=True,
        custom_config={"code_digest": code_digest(code)},
    )
