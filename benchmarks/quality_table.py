"""The rows of the quality benchmark, and the table that they make."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from benchmarks.slices import PLACES, slice_figures
from models.bootstrap import paired_bootstrap
from models.metrics import hit_rate_at_k, ndcg_at_k, ndcg_gains

FINAL = "final events"
TEST = "the run's test"
PUBLISHED = "published"
_SLICES = ("head", "torso", "tail", "new listeners", "old listeners", "music", "talk")
_HEADERS = ("log", "model", "measured on", "hr@10", "ndcg@10", "95%", "by seed", "wall s", "CPU s")


@dataclass(frozen=True)
class Row:
    """How well one model ranks one log."""

    log: str
    model: str
    events: str
    """`FINAL`, `TEST` or `PUBLISHED`."""
    hr_at_10: float = math.nan
    ndcg_at_10: float = math.nan
    """Means over the seeds."""
    interval: tuple[float, float] | None = None
    """Where NDCG@10 lies with a confidence of 95%, by a bootstrap over listeners."""
    ndcg_of_seeds: tuple[float, ...] = ()
    wall: float = math.nan
    """Seconds, the mean over the seeds."""
    cpu: float = math.nan
    """Seconds of all cores, the mean over the seeds."""
    slices: Mapping[str, float] = field(default_factory=dict)
    """NDCG@10 of parts of the events."""
    note: str = ""


def final_row(
    log: str,
    model: str,
    ranks: npt.NDArray[np.int64],
    masks: Mapping[str, npt.NDArray[np.bool_]],
    *,
    wall: float = math.nan,
    cpu: float = math.nan,
    note: str = "",
) -> Row:
    """Makes the row of a model that ranked the final events.

    Args:
        log: its name.
        model: its name.
        ranks: [S, Q], 0-based, of each seed.
        masks: [Q] of each slice.
        wall: seconds.
        cpu: seconds of CPU.
        note: what else there is to say.
    """
    seeds = tuple(ndcg_at_k(of_seed, PLACES) for of_seed in ranks)
    gains = mean_gains(ranks)
    interval = paired_bootstrap(gains, np.zeros_like(gains), np.arange(len(gains)), seed=0)
    return Row(
        log,
        model,
        FINAL,
        float(np.mean([hit_rate_at_k(of_seed, PLACES) for of_seed in ranks])),
        float(np.mean(seeds)),
        (interval.low, interval.high),
        seeds if len(seeds) > 1 else (),
        wall,
        cpu,
        slice_figures(ranks, masks),
        note,
    )


def mean_gains(ranks: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Computes each listener's NDCG@10, the mean over the seeds: [Q] of ranks [S, Q]."""
    return np.mean([ndcg_gains(of_seed, PLACES) for of_seed in ranks], axis=0)


def above(ranks: npt.NDArray[np.int64], others: npt.NDArray[np.int64], other: str) -> str:
    """Says by how much NDCG@10 is above another model's, with the interval of a paired bootstrap.

    Args:
        ranks: [S, Q], 0-based, of each seed.
        others: [S', Q] of the other model.
        other: its name.
    """
    gains, other_gains = mean_gains(ranks), mean_gains(others)
    mean, low, high = paired_bootstrap(gains, other_gains, np.arange(len(gains)), seed=0)
    return f"{mean:+.4f} ({low:+.4f} to {high:+.4f}) beside {other}"


def render(rows: Sequence[Row]) -> str:
    """Renders a table in Markdown, aligned so that it reads well as it stands."""
    slices = [name for name in _SLICES if any(name in row.slices for row in rows)]
    lines = [[*_HEADERS, *(f"{name} ndcg@10" for name in slices), "note"]]
    lines += [
        [*_cells(row), *(_figure(row.slices.get(name, math.nan)) for name in slices), row.note]
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    )


def _cells(row: Row) -> Iterator[str]:
    yield from (row.log, row.model, row.events)
    yield from (_figure(row.hr_at_10), _figure(row.ndcg_at_10))
    yield " to ".join(map(_figure, row.interval)) if row.interval else ""
    spread = (min(row.ndcg_of_seeds), max(row.ndcg_of_seeds)) if row.ndcg_of_seeds else ()
    yield " to ".join(map(_figure, spread))
    yield from ("" if math.isnan(seconds) else f"{seconds:,.0f}" for seconds in (row.wall, row.cpu))


def _figure(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.4f}"
