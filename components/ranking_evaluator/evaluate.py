"""Measures the first fit on `test`, beside counting baselines, on the same targets with the same exclusions."""

from typing import Final

import numpy as np
import numpy.typing as npt

from components.bless.config import EvaluationConfig
from components.common.records import TWO_STAGE, Evaluation, SliceRanking
from components.index_builder.build import load_searcher
from components.ranking_evaluator.comparison import compare, measure
from components.ranking_evaluator.production import beside_production
from components.ranking_evaluator.targets import Targets, rank_baselines, rank_targets
from components.trainer import ranker, retrieval, trained_model
from components.trainer.inputs import Inputs
from components.trainer.sequences import read_sequences, recent_plays
from components.trainer.training_records import RankerTraining
from models import metrics, names

COMPARED: Final = ("popularity", "markov", "blend")
"""Baselines that the two-stage whole is compared with."""
SHORT: Final = 10
"""A history of fewer plays than this before the target is short."""


def evaluate(
    config: EvaluationConfig,
    *,
    seed: int,
    out_uri: str,
    retrieval_uri: str,
    ranker_uri: str,
    index_uri: str,
    production_uri: str,
    **log_uris: str,
) -> None:
    """Writes `evaluation.json`; `log_uris` are those of `Inputs.load`."""
    inputs = Inputs.load(**log_uris)
    training = RankerTraining.read(trained_model.parts_dir(ranker_uri))
    targets = rank_targets(
        inputs,
        retrieval.load(retrieval_uri, inputs),
        ranker.load(ranker_uri, inputs),
        load_searcher(index_uri),
        max_targets=config.max_targets,
        max_length=training.max_length,
        exclude_seen=training.exclude_seen,
    )
    rank_baselines(
        targets,
        read_sequences(inputs, training.split),
        training.exclude_seen,
        recent_plays(inputs, training.split) if inputs.summary.time_features else None,
    )
    ranks = targets.ranks[TWO_STAGE]
    Evaluation(
        targets=len(targets.item),
        listeners=len(np.unique(targets.listener)),
        exclude_seen=training.exclude_seen,
        metrics={model: measure(model_ranks) for model, model_ranks in targets.ranks.items()},
        retrieval_recall={
            "recall with neighbours": float((ranks < metrics.NOT_FOUND).mean()),
            f"recall@{names.CANDIDATES}": float(targets.among_candidates.mean()),
        },
        against={
            name: compare(
                ranks, targets.ranks[name], targets.listener, seed=seed, confidence=config.confidence
            )
            for name in COMPARED
        },
        slices=measure_slices(targets, trained_model.load_plays(ranker_uri)),
        production=beside_production(
            inputs,
            production_uri,
            targets,
            exclude_seen=training.exclude_seen,
            seed=seed,
            confidence=config.confidence,
        ),
    ).write(out_uri)


def measure_slices(targets: Targets, plays: npt.NDArray[np.int64]) -> dict[str, SliceRanking]:
    """Measures the two-stage whole, and its retrieval, on new and known items, short and long histories.

    Args:
        targets: with the ranks by the two-stage whole.
        plays: [N + 1] plays of each item in what the models were trained on.
    """
    new_item = plays[targets.item] == 0
    short = (targets.history > 0).sum(axis=1) < SHORT
    masks = {
        "known items": ~new_item,
        "long histories": ~short,
        "new items": new_item,
        "short histories": short,
    }
    return {
        name: SliceRanking(
            targets=int(mask.sum()),
            recall_at_200=float(targets.among_candidates[mask].mean()),
            **measure(targets.ranks[TWO_STAGE][mask]).model_dump(),
        )
        for name, mask in masks.items()
        if mask.any()
    }
