"""Recall@200 against time: our indexes, exact search and other libraries', on made vectors or on a run's own.

python -m benchmarks.index --items 100000 --python VENV/bin/python
python -m benchmarks.index --home HOME --python VENV/bin/python

VENV is an environment with numpy, hnswlib, faiss-cpu and usearch.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

import models  # noqa: F401  selects Keras 2 before TensorFlow is imported
from benchmarks.curves import draw
from benchmarks.index_engines import ENGINES, K, Search, measure
from serving.stderr import divert_noise
from tfx_pipeline.terminal.tables import render_table

if TYPE_CHECKING:
    from components.index_builder.tuning import Meter

QUERIES: Final = 500
WIDTH: Final = 64
ALIKE: Final = 100
"""Vectors around one centre."""
SPREAD: Final = 0.7
EXACT: Final = "exact"
OURS: Final = "ours"
STOCK: Final = "ours, stock build"
TARGETS: Final = (0.95, 0.98)
"""What the index is tuned to: the curve is of the first."""
SPENT: Final = "spent.json"
"""In the folder of a tuned index: its shape, and what the searches that are measured spend."""


def main(argv: Sequence[str] | None = None) -> int:
    """Measures all engines on the same vectors. Returns the exit code."""
    args = _parser().parse_args(argv)
    points: list[dict] = []
    with tempfile.TemporaryDirectory() as name, divert_noise(None):
        folder = Path(args.keep or name)
        folder.mkdir(parents=True, exist_ok=True)
        vectors, queries = read_vectors(Path(args.home)) if args.home else make_vectors(args.items, args.seed)
        exact = nearest(vectors, queries)
        for kind, array in (("vectors", vectors), ("queries", queries), ("exact", exact)):
            np.save(folder / f"{kind}.npy", array)
        points += our_points(vectors, queries, exact, args.seconds, folder)
        for engine in args.engines.split(",") if args.python else []:
            points += other_points(args.python, engine, folder)
    print(f"{len(vectors):,} vectors of {vectors.shape[1]}, {len(queries)} queries")
    print(table(points))
    if args.json:
        Path(args.json).write_text(json.dumps(points, indent=2) + "\n")
    if args.plot:
        title = f"{len(vectors):,} vectors, one thread"
        curves = {
            engine: [(p["recall"], p["a_second_1"]) for p in points if p["engine"] == engine]
            for engine in dict.fromkeys(point["engine"] for point in points)
        }
        Path(args.plot).write_text(draw(curves, title, "recall@200", "queries/s"))
    return 0


def make_vectors(items: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draws unit vectors float32 [N, 64] around centres, and queries near some of them."""
    draw_from = np.random.default_rng(seed)
    centres = draw_from.normal(size=(max(items // ALIKE, 1), WIDTH)).astype(np.float32)
    vectors = centres[draw_from.integers(len(centres), size=items)]
    vectors = _unit(vectors + SPREAD * draw_from.normal(size=vectors.shape).astype(np.float32))
    queries = vectors[draw_from.integers(items, size=QUERIES)]
    return vectors, _unit(queries + 0.08 * draw_from.normal(size=queries.shape).astype(np.float32))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def read_vectors(home: Path) -> tuple[np.ndarray, np.ndarray]:
    """Reads the item vectors and the queries of the newest final fit under HOME."""
    from components.common.catalog_examples import read_item_ids
    from components.index_builder.build import embed_catalog
    from components.trainer import trained_model

    def newest(pattern: str) -> str:
        return str(max((home / "artifacts").glob(pattern), key=lambda path: path.stat().st_mtime))

    model = newest("RetrievalFinalTrainer/model/*")
    ids = read_item_ids(newest("ListeningLogExampleGen/catalog/*"))
    queries = trained_model.load_array(model, trained_model.QUERIES)
    return embed_catalog(model, [item_id.encode() for item_id in ids]), queries[:QUERIES]


def nearest(vectors: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """Finds the places of the nearest 200 by exact search: int [Q, 200]."""
    parts = [queries[at : at + 50] @ vectors.T for at in range(0, len(queries), 50)]
    return np.concatenate([np.argpartition(-scores, K - 1, axis=1)[:, :K] for scores in parts])


def our_points(
    vectors: np.ndarray, queries: np.ndarray, exact: np.ndarray, seconds: float, folder: Path
) -> Iterator[dict]:
    """Measures exact search, the tuned index and the partitions of the `stock` build, kept in `folder`."""
    import tensorflow as tf

    from components.index_builder.partitions import fit_partitions
    from components.index_builder.tuning import Meter
    from models.partition_search import PartitionSearcher
    from models.scann_search import Effort, ScannSearcher

    tf.config.threading.set_intra_op_parallelism_threads(1)
    meter = Meter(vectors, queries)
    yield _point(EXACT, "", meter.find_exactly, queries, exact)
    for target in TARGETS:
        kept = folder / f"ours-{target}"
        if not kept.exists():
            keep_tuned(vectors, meter, target, seconds, kept)
        searcher = ScannSearcher.load(str(kept), Effort())
        index, spent = searcher.rebuilt(), json.loads((kept / SPENT).read_text())
        for effort in (Effort(*one) for one in spent["efforts"]):
            setting = f"{spent['shape']}, searched {effort.leaves_searched}, rescored {effort.reorder}"
            yield _point(OURS, setting, index.spending(effort).find, queries, exact)
        index.close()
        if target == TARGETS[0]:
            leaf_of_item = searcher.leaf_of_item
    kept = folder / "stock.npy"
    if not kept.exists():
        np.save(kept, fit_partitions(vectors, leaf_of_item, meter, TARGETS[0])[0])
    searcher = PartitionSearcher(vectors, np.load(kept), K, searched=1)
    parts = searcher.sizes.shape[0]
    for share in (0.005, 0.01, 0.02, 0.04, 0.08, 0.16):
        searched = searcher.searched = max(int(parts * share), 1)
        find = tf.function(lambda part: searcher.find(part), reduce_retracing=True)
        yield _point(STOCK, f"{parts} parts, searched {searched}", find, queries, exact)


def keep_tuned(vectors: np.ndarray, meter: "Meter", target: float, seconds: float, folder: Path) -> None:
    """Tunes our index to a target and writes it into a folder, with what its searches shall spend."""
    from components.index_builder.tuning import measure_curve, tune
    from models.config import QUANTISED, IndexConfig

    tuned = tune(vectors, meter, IndexConfig(search=QUANTISED, recall=target, tuning_seconds=seconds))
    efforts = [tuned.index.effort]
    if target == TARGETS[0]:
        efforts = [
            tuned.index.effort._replace(leaves_searched=point.leaves_searched, reorder=point.reorder)
            for point in measure_curve(tuned, meter)
        ][::2]
    shape = f"target {target}, {tuned.shape.leaves} leaves, T {tuned.shape.anisotropy}"
    tuned.index.serialised().save(str(folder))
    (folder / SPENT).write_text(json.dumps({"shape": shape, "efforts": efforts}))
    tuned.index.close()


def _point(engine: str, setting: str, find: Search, queries: np.ndarray, exact: np.ndarray) -> dict:
    """Measures a search of ours, whose items count from 1; several threads share the queries."""
    import tensorflow as tf

    pool, threads = ThreadPoolExecutor(2), 1

    def set_threads(number: int) -> None:
        nonlocal threads
        threads = number

    def find_part(part: np.ndarray) -> np.ndarray:
        places = np.full((len(part), K), -1)
        for at in range(0, len(part), 50):
            nearest = np.asarray(find(tf.constant(part[at : at + 50])))
            places[at : at + len(nearest), : nearest.shape[1]] = nearest - 1
        return places

    def search(part: np.ndarray) -> np.ndarray:
        if threads == 1:
            return find_part(part)
        return np.concatenate(list(pool.map(find_part, np.array_split(part, threads))))

    return {"engine": engine, "setting": setting, **measure(search, set_threads, queries, exact)}


def other_points(python: str, engine: str, folder: Path) -> list[dict]:
    """Measures an engine in a process of the other environment."""
    script = Path(__file__).with_name("index_engines.py")
    done = subprocess.run([python, script, engine, folder], stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def table(points: Sequence[dict]) -> str:
    """Lays out a line for each point."""
    rows = [
        (
            point["engine"],
            point["setting"],
            f"{point['recall']:.4f}",
            f"{point['milliseconds']:.3f}",
            f"{point['a_second_1']:,.0f}",
            f"{point['a_second_2']:,.0f}",
        )
        for point in points
    ]
    return render_table(
        rows, ("engine", "setting", "recall@200", "ms a query", "a second, 1 thread", "2 threads")
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.index", description=__doc__)
    add = parser.add_argument
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--items", type=int, metavar="N", help="made vectors")
    what.add_argument("--home", metavar="DIR", help="of a run: its own item vectors and queries")
    add("--python", metavar="FILE", help="of an environment with the other libraries; none: ours alone")
    add("--engines", default=",".join(ENGINES), metavar="NAME,NAME")
    add("--seconds", type=float, default=60.0, metavar="S", help="to tune ours, for each target; default: 60")
    add(
        "--keep",
        metavar="DIR",
        help="keeps the indexes there, and takes those that are there: of the same vectors",
    )
    add("--seed", type=int, default=1, metavar="S")
    add("--json", metavar="FILE", help="write the points there too")
    add("--plot", metavar="FILE", help="draw them as SVG")
    return parser


if __name__ == "__main__":
    sys.exit(main())
