"""Trains the transformer ranker and weighs the evidence that joins it in the score."""

import os
from collections.abc import Callable

import numpy as np
import tensorflow as tf
from tfx.components.trainer.fn_args_utils import FnArgs

from components.tfma_evaluator.config import SIGNATURE
from components.trainer import fit, trained_model
from components.trainer.evaluate_signature import evaluate_signature
from components.trainer.fit_job import Job
from components.trainer.inputs import Inputs
from components.trainer.sequences import repeat_share
from components.trainer.training_records import RankerTraining
from models import names
from models.config import RankerConfig
from models.layers import Batch, example_batch
from models.memory.evidence import COUNTS, RIDGE, Evidence, Shares, fit_evidence, mixed_with_counts
from models.memory.evidence_layer import EvidenceLayer
from models.metrics import ndcg_at_k
from models.ranker import Ranker
from models.ranks import excluded_items, mask_seen, rank_of, ranker_scores, target_places, target_ranks
from models.reranker import Reranker
from models.served import ServedRanker

MONITOR = "eval_ndcg@10"
EVIDENCE_WEIGHTS = (0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 32.0, 64.0)
"""From the transformer alone to what is all but the evidence alone."""
RIDGE_SHARES = (0.0, 0.3, 0.5, 0.7, 1.0)
"""What part the ridge may have in the evidence: from the counts alone to the ridge alone."""
FEW_REPEATS = 0.01
"""Below this share of repeated plays, what a listener has played already is not what comes next."""
_EVIDENCE = "evidence.npz"


def run_fn(fn_args: FnArgs) -> None:
    """Entry point of TFX's Trainer."""
    job = Job.start(fn_args, names.RANKER)
    inputs, max_length, config = job.inputs, job.max_length, job.arguments.model_config(RankerConfig)
    model = build(inputs, job.plays, max_length, config)
    evidence = fit_evidence(job.interactions)
    first = RankerTraining.read(job.first_dir) if job.first_dir else None
    exclude_seen = first.exclude_seen if first else repeat_share(job.interactions) < FEW_REPEATS
    measure = ndcg_measure(model, inputs, max_length, exclude_seen)
    history = job.fit(model, config, monitor=MONITOR, measure=measure)
    earlier = first
    if not first and not job.trained:
        earlier = RankerTraining.read(job.production_dir)
    if earlier:
        weight, shares = earlier.evidence_weight, earlier.evidence_shares
    else:
        weight, shares = weigh_evidence(model, evidence, inputs, max_length, exclude_seen)
    model.add_evidence(evidence, weight, shares)
    features, ranking = inputs.request_features(max_length), Reranker(model)
    training = RankerTraining(
        config=config,
        max_length=max_length,
        items=inputs.catalog.size,
        heads=list(model.heads),
        exclude_seen=exclude_seen,
        evidence_weight=weight,
        evidence_shares=shares,
        history=history.as_record(),
    )
    signatures = {SIGNATURE: evaluate_signature(ranking, features, inputs.slots, exclude_seen)}
    folder = job.finish(model, ServedRanker(inputs.catalog, features, ranking), training, **signatures)
    evidence.save(os.path.join(folder, _EVIDENCE))


def build(inputs: Inputs, plays: np.ndarray, max_length: int, config: RankerConfig) -> Ranker:
    """Builds the model and its variables."""
    model = Ranker(inputs.catalog, plays, inputs.sizes, max_length, inputs.summary.heads, config)
    model.losses_of(example_batch(), training=False)
    return model


def load(model_uri: str, inputs: Inputs) -> Ranker:
    """Loads a trained model with its evidence from its artifact."""
    training = RankerTraining.read(trained_model.parts_dir(model_uri))
    model = build(inputs, trained_model.load_plays(model_uri), training.max_length, training.config)
    trained_model.load_weights(model_uri, model, inputs)
    evidence = Evidence.load(os.path.join(trained_model.parts_dir(model_uri), _EVIDENCE))
    model.add_evidence(evidence, training.evidence_weight, training.evidence_shares)
    return model


def ndcg_measure(model: Ranker, inputs: Inputs, max_length: int, exclude_seen: bool) -> Callable[[], float]:
    """Returns a function that computes NDCG@10 of `model` on `eval`, over the whole catalogue."""
    windows = inputs.eval_windows(max_length)

    @tf.function(reduce_retracing=True)
    def ranks(batch: Batch, table: tf.Tensor) -> tf.Tensor:
        return target_ranks(ranker_scores(model, table), batch, exclude_seen=exclude_seen)

    def measure() -> float:
        table = model.items.table()
        return ndcg_at_k(fit.concatenate(windows, lambda batch: ranks(batch, table)), 10)

    return measure


def weigh_evidence(
    model: Ranker, evidence: Evidence, inputs: Inputs, max_length: int, exclude_seen: bool
) -> tuple[float, Shares]:
    """Finds the weight of the evidence and the shares of its memories that serve NDCG@10 on `eval` best.

    Both memories alone and the transformer alone are among the choices. Of equals, the first is taken: the least of
    the ridge, then the least weight.
    """
    count, remember = EvidenceLayer(evidence, COUNTS), EvidenceLayer(evidence, {RIDGE: 1.0})
    score = ranker_scores(model, model.items.table())
    choices = [(share, weight) for share in RIDGE_SHARES for weight in EVIDENCE_WEIGHTS]

    @tf.function(reduce_retracing=True)
    def ranks(batch: Batch) -> tf.Tensor:
        places, history, target = target_places(batch)
        scores = mask_seen(score(batch, places, history), excluded_items(history, exclude_seen))
        counted, remembered = count(history), remember(history)

        def rank(choice: tf.Tensor) -> tf.Tensor:
            share, weight = tf.unstack(choice)
            return rank_of(scores + weight * ((1.0 - share) * counted + share * remembered), target)

        # one choice after the other: each needs its own scores of the whole catalogue
        by_choice = tf.map_fn(rank, tf.constant(choices), fn_output_signature=tf.int32, parallel_iterations=1)
        return tf.transpose(by_choice)

    table_of_ranks = fit.concatenate(inputs.eval_windows(max_length), ranks)
    share, weight = choices[int(np.argmax([ndcg_at_k(column, 10) for column in table_of_ranks.T]))]
    return weight, mixed_with_counts(share)
