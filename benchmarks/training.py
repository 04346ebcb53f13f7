"""How fast the transformer trains: beside a plain SASRec in PyTorch, and on made catalogues of growing size.

    python -m benchmarks.training --torch TORCH/bin/python --data ../shared/data/ml-1m
    python -m benchmarks.training --items 10000 100000 1000000

Windows are made at random. Their lengths are all the same, or those of a log's histories, cut at the same. Tokens
are real events: what pads a window doesn't count. The windows of a batch come shortest first, as the trainers' do,
so that parts of it are padded little; PyTorch's are padded to the full length, as is usual. Beside it both have
SASRec's size; the made catalogues have a model of the default size.
"""

import argparse
import json
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
import tensorflow as tf

from components.trainer import checkpoints
from components.trainer.fit import CLIP_NORM, make_repeatable
from models import names
from models.catalog_arrays import CatalogArrays, invert_tokens
from models.config import RankerConfig
from models.layers import Batch, FeatureSizes
from models.lazy_adam import LazyAdam
from models.ranker import DROPOUT, Ranker

BATCH: Final = 128
LENGTH: Final = 200
ITEMS: Final = 3416  # as many as MovieLens 1M has
NEGATIVES: Final = 256
WARM_UP: Final = 3
SASREC_SIZE: Final = {"dimension": 64, "blocks": 2}
_POPULARITY: Final = 0.8  # exponent of the long tail
_SASREC: Final = Path(__file__).parent / "sasrec.py"
_KIB_A_MIB: Final = 1024


class Speed(NamedTuple):
    """How fast a model trained."""

    step: float
    """Median seconds of a step."""
    tokens: float
    """Real events a second."""


def main(argv: Sequence[str] | None = None) -> None:
    """Prints a table's lines as they are measured."""
    args = _parser().parse_args(argv)
    make_repeatable(args.seed)
    for items in args.items:
        print_cost(items, args.steps, args.seed)
    if args.items:
        return
    kinds = {f"all {LENGTH}": np.array([LENGTH])}
    if args.data:
        kinds[f"those of {args.data.name}"] = history_lengths(args.data)
    for kind, lengths in kinds.items():
        for negatives in (NEGATIVES, 0):
            print_speeds(kind, lengths, negatives, args)


def print_speeds(kind: str, lengths: np.ndarray, negatives: int, args: argparse.Namespace) -> None:
    """Prints a line for this project and, where there is a PyTorch, one for SASRec."""
    draw = np.random.default_rng(args.seed)
    batches = draw.choice(lengths, (WARM_UP + args.steps, BATCH))
    loss = f"{negatives} negatives" if negatives else f"softmax over {ITEMS:,}"

    def line(name: str, speed: Speed) -> None:
        step = f"{1000 * speed.step:6.0f} ms"
        print(f"lengths {kind:<16} {loss:<20} {name:<28} {step} {speed.tokens:9,.0f} tokens/s", flush=True)

    ours = train(np.sort(batches, axis=1), ITEMS, negatives, args.dropout)
    line("this project", ours)
    if args.torch:
        for attention in sorted({0.0, args.dropout}):
            theirs = train_sasrec(args.torch, batches, negatives, args, attention)
            line(f"SASRec, attention drops {attention:.1f}", theirs)
            print(f"  {ours.tokens / theirs.tokens:.2f} times as many tokens a second", flush=True)


def history_lengths(folder: Path) -> np.ndarray:
    """Counts the targets of each listener's newest window, all but the first event: int [U]."""
    events = pd.read_csv(folder / "events.csv", usecols=["user_id"])
    targets = events.groupby("user_id").size().to_numpy() - 1
    return np.minimum(targets[targets > 0], LENGTH)


def train(lengths: np.ndarray, items: int, negatives: int, dropout: float) -> Speed:
    """Trains the ranker on a batch for each row of `lengths` int [S, B], after some to warm up."""
    model = make_ranker(items, RankerConfig(softmax_items=negatives or items, dropout=dropout, **SASREC_SIZE))
    step = traced_step(model)
    draw = np.random.default_rng(0)
    chances = popularity(items, draw)
    for _ in range(WARM_UP):
        step(make_batch(np.full(BATCH, lengths.max()), chances, draw))
    seconds, tokens = [], 0
    for row in lengths[WARM_UP:]:
        batch = make_batch(row, chances, draw)
        begin = time.perf_counter()
        step(batch)["loss"].numpy()
        seconds.append(time.perf_counter() - begin)
        tokens += int(row.sum())
    return Speed(statistics.median(seconds), tokens / sum(seconds))


def train_sasrec(
    python: str, lengths: np.ndarray, negatives: int, args: argparse.Namespace, attention: float
) -> Speed:
    """Trains the SASRec of `benchmarks/sasrec.py`, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lengths.json"
        file.write_text(json.dumps(lengths.tolist()))
        options = {
            "items": ITEMS,
            "negatives": negatives,
            "length": LENGTH,
            "dropout": args.dropout,
            "attention-dropout": attention,
            "warm-up": WARM_UP,
        }
        words = [f"--{name}={value}" for name, value in options.items()]
        command = [python, str(_SASREC), str(file), *words]
        return Speed(**json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))


def print_cost(items: int, steps: int, seed: int) -> None:
    """Prints what a step, the start and a checkpoint take on a made catalogue."""
    begin = time.perf_counter()
    model = make_ranker(items, RankerConfig(dropout=DROPOUT))
    step = traced_step(model)
    draw = np.random.default_rng(seed)
    chances = popularity(items, draw)
    batches = [make_batch(np.full(BATCH, LENGTH), chances, draw) for _ in range(WARM_UP + steps)]
    seconds = []
    for number, batch in enumerate(batches):
        at = time.perf_counter()
        step(batch)["loss"].numpy()
        seconds.append(time.perf_counter() - at)
        if not number:
            first = time.perf_counter() - begin
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        variables = [*model.weights, *model.optimizer.variables]
        checkpoints.save(Path(folder), {str(n): v.numpy() for n, v in enumerate(variables)}, {})
        saved = time.perf_counter() - begin
        size = sum(file.stat().st_size for file in Path(folder).iterdir()) / 2**20
    distinct = statistics.mean(len(np.unique(batch[names.ITEM])) for batch in batches)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _KIB_A_MIB
    print(
        f"{items:>9,} items  step {1000 * statistics.median(seconds[WARM_UP:]):.0f} ms, "
        f"{distinct:,.0f} distinct items in a batch, first step after {first:.1f} s, "
        f"state {size:,.0f} MiB saved in {saved:.1f} s, peak {peak:,} MiB",
        flush=True,
    )


def make_ranker(items: int, config: RankerConfig) -> Ranker:
    """Builds a ranker for a catalogue without content whose items were all played, with its optimizer."""
    catalog = CatalogArrays(
        [b"%d" % item for item in range(items)], np.zeros((items + 1, 1), np.int32), 1, *invert_tokens([[]])
    )
    plays = np.minimum(np.arange(items + 1), 1)
    model = Ranker(catalog, plays, FeatureSizes(context=1), LENGTH, [], config)
    model.compile(optimizer=LazyAdam(config.learning_rate, clipnorm=CLIP_NORM))
    return model


def traced_step(model: Ranker) -> tf.types.experimental.GenericFunction:
    """Returns the step of training for windows of any length, as Keras makes it of the trainers' windows."""
    rows = tf.TensorSpec([None, None], tf.int32)
    keys = (names.ITEM, names.TARGET, names.OUTCOME, names.SEEN_OUTCOME, names.GAP, names.HOUR, names.WEEKDAY)
    spec = {
        **dict.fromkeys(keys, rows),
        names.CONTEXT: tf.TensorSpec([None, None, 1], tf.int32),
        names.LISTENER: tf.TensorSpec([None, 0], tf.int32),
    }
    return tf.function(model.train_step, input_signature=[spec])


def popularity(items: int, draw: np.random.Generator) -> np.ndarray:
    """Makes the cumulative chances of items with a long tail, in no order: float [N]."""
    return np.cumsum(draw.permutation(np.arange(1, items + 1) ** -_POPULARITY))


def make_batch(targets: np.ndarray, chances: np.ndarray, draw: np.random.Generator) -> Batch:
    """Makes windows of so many targets each, after one event that is none, and without any other feature."""
    place = np.arange(targets.max() + 1)[None]
    drawn = np.searchsorted(chances, draw.random((len(targets), targets.max() + 1)) * chances[-1])
    item = tf.constant(np.where(place <= targets[:, None], 1 + drawn, 0), tf.int32)
    zeros = tf.zeros_like(item)
    others = (names.OUTCOME, names.SEEN_OUTCOME, names.GAP, names.HOUR, names.WEEKDAY)
    return {
        **dict.fromkeys(others, zeros),
        names.ITEM: item,
        names.TARGET: tf.cast((item > 0) & (place > 0), tf.int32),
        names.CONTEXT: zeros[..., None],
        names.LISTENER: zeros[:, :0],
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.training",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--torch",
        metavar="PYTHON",
        help="a Python that has PyTorch; without one only this project is measured",
    )
    add("--data", type=Path, metavar="DIR", help="a log in CSV whose histories' lengths are taken too")
    add(
        "--items",
        type=int,
        nargs="*",
        default=[],
        metavar="N",
        help="measure on catalogues of these sizes instead",
    )
    add("--steps", type=int, default=10, metavar="N", help="steps that count; default: 10")
    add("--dropout", type=float, default=DROPOUT, metavar="P")
    add("--seed", type=int, default=0, metavar="S")
    return parser


if __name__ == "__main__":
    main()
