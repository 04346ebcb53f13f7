"""Trains the transformer ranker and weighs the evidence that joins it in the score."""

import os
from typing import Final

import numpy as np
from tfx.components.trainer.fn_args_utils import FnArgs

from components.tfma_evaluator.config import SIGNATURE
from components.trainer import trained_model
from components.trainer.evaluate_signature import evaluate_signature
from components.trainer.evidence_weights import ndcg_measure, weigh_evidence
from components.trainer.fit_job import Job
from components.trainer.inputs import BATCH_WINDOWS, Inputs
from components.trainer.newcomers import SHORT_HISTORY
from components.trainer.sequences import repeat_share
from components.trainer.training_records import RankerTraining
from models import names
from models.config import RankerConfig
from models.layers import example_batch
from models.memory.evidence import Evidence, fit_evidence
from models.memory.interactions import Interactions
from models.ranker import DROPOUT, Ranker
from models.reranker import Reranker
from models.served import ServedRanker

MONITOR = "eval_ndcg@10"
FEW_REPEATS = 0.01
"""Below this share of repeated plays, what a listener has played already is not what comes next."""
DROPOUT_OF_SHORT: Final = 0.5
"""Where histories are short, what is learnt by heart helps those alone of whom it was learnt."""
LOGIT_SCALE_OF_SHORT: Final = 14.0
"""Where histories are short, logits are cosines times this (decision 0038)."""
BATCH_PLAYS: Final = 1500
_EVIDENCE = "evidence.npz"


def run_fn(fn_args: FnArgs) -> None:
    """Entry point of TFX's Trainer."""
    job = Job.start(fn_args, names.RANKER)
    inputs, max_length = job.inputs, job.max_length
    first = RankerTraining.read(job.first_dir) if job.first_dir else None
    # a final fit keeps what the first one, which was measured, took from its log
    config = first.config if first else job.arguments.model_config(RankerConfig)
    if not first and job.in_production:
        config = like(RankerTraining.read(job.production_dir).config, config)
    config = adapted(config, job.interactions, inputs.steps(job.split, batch_size=1))
    model = build(inputs, job.plays, max_length, config)
    exclude_seen = first.exclude_seen if first else repeat_share(job.interactions) < FEW_REPEATS
    earlier = first or (None if job.trained else RankerTraining.read(job.production_dir))
    evidence, groups = fit_evidence(job.interactions), inputs.eval_groups(job.split, max_length)
    if earlier:
        weight, shares = earlier.evidence_weight, earlier.evidence_shares
    else:  # as a transformer needs them that has learnt nothing yet
        _, shares = weigh_evidence(model, evidence, groups, exclude_seen)
    measure = ndcg_measure(model, groups, exclude_seen, evidence, shares)
    history = job.fit(model, config, monitor=MONITOR, measure=measure)
    if not earlier:
        weight, shares = weigh_evidence(model, evidence, groups, exclude_seen)
    last = job.rehearse(model, lambda plays: build(inputs, plays, max_length, config), config, history)
    if job.last_split != job.split:
        evidence = fit_evidence(job.last_interactions)
    last.add_evidence(evidence, weight, shares)
    features, ranking = inputs.request_features(max_length), Reranker(last)
    training = RankerTraining(
        config=config,
        max_length=max_length,
        items=inputs.catalog.size,
        split=job.last_split,
        anew=job.anew(history),
        heads=list(model.heads),
        exclude_seen=exclude_seen,
        evidence_weight=weight,
        evidence_shares=shares,
        history=history.as_record(),
    )
    signatures = {SIGNATURE: evaluate_signature(ranking, features, inputs.slots, exclude_seen)}
    folder = job.finish(last, model, ServedRanker(inputs.catalog, features, ranking), training, **signatures)
    evidence.save(os.path.join(folder, _EVIDENCE))


def like(production: RankerConfig, config: RankerConfig) -> RankerConfig:
    """Gives settings what a fit can't change that starts from the weights in production: what their logits are."""
    return config.model_copy(update={"logit_scale": production.logit_scale or 0.0})


def adapted(config: RankerConfig, interactions: Interactions, windows: int) -> RankerConfig:
    """Chooses what the settings leave to the log, from its figures.

    Args:
        config: the settings.
        interactions: the positive plays that are learnt from.
        windows: the windows that hold them.
    """
    chosen = {
        "dropout": DROPOUT_OF_SHORT if short_histories(interactions) else DROPOUT,
        "logit_scale": LOGIT_SCALE_OF_SHORT if short_histories(interactions) else 0.0,
        "batch_size": batch_size_of(interactions, windows),
    }
    return config.model_copy(
        update={key: value for key, value in chosen.items() if getattr(config, key) is None}
    )


def short_histories(interactions: Interactions) -> bool:
    """Whether listeners have few plays on average: what a model learns of one by heart is of use to no other."""
    return len(interactions.items) < SHORT_HISTORY * len(interactions)


def batch_size_of(interactions: Interactions, windows: int) -> int:
    """Returns the windows of a batch on a log: more where they are short, so that a step has enough to learn from."""
    return max(BATCH_WINDOWS, BATCH_PLAYS * windows // max(len(interactions.items), 1))


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
