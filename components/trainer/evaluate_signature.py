"""The ranker's signature `evaluate`: from serialised window examples to what TFMA measures."""

import tensorflow as tf

from components.tfma_evaluator import config as outputs
from components.trainer.examples_reader import parse_windows
from models import names
from models.layers import as_served, positives
from models.ranks import excluded_items, mask_seen, rank_of
from models.request_features import RequestFeatures
from models.reranker import Reranker


def evaluate_signature(
    ranking: Reranker, features: RequestFeatures, slots: int, exclude_seen: bool
) -> tf.types.experimental.GenericFunction:
    """Makes the signature that answers for the last target of each window.

    Its outputs are named in `components.tfma_evaluator.config`.

    Args:
        ranking: the trained ranker.
        features: of requests.
        slots: context tokens of an event.
        exclude_seen: whether the ranking leaves out what the history holds.
    """
    model, table = ranking.model, ranking.table

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")], autograph=False)
    def evaluate(examples: tf.Tensor) -> dict[str, tf.Tensor]:
        batch = parse_windows(examples, features.transform, features.items, slots=slots)
        place = tf.range(tf.shape(batch[names.ITEM])[1])[None, :]
        last = tf.reduce_max(tf.where(batch[names.TARGET] > 0, place, -1), axis=1)
        at = tf.maximum(last, 0)
        target = tf.gather(batch[names.ITEM], at, batch_dims=1)
        history = tf.where(place < at[:, None], batch[names.ITEM], 0)
        query = tf.gather(model.queries(as_served(batch), table), at, batch_dims=1)
        scores = model.score_all(query, history, table)
        rank = rank_of(mask_seen(scores, excluded_items(history, exclude_seen)), target)
        positive = tf.gather(tf.cast(positives(batch), tf.float32), at, batch_dims=1)
        outcome = tf.gather(batch[names.OUTCOME], at, batch_dims=1)
        answer = {
            outputs.HIT: tf.cast(rank < 10, tf.float32),
            outputs.RECIPROCAL_RANK: 1.0 / tf.cast(1 + rank, tf.float32),
            outputs.HAS_TARGET: positive,
        }
        if model.heads:
            _, heads = model.score(query, history, target[:, None], table)
            answer |= {head: probability[:, 0] for head, probability in heads.items()}
            answer[outputs.LABEL_COMPLETE] = tf.cast(outcome == names.COMPLETED, tf.float32)
            answer[outputs.LABEL_SKIP] = tf.cast(outcome == names.SKIPPED, tf.float32)
            answer[outputs.KNOWN] = tf.cast((outcome != names.UNKNOWN) & (last >= 0), tf.float32)
        return {key: value[:, None] for key, value in answer.items()}

    return evaluate
