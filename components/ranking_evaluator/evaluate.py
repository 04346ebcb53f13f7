"""Measures the first fit on `test`, beside counting baselines, on the same targets with the same exclusions."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from components.bless.config import EvaluationConfig
from components.common import progress
from components.common.records import Difference, Evaluation, RankerTraining, Ranking, SliceRanking
from components.index_builder.build import load_searcher
from components.ranking_evaluator.production import beside_production
from components.trainer import ranker, retrieval, trained_model
from components.trainer.inputs import Inputs, eval_batch_size
from components.trainer.sequences import read_sequences
from models import baselines, metrics, names
from models.bootstrap import paired_bootstrap
from models.layers import Batch
from models.ranks import mask_seen, rank_of, ranker_scores, retrieval_scores, target_places
from models.reranker import top_neighbours
from models.search import best_first, exact_top, join, scann_top

STAGE = "RankingEvaluator"
MODELS = ("two_stage", "ranker", "retrieval")
BASELINES: dict[str, Callable[[baselines.Interactions], baselines.Scorer]] = {
    "popularity": baselines.fit_popularity,
    "markov": baselines.fit_markov,
    "item_knn": baselines.fit_item_knn,
    "blend": baselines.fit_blend,
}
RECENT = 10
"""Slices by history: a listener with fewer plays than this before the target is new."""


@dataclass(frozen=True)
class Targets:
    """The targets of `test` that are looked at, and each model's rank of them (0-based, int64 [Q])."""

    listener: np.ndarray
    history: np.ndarray
    item: np.ndarray
    ranks: dict[str, np.ndarray]
    among_candidates: np.ndarray


def evaluate(
    config: EvaluationConfig,
    *,
    seed: int,
    out_uri: str,
    examples_uri: str,
    transform_graph_uri: str,
    catalog_uri: str,
    catalog_transform_uri: str,
    summary_uri: str,
    retrieval_uri: str,
    ranker_uri: str,
    index_uri: str,
    production_uri: str,
) -> None:
    """Writes `evaluation.json`."""
    inputs = Inputs.load(
        examples_uri=examples_uri,
        transform_uri=transform_graph_uri,
        catalog_uri=catalog_uri,
        catalog_transform_uri=catalog_transform_uri,
        summary_uri=summary_uri,
    )
    training = RankerTraining.read(trained_model.parts_dir(ranker_uri))
    plays = trained_model.load_plays(ranker_uri)
    exclude_seen = training.exclude_seen
    targets = rank_targets(
        inputs,
        retrieval_uri,
        ranker_uri,
        load_searcher(index_uri),
        max_targets=config.max_targets,
        max_length=training.max_length,
        exclude_seen=exclude_seen,
    )
    rank_baselines(targets, read_sequences(inputs, names.TRAIN), exclude_seen)
    Evaluation(
        targets=len(targets.item),
        listeners=len(np.unique(targets.listener)),
        exclude_seen=exclude_seen,
        metrics={model: Ranking(**figures(ranks)) for model, ranks in targets.ranks.items()},
        retrieval_recall={
            "recall with neighbours": float((targets.ranks["two_stage"] < metrics.NOT_FOUND).mean()),
            f"recall@{names.CANDIDATES}": float(targets.among_candidates.mean()),
        },
        against={
            name: against(targets, name, seed=seed, confidence=config.confidence)
            for name in ("popularity", "markov", "blend")
        },
        slices=slices(targets, plays),
        production=beside_production(
            inputs,
            production_uri,
            targets.ranks["two_stage"],
            targets.listener,
            targets.item,
            exclude_seen=exclude_seen,
            seed=seed,
            confidence=config.confidence,
            stage=STAGE,
        ),
    ).write(out_uri)


def figures(ranks: np.ndarray) -> dict[str, float]:
    """The fields of a `Ranking`, of 0-based ranks."""
    return {
        "hr_at_10": metrics.hit_rate_at_k(ranks, 10),
        "ndcg_at_10": metrics.ndcg_at_k(ranks, 10),
        "mrr": metrics.mrr(ranks),
    }


def against(targets: Targets, baseline: str, *, seed: int, confidence: float) -> Difference:
    """By how much NDCG@10 of the two-stage whole is above a baseline's, with a paired bootstrap by listener."""
    interval = paired_bootstrap(
        metrics.ndcg_gains(targets.ranks["two_stage"], 10),
        metrics.ndcg_gains(targets.ranks[baseline], 10),
        np.unique(targets.listener, return_inverse=True)[1],
        seed=seed,
        confidence=confidence,
    )
    return Difference(difference=interval.mean_difference, low=interval.low, high=interval.high)


def slices(targets: Targets, plays: np.ndarray) -> dict[str, SliceRanking]:
    """The two-stage whole by what is asked: new and known items, short and long histories."""
    new_item = plays[targets.item] == 0
    short = (targets.history > 0).sum(axis=1) < RECENT
    masks = {
        "known items": ~new_item,
        "long histories": ~short,
        "new items": new_item,
        "short histories": short,
    }
    return {
        name: SliceRanking(targets=int(mask.sum()), **figures(targets.ranks["two_stage"][mask]))
        for name, mask in masks.items()
        if mask.any()
    }


def rank_targets(
    inputs: Inputs,
    retrieval_uri: str,
    ranker_uri: str,
    searcher: tf.Module,
    *,
    max_targets: int,
    max_length: int,
    exclude_seen: bool,
) -> Targets:
    """Ranks of the targets by retrieval, ranker and both together, over the full catalogue, as they serve."""
    two_tower, ranking = retrieval.load(retrieval_uri, inputs), ranker.load(ranker_uri, inputs)
    candidates, table = two_tower.candidates(), ranking.items.table()
    score_retrieval, score_ranker = retrieval_scores(two_tower, candidates), ranker_scores(ranking, table)

    @tf.function(reduce_retracing=True)
    def rank(batch: Batch) -> tuple[tf.Tensor, ...]:
        places, history, target = target_places(batch)
        seen = history if exclude_seen else tf.zeros_like(history[:, :1])
        by_retrieval = mask_seen(score_retrieval(batch, places, history), seen)
        by_ranker = mask_seen(score_ranker(batch, places, history), seen)
        eligible = tf.math.is_finite(by_retrieval)
        queries = tf.gather_nd(two_tower.queries(batch), places)
        if exclude_seen:  # a request with exclusions is answered by exact search
            found, _ = exact_top(queries, candidates, names.CANDIDATES, eligible)
        else:
            found, _ = scann_top(searcher, queries, candidates, names.CANDIDATES)
        joined = join(found, top_neighbours(ranking.counted(history), eligible))
        ranked, _ = best_first(joined, tf.gather(by_ranker, joined, batch_dims=1), joined.shape[1])
        hit = ranked == target[:, None]
        two_stage = tf.where(
            tf.reduce_any(hit, axis=1), tf.argmax(tf.cast(hit, tf.int32), axis=1), metrics.NOT_FOUND
        )
        return (
            places[:, 0],
            history,
            target,
            two_stage,
            rank_of(by_ranker, target),
            rank_of(by_retrieval, target),
            tf.reduce_any(found == target[:, None], axis=1),
        )

    rows: list[tuple[np.ndarray, ...]] = []
    listeners: list[np.ndarray] = []
    total = 0
    batch_size = eval_batch_size(inputs.catalog, max_length)
    for batch in inputs.windows(names.TEST, batch_size=batch_size, with_user=True):
        result = [x.numpy() for x in rank({k: v for k, v in batch.items() if k != names.USER_ID})]
        listeners.append(batch[names.USER_ID].numpy()[result[0]])
        history = np.zeros((len(result[2]), max_length + 1), np.int32)
        history[:, : result[1].shape[1]] = result[1]
        rows.append((history, *result[2:]))
        total += len(result[2])
        progress.report(STAGE, step=total, steps=max_targets)
        if total >= max_targets:
            break
    history, item, two_stage, by_ranker, by_retrieval, candidate = (
        np.concatenate(column) for column in zip(*rows, strict=True)
    )
    ranks = {
        name: values.astype(np.int64)
        for name, values in zip(MODELS, (two_stage, by_ranker, by_retrieval), strict=True)
    }
    return Targets(np.concatenate(listeners), history, item, ranks, candidate)


def rank_baselines(targets: Targets, train: baselines.Interactions, exclude_seen: bool) -> None:
    """Adds the baselines' ranks of the same targets."""
    lengths = (targets.history > 0).sum(axis=1)
    histories = baselines.Interactions(
        targets.history[targets.history > 0], np.append(0, np.cumsum(lengths)), train.n_items
    )
    for name, fit_baseline in BASELINES.items():
        progress.report(STAGE, note=f"counting: {name}")
        targets.ranks[name] = baselines.evaluate(
            fit_baseline(train), histories, targets.item, exclude_seen=exclude_seen
        ).astype(np.int64)
