"""Trains the two towers: the first fit with early stopping on `eval`, the final fit over everything."""

import statistics
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf
from tfx.components.trainer.fn_args_utils import FnArgs

from components.trainer import fit, trained_model
from components.trainer.fit_job import Job
from components.trainer.inputs import Inputs
from components.trainer.training_records import RetrievalTraining
from models import names
from models.config import TwoTowerConfig
from models.layers import Batch, example_batch, positives
from models.ranks import retrieval_scores, target_ranks
from models.request_features import RequestFeatures
from models.retriever import Retriever
from models.served import ServedRetrieval
from models.two_tower import TwoTower

MONITORED = 100
"""Training stops by recall at so many items, at most at a tenth of the catalogue: recall at all of it is 1."""
SAMPLE_QUERIES = 1000


def run_fn(fn_args: FnArgs) -> None:
    """Entry point of TFX's Trainer."""
    job = Job.start(fn_args, names.RETRIEVAL)
    inputs, max_length, config = job.inputs, job.max_length, job.arguments.model_config(TwoTowerConfig)
    model = build(inputs, job.plays, config)
    k, groups = monitored_places(inputs.catalog.size), inputs.eval_groups(job.split, max_length)
    measure = recall_measure(model, groups, k)
    history = job.fit(model, config, monitor=f"eval_recall@{k}", measure=measure)
    last = job.rehearse(model, lambda plays: build(inputs, plays, config), config, history)
    features, retrieval = inputs.request_features(max_length), Retriever(last, searcher=None)
    training = RetrievalTraining(
        config=config,
        max_length=max_length,
        items=inputs.catalog.size,
        split=job.last_split,
        anew=job.anew(history),
        history=history.as_record(),
    )
    signatures = {names.EMBED_ITEMS: embed_items_signature(features, retrieval.vectors)}
    folder = job.finish(
        last, model, ServedRetrieval(inputs.catalog, features, retrieval), training, **signatures
    )
    trained_model.save_array(folder, trained_model.QUERIES, sample_queries(last, inputs, max_length))


def build(inputs: Inputs, plays: np.ndarray, config: TwoTowerConfig) -> TwoTower:
    """Builds the model and its variables."""
    model = TwoTower(inputs.catalog, plays, inputs.sizes, config)
    model.queries(example_batch())
    model.candidates()
    return model


def load(model_uri: str, inputs: Inputs) -> TwoTower:
    """Loads a trained model from its artifact."""
    training = RetrievalTraining.read(trained_model.parts_dir(model_uri))
    model = build(inputs, trained_model.load_plays(model_uri), training.config)
    trained_model.load_weights(model_uri, model, inputs)
    return model


def monitored_places(items: int) -> int:
    """Returns the k of the recall@k that training watches, of a catalogue of so many items."""
    return max(1, min(MONITORED, items // 10))


def recall_measure(model: TwoTower, groups: Sequence[tf.data.Dataset], k: int) -> Callable[[], float]:
    """Returns a function that computes recall@k of `model` over the whole catalogue, the mean of the groups."""

    @tf.function(autograph=False, reduce_retracing=True)
    def ranks(batch: Batch, candidates: tf.Tensor) -> tf.Tensor:
        return target_ranks(retrieval_scores(model, candidates), batch, exclude_seen=False)

    def measure() -> float:
        candidates = model.candidates()
        return statistics.fmean(
            (fit.concatenate(windows, lambda batch: ranks(batch, candidates)) < k).mean()
            for windows in groups
        )

    return measure


def embed_items_signature(
    features: RequestFeatures, vectors: tf.Variable
) -> tf.types.experimental.GenericFunction:
    """Makes the signature that gives candidate vectors float32 [B, D] of item ids string [B]."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name=names.ITEM_IDS)], autograph=False)
    def embed_items(item_ids: tf.Tensor) -> dict[str, tf.Tensor]:
        return {names.VECTORS: tf.gather(vectors, features.index(item_ids))}

    return embed_items


def sample_queries(model: TwoTower, inputs: Inputs, max_length: int) -> np.ndarray:
    """Computes query vectors float32 [up to 1000, D] of `eval`, on which the index's recall is measured."""
    queries: list[np.ndarray] = []
    for batch in inputs.eval_windows(max_length):
        queries.append(tf.boolean_mask(model.queries(batch), positives(batch)).numpy())
        if sum(map(len, queries)) >= SAMPLE_QUERIES:
            break
    return np.concatenate(queries)[:SAMPLE_QUERIES]
