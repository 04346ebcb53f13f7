"""The design's baselines, reproduced on real logs: the last event held out, everything before it known."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models import baselines
from models.memory.interactions import Interactions
from models.memory.order_aware_ridge import OrderAwareRidge
from models.metrics import hit_rate_at_k, ndcg_at_k

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
TOLERANCE = 0.003
MAX_LENGTH = 200
# hit rate and NDCG at 10
PINNED = {
    "lastfm": {
        "popularity": (0.0303, 0.0133),
        "markov": (0.0651, 0.0377),
        "item_knn": (0.0917, 0.0483),
        "ease": (0.0872, 0.0475),
        "transitions": (0.0725, 0.0406),
        "blend": (0.1064, 0.0554),
    },
    "ml-1m": {
        "popularity": (0.0404, 0.0206),
        "markov": (0.2283, 0.1341),
        "item_knn": (0.0699, 0.0350),
        "ease": (0.2260, 0.1208),
        "transitions": (0.2743, 0.1553),
        "blend": (0.2960, 0.1706),
    },
    "ml-100k": {
        "popularity": (0.0859, 0.0450),
        "markov": (0.1453, 0.0793),
        "item_knn": (0.1092, 0.0563),
        "ease": (0.1909, 0.1007),
        "transitions": (0.1771, 0.0930),
        "blend": (0.2227, 0.1200),
    },
}
FITS: dict[str, Callable[[Interactions], baselines.Scorer]] = {
    "popularity": baselines.fit_popularity,
    "markov": baselines.fit_markov,
    "item_knn": baselines.fit_item_knn,
    "ease": baselines.fit_ease,
    "transitions": baselines.fit_transitions,
    "blend": baselines.fit_blend,
}
RIDGES = [
    ("ml-100k", 100.0, 0, (0.1994, 0.1136)),
    ("ml-100k", 100.0, 64, (0.1951, 0.1078)),
    ("lastfm", 200.0, 64, (0.1064, 0.0581)),
]
PAIRS = [(log, name) for log, table in PINNED.items() for name in table]


@cache
def last_event_held_out(log: str) -> tuple[Interactions, np.ndarray]:
    """All events but each listener's last, and the last."""
    if not (DATA / log).is_dir():
        pytest.skip(f"no {log} beside the repository")
    catalog = pd.read_csv(DATA / log / "catalog.csv", usecols=["item_id"])
    events = pd.read_csv(DATA / log / "events.csv", usecols=["user_id", "item_id", "timestamp"])
    index = {item: 1 + place for place, item in enumerate(sorted(catalog.item_id, key=str.encode))}
    events = events.assign(item=events.item_id.map(index)).sort_values("timestamp", kind="stable")
    sequences = [items.to_numpy(np.int32) for _, items in events.groupby("user_id").item]
    histories = Interactions.from_sequences([sequence[:-1] for sequence in sequences], len(index))
    return histories, np.array([sequence[-1] for sequence in sequences])


def quality(scorer: baselines.Scorer, log: str) -> tuple[float, float]:
    histories, targets = last_event_held_out(log)
    ranks = baselines.evaluate(scorer, histories, targets, exclude_seen=True)
    return hit_rate_at_k(ranks, 10), ndcg_at_k(ranks, 10)


@pytest.mark.parametrize(("log", "name"), PAIRS)
def test_a_baseline_reproduces_its_pinned_figures(log: str, name: str):
    histories, _ = last_event_held_out(log)

    assert quality(FITS[name](histories), log) == pytest.approx(PINNED[log][name], abs=TOLERANCE)


@pytest.mark.parametrize(("log", "penalty", "neighbours", "pinned"), RIDGES)
def test_the_ridge_reproduces_its_pinned_figures(
    log: str, penalty: float, neighbours: int, pinned: tuple[float, float]
):
    histories, _ = last_event_held_out(log)
    ridge = OrderAwareRidge.fit(histories, penalty=penalty, neighbours=neighbours)

    assert quality(ridge.score, log) == pytest.approx(pinned, abs=TOLERANCE)


def test_served_counting_loses_nothing_against_the_blend():
    import tensorflow as tf

    from models.memory.evidence import fit_evidence
    from models.memory.evidence_layer import EvidenceLayer

    histories, _ = last_event_held_out("ml-1m")
    layer = tf.function(EvidenceLayer(fit_evidence(histories)), reduce_retracing=True)

    def score(part: Interactions) -> np.ndarray:
        newest = [
            part.items[max(a, b - MAX_LENGTH) : b]
            for a, b in zip(part.offsets, part.offsets[1:], strict=False)
        ]
        scores = layer(tf.ragged.stack([tf.constant(items) for items in newest]).to_tensor()).numpy()
        scores[:, 0] = -np.inf
        return scores

    assert quality(score, "ml-1m") == pytest.approx(PINNED["ml-1m"]["blend"], abs=TOLERANCE)
