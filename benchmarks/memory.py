"""The memories in closed form: how well they rank a log alone, and what they cost on made plays of any size.

    python -m benchmarks.memory --data DIR …
    python -m benchmarks.memory --items 100000 --plays 2000000

The last event of each listener in the files is the target, everything before it is history and training data, and
what a listener has played is left out.
"""

import argparse
import resource
import sys
import time
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from models import baselines
from models.memory.factors import item_factors
from models.memory.interactions import Interactions
from models.memory.order_aware_ridge import NEIGHBOURS, OrderAwareRidge
from models.memory.pair_sums import Horizon, count_pairs, heaviest
from models.metrics import hit_rate_at_k, ndcg_at_k

PENALTIES: Final = (100.0, 300.0, 1000.0)
CUTS: Final = (0, 64, 128, 256)
"""Strongest weights that each feature keeps; 0 for all."""
PLAYS_A_LISTENER: Final = 50
FACTORS: Final = 64
_KIB_A_MIB: Final = 1024


def last_event_held_out(folder: Path) -> tuple[Interactions, np.ndarray]:
    """Reads the histories of a log in CSV, and the last event of each listener."""
    catalog = pd.read_csv(folder / "catalog.csv", usecols=["item_id"])
    events = pd.read_csv(folder / "events.csv", usecols=["user_id", "item_id", "timestamp"])
    index = {item: 1 + place for place, item in enumerate(sorted(catalog.item_id, key=str.encode))}
    events = events.assign(item=events.item_id.map(index)).sort_values("timestamp", kind="stable")
    sequences = [items.to_numpy(np.int32) for _, items in events.groupby("user_id").item]
    histories = Interactions.from_sequences([sequence[:-1] for sequence in sequences], len(index))
    return histories, np.array([sequence[-1] for sequence in sequences])


def make_plays(items: int, plays: int, seed: int) -> Interactions:
    """Makes plays with a long tail of popularity, two fifths of them near the one before."""
    draw = np.random.default_rng(seed)
    lengths = 1 + draw.geometric(1 / PLAYS_A_LISTENER, plays // PLAYS_A_LISTENER)
    offsets = np.append(0, np.cumsum(lengths))
    count = int(offsets[-1])
    popularity = np.arange(1, items + 1) ** -0.8
    chosen = np.searchsorted(np.cumsum(popularity) / popularity.sum(), draw.random(count)).clip(0, items - 1)
    near = draw.random(count) < 0.4
    near[offsets[:-1]] = False
    start = np.maximum.accumulate(np.where(near, 0, np.arange(count)))
    steps = np.cumsum(np.where(near, draw.integers(1, 6, count), 0))
    walk = (chosen[start] + steps - steps[start]) % items
    return Interactions((1 + draw.permutation(items))[walk].astype(np.int32), offsets, items)


def cut(ridge: OrderAwareRidge, count: int) -> OrderAwareRidge:
    """Keeps the `count` weights of each feature that are furthest from 0."""
    weights = ridge.weights.tocoo()
    order = np.argsort(weights.row, kind="stable")
    kept = order[heaviest(weights.row[order].astype(np.int64), np.abs(weights.data[order]), count)]
    part = (weights.data[kept], (weights.row[kept], weights.col[kept]))
    return OrderAwareRidge(type(ridge.weights)(part, shape=weights.shape), ridge.horizon)


def print_quality(folder: Path) -> None:
    """Prints a line for the blend of counts and for each ridge."""
    histories, targets = last_event_held_out(folder)

    def line(name: str, scorer: baselines.Scorer, seconds: float) -> None:
        ranks = baselines.evaluate(scorer, histories, targets, exclude_seen=True)
        figures = f"{hit_rate_at_k(ranks, 10):.4f} / {ndcg_at_k(ranks, 10):.4f}"
        sys.stdout.write(f"{folder.name}  {name:<40} {figures}  {seconds:.0f} s of CPU\n")
        sys.stdout.flush()

    begin = time.process_time()
    line("blend of counts", baselines.fit_blend(histories), time.process_time() - begin)
    sums = count_pairs(histories, Horizon())
    for neighbours in (0, NEIGHBOURS):
        for penalty in PENALTIES:
            begin = time.process_time()
            ridge = OrderAwareRidge.solve(sums, Horizon(), penalty=penalty, neighbours=neighbours)
            seconds = time.process_time() - begin
            for count in CUTS:
                name = f"penalty {penalty:.0f}, K = {neighbours}, cut to {count or 'all'}"
                line(name, (cut(ridge, count) if count else ridge).score, seconds)


def print_cost(items: int, plays: int, seed: int) -> None:
    """Prints what the items' factors, counting and solving by neighbourhoods take."""
    log = make_plays(items, plays, seed)

    def line(step: str, begin: float, result: str) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _KIB_A_MIB
        sys.stdout.write(f"{step}  {time.process_time() - begin:.0f} s of CPU, peak {peak:,} MiB, {result}\n")
        sys.stdout.flush()

    begin = time.process_time()
    vectors = item_factors(log, FACTORS, seed)
    line(
        f"factor {len(log.items):,} plays of {items:,} items", begin, f"{vectors.any(axis=1).sum():,} vectors"
    )
    begin = time.process_time()
    sums = count_pairs(log, Horizon())
    line(f"count {len(log.items):,} plays of {items:,} items", begin, f"{sums.cells.nnz:,} pairs")
    begin = time.process_time()
    ridge = OrderAwareRidge.solve(sums, Horizon(), penalty=PENALTIES[0], neighbours=NEIGHBOURS)
    line("solve", begin, f"{ridge.weights.nnz:,} weights")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--data", type=Path, nargs="*", default=[], help="logs in CSV, in the contract's tables"
    )
    parser.add_argument("--items", type=int, default=0, help="size of a made catalogue")
    parser.add_argument("--plays", type=int, default=1_000_000, help="made plays")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    for folder in args.data:
        print_quality(folder)
    if args.items:
        print_cost(args.items, args.plays, args.seed)


if __name__ == "__main__":
    main()
