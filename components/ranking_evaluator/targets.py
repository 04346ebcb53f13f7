"""The targets of `test` and each model's ranks of them, over the full catalogue, as the models serve."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from components.common import progress
from components.common.records import MEMORIES, RECENT_POPULARITY, TRANSFORMER, TWO_STAGE
from components.trainer.inputs import Inputs
from models import baselines, metrics, names
from models.layers import Batch
from models.memory.interactions import Interactions
from models.ranker import Ranker
from models.ranks import excluded_items, mask_seen, rank_of, ranker_scores, retrieval_scores, target_places
from models.reranker import top_neighbours
from models.scann_search import ScannSearcher
from models.search import best_first, exact_top, join
from models.two_tower import TwoTower

STAGE: Final = "RankingEvaluator"
BASELINES: Final[dict[str, Callable[[Interactions], baselines.Scorer]]] = {
    "popularity": baselines.fit_popularity,
    "markov": baselines.fit_markov,
    "item_knn": baselines.fit_item_knn,
    "blend": baselines.fit_blend,
}


@dataclass(frozen=True)
class Targets:
    """Q targets of `test`, with the ranks that models and baselines give them."""

    listener: npt.NDArray[np.object_]
    """[Q] ids of the listeners."""
    history: npt.NDArray[np.int32]
    """[Q, L + 1] what each listener played before, left-aligned, 0 elsewhere."""
    item: npt.NDArray[np.int32]
    """[Q] indices of the targets."""
    ranks: dict[str, npt.NDArray[np.int64]]
    """[Q] 0-based ranks by the name of the model."""
    among_candidates: npt.NDArray[np.bool_]
    """[Q] whether retrieval has the target among its candidates."""


class _Ranks(NamedTuple):
    """Ranks of the targets of one batch of windows, in the graph or as arrays."""

    row: tf.Tensor
    history: tf.Tensor
    item: tf.Tensor
    two_stage: tf.Tensor
    ranker: tf.Tensor
    transformer: tf.Tensor
    memories: tf.Tensor
    retrieval: tf.Tensor
    among_candidates: tf.Tensor


def rank_targets(
    inputs: Inputs,
    two_tower: TwoTower,
    ranker: Ranker,
    searcher: ScannSearcher,
    *,
    max_targets: int,
    max_length: int,
    exclude_seen: bool,
) -> Targets:
    """Ranks the first targets of `test` by retrieval, by the ranker and its parts, and by both together.

    Args:
        inputs: the log.
        two_tower: the retrieval model.
        ranker: the ranker, with its evidence.
        searcher: the index over the candidate vectors.
        max_targets: how many targets are enough; the last batch of windows counts whole.
        max_length: L, the longest useful history.
        exclude_seen: whether the answers leave out what a listener has played.
    """
    rank = _rank_function(two_tower, ranker, searcher, exclude_seen)
    parts: list[_Ranks] = []
    listeners: list[npt.NDArray[np.object_]] = []
    total = 0
    batch_size = inputs.eval_batch_size(names.TEST, max_length)
    for batch in inputs.windows(names.TEST, batch_size=batch_size, with_user=True):
        users = batch.pop(names.USER_ID).numpy()
        part = _Ranks(*(tensor.numpy() for tensor in rank(batch)))
        listeners.append(users[part.row])
        parts.append(part._replace(history=_widened(part.history, max_length + 1)))
        total += len(part.item)
        progress.report(STAGE, step=total, steps=max_targets)
        if total >= max_targets:
            break
    whole = _Ranks(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    ranks = {
        TWO_STAGE: whole.two_stage,
        names.RANKER: whole.ranker,
        TRANSFORMER: whole.transformer,
        MEMORIES: whole.memories,
        names.RETRIEVAL: whole.retrieval,
    }
    return Targets(
        np.concatenate(listeners),
        whole.history,
        whole.item,
        {name: values.astype(np.int64) for name, values in ranks.items()},
        whole.among_candidates,
    )


def _rank_function(
    two_tower: TwoTower, ranker: Ranker, searcher: ScannSearcher, exclude_seen: bool
) -> Callable[[Batch], _Ranks]:
    candidates, table = two_tower.candidates(), ranker.items.table()
    score_retrieval, score_ranker = retrieval_scores(two_tower, candidates), ranker_scores(ranker, table)

    @tf.function(autograph=False, reduce_retracing=True)
    def rank(batch: Batch) -> _Ranks:
        places, history, target = target_places(batch)
        excluded = excluded_items(history, exclude_seen)
        by_retrieval = mask_seen(score_retrieval(batch, places, history), excluded)
        by_ranker = mask_seen(score_ranker(batch, places, history), excluded)
        # the evidence of no history is 0, and the transformer reads its own from the batch
        by_transformer = mask_seen(score_ranker(batch, places, tf.zeros_like(history)), excluded)
        remembered = ranker.remembered(history)
        eligible = tf.math.is_finite(by_retrieval)
        queries = tf.gather_nd(two_tower.queries(batch), places)
        if exclude_seen:  # a request with exclusions is answered by exact search
            retrieved, _ = exact_top(queries, candidates, names.CANDIDATES, eligible)
        else:
            retrieved, _ = searcher.top(queries, candidates, names.CANDIDATES)
        joined = join(retrieved, top_neighbours(remembered, eligible))
        ranked, _ = best_first(joined, tf.gather(by_ranker, joined, batch_dims=1), joined.shape[1])
        hit = ranked == target[:, None]
        two_stage = tf.where(
            tf.reduce_any(hit, axis=1), tf.argmax(tf.cast(hit, tf.int32), axis=1), metrics.NOT_FOUND
        )
        return _Ranks(
            row=places[:, 0],
            history=history,
            item=target,
            two_stage=two_stage,
            ranker=rank_of(by_ranker, target),
            transformer=rank_of(by_transformer, target),
            memories=rank_of(mask_seen(remembered, excluded), target),
            retrieval=rank_of(by_retrieval, target),
            among_candidates=tf.reduce_any(retrieved == target[:, None], axis=1),
        )

    return rank


def _widened(rows: npt.NDArray[np.int32], width: int) -> npt.NDArray[np.int32]:
    """Pads `rows` [n, up to width] with zeros to [n, width]."""
    return np.pad(rows, ((0, 0), (0, width - rows.shape[1])))


def rank_baselines(
    targets: Targets, train: Interactions, exclude_seen: bool, recent: npt.NDArray[np.int64] | None = None
) -> None:
    """Adds the ranks that counting gives the same targets.

    Args:
        targets: takes the ranks.
        train: what is counted.
        exclude_seen: whether the items of a history are left out of its ranking.
        recent: int64 [N + 1] plays of the newest days, where times are real.
    """
    lengths = (targets.history > 0).sum(axis=1)
    histories = Interactions(
        targets.history[targets.history > 0], np.append(0, np.cumsum(lengths)), train.n_items
    )

    def rank(name: str, scorer: baselines.Scorer) -> None:
        ranks = baselines.evaluate(scorer, histories, targets.item, exclude_seen=exclude_seen)
        targets.ranks[name] = ranks.astype(np.int64)

    for name, fit_baseline in BASELINES.items():
        progress.report(STAGE, note=f"counting: {name}")
        rank(name, fit_baseline(train))
    if recent is not None:
        rank(RECENT_POPULARITY, baselines.by_plays(recent))
