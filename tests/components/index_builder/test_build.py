import numpy as np
import pytest

from components.index_builder.build import load_searcher, recall, save_searcher
from models import names
from models.config import IndexConfig
from models.search import build_searcher


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return np.random.default_rng(3).normal(size=(1000, 8)).astype(np.float32)


def test_an_exact_searcher_finds_all(vectors):
    searcher, kind = build_searcher(vectors, names.CANDIDATES, IndexConfig())
    assert kind == "brute_force"
    assert recall(searcher, vectors, vectors[:20]) == {
        "recall_at_10": 1.0, "recall_at_100": 1.0, "recall_at_200": 1.0
    }  # fmt: skip


def test_a_searcher_of_other_vectors_finds_less(vectors):
    searcher, _ = build_searcher(vectors[::-1].copy(), names.CANDIDATES, IndexConfig())
    assert recall(searcher, vectors, vectors[:20])["recall_at_10"] < 0.5


def test_a_searcher_is_read_as_it_was_written(vectors, tmp_path):
    searcher, _ = build_searcher(vectors, names.CANDIDATES, IndexConfig())
    save_searcher(searcher, str(tmp_path))
    assert recall(load_searcher(str(tmp_path)), vectors, vectors[:5])["recall_at_10"] == 1.0
