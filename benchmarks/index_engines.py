"""Other libraries' indexes for `benchmarks.index`: run by a Python that has them, with numpy and nothing of ours.

python benchmarks/index_engines.py ENGINE FOLDER

FOLDER holds `vectors.npy` float32 [N, D], `queries.npy` float32 [Q, D] and `exact.npy` int [Q, 200], places from 0.
An index is kept there once it is built, and taken from there.
Each line of the answer is a point of the engine's curve, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import faiss

K = 200
TIMED = 200
SECONDS = 0.5
Search = Callable[[np.ndarray], np.ndarray]
Point = tuple[str, Search, Callable[[int], None]]
"""A setting, its search, and what sets the number of threads."""


def hnswlib_points(vectors: np.ndarray, kept: Path) -> Iterator[Point]:
    """Makes a graph of small worlds (M 24)."""
    import hnswlib

    index = hnswlib.Index("ip", vectors.shape[1])
    if kept.exists():
        index.load_index(str(kept))
    else:
        index.init_index(len(vectors), M=24, ef_construction=200)
        index.add_items(vectors)
        index.save_index(str(kept))
    for ef in (200, 250, 300, 400, 600, 900):
        index.set_ef(ef)
        yield f"ef {ef}", lambda queries: index.knn_query(queries, K)[0], index.set_num_threads


def usearch_points(vectors: np.ndarray, kept: Path) -> Iterator[Point]:
    """Makes a graph of small worlds (connectivity 24)."""
    from usearch.index import Index

    index = Index(ndim=vectors.shape[1], metric="ip", connectivity=24, expansion_add=200)
    if kept.exists():
        index.load(str(kept))
    else:
        index.add(np.arange(len(vectors)), vectors)
        index.save(str(kept))
    threads = 1

    def set_threads(number: int) -> None:
        nonlocal threads
        threads = number

    for expansion in (200, 250, 300, 400, 600, 900):
        index.expansion_search = expansion
        yield f"expansion {expansion}", lambda q: index.search(q, K, threads=threads).keys, set_threads


def faiss_hnsw_points(vectors: np.ndarray, kept: Path) -> Iterator[Point]:
    """Makes a graph of small worlds (M 24)."""
    import faiss

    def build() -> faiss.Index:
        built = faiss.IndexHNSWFlat(vectors.shape[1], 24, faiss.METRIC_INNER_PRODUCT)
        built.hnsw.efConstruction = 200
        built.add(vectors)
        return built

    index = _faiss_index(build, kept)
    for ef in (200, 250, 300, 400, 600, 900):
        index.hnsw.efSearch = ef
        yield f"ef {ef}", lambda queries: index.search(queries, K)[1], faiss.omp_set_num_threads


def faiss_ivf_points(vectors: np.ndarray, kept: Path) -> Iterator[Point]:
    """Makes an inverted file of whole vectors."""
    yield from _faiss_lists(vectors, "Flat", kept)


def faiss_fast_scan_points(vectors: np.ndarray, kept: Path) -> Iterator[Point]:
    """Makes an inverted file of 4-bit codes scanned in registers, the best of which are rescored exactly."""
    yield from _faiss_lists(vectors, f"PQ{vectors.shape[1] // 2}x4fs,RFlat", kept)


def _faiss_lists(vectors: np.ndarray, code: str, kept: Path) -> Iterator[Point]:
    import faiss

    lists = int(2 * len(vectors) ** 0.5)

    def build() -> faiss.Index:
        built = faiss.index_factory(vectors.shape[1], f"IVF{lists},{code}", faiss.METRIC_INNER_PRODUCT)
        built.train(vectors[np.random.default_rng(0).permutation(len(vectors))[:250_000]])
        built.add(vectors)
        return built

    index = _faiss_index(build, kept)
    inner = faiss.extract_index_ivf(index)
    for share in (0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.3):
        inner.nprobe = max(int(lists * share), 1)
        for factor in (1.5, 3.0) if "RFlat" in code else (0.0,):
            if factor:
                index.k_factor = factor
            yield (
                f"probes {inner.nprobe} x{factor}",
                lambda q: index.search(q, K)[1],
                faiss.omp_set_num_threads,
            )


def _faiss_index(build: Callable[[], faiss.Index], kept: Path) -> faiss.Index:
    import faiss

    if not kept.exists():
        faiss.write_index(build(), str(kept))
    return faiss.read_index(str(kept))


def measure(
    search: Search, set_threads: Callable[[int], None], queries: np.ndarray, exact: np.ndarray
) -> dict:
    """Measures recall@200, the median time for one query, and queries a second of one and of two threads."""
    set_threads(1)
    nearest = search(queries)
    hits = [len(np.intersect1d(ours, best)) for ours, best in zip(nearest, exact, strict=True)]
    seconds = []
    for query in queries[:TIMED]:
        start = time.perf_counter()
        search(query[None])
        seconds.append(time.perf_counter() - start)
    figures = {"recall": float(np.mean(hits)) / K, "milliseconds": float(np.median(seconds)) * 1000}
    for threads in (1, 2):
        set_threads(threads)
        start, rounds = time.perf_counter(), 0
        while time.perf_counter() - start < SECONDS:
            search(queries)
            rounds += 1
        figures[f"a_second_{threads}"] = rounds * len(queries) / (time.perf_counter() - start)
    return figures


ENGINES = {
    "hnswlib": hnswlib_points,
    "usearch": usearch_points,
    "faiss HNSW": faiss_hnsw_points,
    "faiss IVF": faiss_ivf_points,
    "faiss fast scan": faiss_fast_scan_points,
}

if __name__ == "__main__":
    engine, folder = sys.argv[1], Path(sys.argv[2])
    arrays = [np.load(folder / f"{name}.npy") for name in ("vectors", "queries", "exact")]
    for setting, searching, setter in ENGINES[engine](arrays[0], folder / engine.replace(" ", "-")):
        point = {"engine": engine, "setting": setting, **measure(searching, setter, *arrays[1:])}
        print(json.dumps(point), flush=True)
