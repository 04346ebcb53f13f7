"""What TFMA measures of the ranker, worked out by hand."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import tensorflow as tf

from components.tfma_evaluator import config as outputs
from components.trainer.evaluate_signature import evaluate_signature
from models import names
from models.config import RankerConfig
from models.ranker import Ranker
from models.reranker import Reranker
from tests.components.trainer.tiny_inputs import MAX_LENGTH, Repeats, tiny_inputs, window
from tests.models import tiny


def figures(
    ranking: Reranker, folder: Path, windows: list[bytes], *, exclude_seen: bool
) -> dict[str, list[float]]:
    features = tiny_inputs(folder).request_features(MAX_LENGTH)
    evaluate = evaluate_signature(ranking, features, slots=1, exclude_seen=exclude_seen)
    return {key: value[:, 0].numpy().tolist() for key, value in evaluate(tf.constant(windows)).items()}


def repeats() -> Reranker:
    return SimpleNamespace(model=Repeats(), table=tf.eye(13))  # type: ignore[return-value]


def test_the_last_target_of_each_window_is_ranked(tmp_path: Path) -> None:
    """5 comes first; 8 comes after 7 and the six items before it; a window of one play has no target."""
    answer = figures(
        repeats(), tmp_path, [window([1, 5, 5]), window([7, 8]), window([3])], exclude_seen=False
    )

    assert answer[outputs.RECIPROCAL_RANK][:2] == [1.0, 1 / 8]
    assert answer[outputs.HIT][:2] == [1.0, 1.0]
    assert answer[outputs.HAS_TARGET] == [1.0, 1.0, 0.0]


def test_what_a_history_has_is_excluded_where_listeners_hardly_repeat(tmp_path: Path) -> None:
    answer = figures(repeats(), tmp_path, [window([5, 5]), window([7, 8])], exclude_seen=True)

    assert answer[outputs.HIT] == [0.0, 1.0]
    assert answer[outputs.RECIPROCAL_RANK][1] == pytest.approx(1 / 7)


def test_heads_are_measured_on_targets_with_a_known_outcome(tmp_path: Path) -> None:
    heads = (names.P_COMPLETE, names.P_SKIP)
    model = Ranker(
        tiny.catalog(), tiny.plays(), tiny.SIZES, MAX_LENGTH, heads, RankerConfig(dimension=8, blocks=1)
    )
    windows = [
        window([1, 2], outcomes=[names.COMPLETED, outcome])
        for outcome in (names.COMPLETED, names.SKIPPED, names.UNKNOWN)
    ]

    answer = figures(Reranker(model), tmp_path, windows, exclude_seen=False)

    assert answer[outputs.LABEL_COMPLETE] == [1.0, 0.0, 0.0]
    assert answer[outputs.LABEL_SKIP] == [0.0, 1.0, 0.0]
    assert answer[outputs.KNOWN] == [1.0, 1.0, 0.0]
    assert answer[outputs.HAS_TARGET] == [1.0, 0.0, 1.0]
    assert all(0.0 < p < 1.0 for head in heads for p in answer[head])
