"""What the notebook shows, made of plain values: tables (pandas), curves (SVG) and an example in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from textwrap import shorten
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from components.common.records import Evaluation, Gate, Ranking, SliceRanking, SpanValidation, SplitFigures
from components.trainer.training_records import TrainingHistory
from models import names
from serving.titles import Title, title_of
from tfx_pipeline.local.results import METRICS, MODELS
from tfx_pipeline.notebook.artifacts import Example
from tfx_pipeline.terminal.stage_progress import duration

if TYPE_CHECKING:
    from tensorflow_metadata.proto.v0.statistics_pb2 import DatasetFeatureStatisticsList

_PANEL: Final = (380, 190)
"""Width and height of one panel of curves, in pixels."""
_MARGIN: Final = (48, 12, 34, 28)
"""Left, right, top and bottom."""


def split_table(splits: Mapping[str, SplitFigures]) -> pd.DataFrame:
    """Windows and targets of each split, and what became of the targets."""
    rows = {
        name: {"windows": split.windows, "targets": split.targets, **split.outcomes}
        for name, split in splits.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").astype(int)


def span_line(validation: SpanValidation) -> str:
    """SpanValidator's verdict in a line."""
    newest, spans = validation.newest, validation.spans
    if newest is None:
        return "Nothing to compare with: the log has no earlier span."
    return f"Span {newest}, {spans[newest].events:,} events: like the {len(spans) - 1:,} before it."


def window_in_words(window: Example, titles: Mapping[str, Title], last: int = 8) -> str:
    """Who played what when, and what is asked.

    Args:
        window: a window example's features by name, strings as bytes.
        titles: by item id.
        last: how many of its newest events are listed.
    """
    items, targets = [item.decode() for item in window[names.ITEM_IDS]], window[names.TARGETS]
    listener = ", ".join(token.decode() for token in window.get(names.LISTENER, ()))
    start, count = window[names.WINDOW_START][0], len(items)
    lines = [
        window[names.USER_ID][0].decode() + (f" ({listener})" if listener else ""),
        f"plays {start + 1:,} to {start + count:,} of the history; asked for: {sum(targets):,} of these {count:,}"
        + (f"; the newest {last}:" if count > last else ":"),
    ]
    contexts = window.get(names.CONTEXT, ())
    slots = len(contexts) // count
    for place in range(max(0, count - last), count):
        title = title_of(titles, items[place])
        tokens = contexts[place * slots : (place + 1) * slots]
        context = [token.decode() for token in tokens if token]
        outcome = names.OUTCOME_NAMES[window[names.OUTCOMES][place]]
        what = title.title + (f", {title.creator}" if title.creator else "")
        facts = "  ".join([outcome, *context])
        mark = "?" if targets[place] else " "
        lines.append(f"  {mark} {_when(window[names.TIMESTAMPS][place])}  {what}  [{facts}]")
    return "\n".join(
        [*lines, "A ? is asked for: the model sees the plays above it, and when and where it was."]
    )


def _when(timestamp: int) -> str:
    if not timestamp:
        return "(time unknown)"
    return datetime.fromtimestamp(timestamp, timezone.utc).strftime("%a %Y-%m-%d %H:%M")


def statistics_table(statistics: "DatasetFeatureStatisticsList") -> pd.DataFrame:
    """A line a feature of TFDV's statistics, without a network (the facets view needs one)."""
    (dataset,) = statistics.datasets
    rows = {}
    for feature in dataset.features:
        kind = feature.WhichOneof("stats")
        common = getattr(feature, kind).common_stats
        row = dict.fromkeys(("lowest", "median", "highest", "distinct", "most frequent"), "")
        if kind == "num_stats":
            numbers = feature.num_stats
            for column, number in zip(row, (numbers.min, numbers.median, numbers.max), strict=False):
                row[column] = f"{number:,.0f}"
        elif kind == "string_stats":
            values = [shorten(value.value or '""', 32) for value in feature.string_stats.top_values[:3]]
            row |= {"distinct": f"{feature.string_stats.unique:,}", "most frequent": ", ".join(values)}
        filled = common.num_non_missing / max(dataset.num_examples, 1)
        rows[".".join(feature.path.step) or feature.name] = {
            "filled": filled,
            "values each": common.avg_num_values,
            **row,
        }
    return pd.DataFrame.from_dict(rows, orient="index").round(2)


def bucket_table(buckets: np.ndarray, seconds: np.ndarray) -> pd.DataFrame:
    """Range and number of the gaps in each bucket, from both of each event, int64 [n]."""
    gaps = pd.DataFrame({"bucket": buckets, "seconds": seconds}).groupby("bucket").seconds
    table = gaps.agg(["min", "max", "count"])
    return pd.DataFrame(
        {"from": table["min"].map(_span), "to": table["max"].map(_span), "events": table["count"]}
    )


def _span(seconds: float) -> str:
    return f"{seconds / 86_400:.1f} days" if seconds >= 86_400 else duration(seconds)


def title_table(
    item_ids: Sequence[str], titles: Mapping[str, Title], **columns: Sequence[object]
) -> pd.DataFrame:
    """Title, creator and kind of items, in their order and numbered from 1, with further columns."""
    rows = [title_of(titles, item)._asdict() for item in item_ids]
    table = pd.DataFrame(rows, columns=Title._fields).assign(**columns)
    return table.set_axis(range(1, len(rows) + 1), axis=0)


def neighbours(vectors: np.ndarray, item: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The `k` rows of `vectors` float [N, D] that are most like row `item`, itself left out, and their cosines."""
    lengths = np.maximum(np.linalg.norm(vectors, axis=1), 1e-12)
    cosine = vectors @ vectors[item] / (lengths * lengths[item])
    cosine[item] = -np.inf
    order = np.argsort(-cosine, kind="stable")[:k]
    return order, cosine[order]


def reranked(
    candidates: Sequence[str], scores: Mapping[str, float], titles: Mapping[str, Title], k: int
) -> pd.DataFrame:
    """The ranker's first `k` of retrieval's candidates, and at which place retrieval had each.

    Args:
        candidates: item ids in retrieval's order.
        scores: the ranker's, by item id.
        titles: by item id.
        k: how many.
    """
    places = {item: place for place, item in enumerate(candidates, start=1)}
    best = sorted(candidates, key=lambda item: -scores[item])[:k]
    return title_table(
        best,
        titles,
        retrieval=[places[item] for item in best],
        score=[round(scores[item], 3) for item in best],
    )


def quality_table(metrics: Mapping[str, Ranking]) -> pd.DataFrame:
    """The models beside the baselines on `test`."""
    rows = {MODELS[model]: metrics[model].model_dump(by_alias=True) for model in MODELS if model in metrics}
    return pd.DataFrame.from_dict(rows, orient="index")[list(METRICS)].round(4)


def compared(evaluations: Mapping[str, Evaluation]) -> pd.DataFrame:
    """NDCG@10 on `test` of each model, a column an evaluation."""
    tables = {name: quality_table(evaluation.metrics)["ndcg@10"] for name, evaluation in evaluations.items()}
    return pd.DataFrame(tables)


def slice_table(slices: Mapping[str, SliceRanking]) -> pd.DataFrame:
    """Both stages together, and what retrieval finds, by what was asked."""
    rows = {name: ranking.model_dump(by_alias=True) for name, ranking in slices.items()}
    return pd.DataFrame.from_dict(rows, orient="index")[["targets", *METRICS, "recall@200"]].round(4)


def gate_table(gates: Sequence[Gate]) -> pd.DataFrame:
    """Every gate with its figure and floor."""
    rows = [
        {
            "gate": gate.name,
            "figure": gate.figure,
            "must be": f"{'above' if gate.strict else 'at least'} {gate.floor:g}",
            "says": "yes" if gate.passed else "no",
        }
        for gate in gates
    ]
    return pd.DataFrame(rows).set_index("gate").round(4)


def curves(history: TrainingHistory) -> str:
    """The loss and the figure on `eval` by epoch, as SVG; the best epoch is marked."""
    epochs, monitor = history.epochs, history.monitor
    shown = ["loss"] + [key for key in [monitor] if key != "loss" and epochs and key in epochs[0]]
    width, height = _PANEL
    panels = [
        f'<g transform="translate({width * number}, 0)">'
        + _panel(key, [epoch[key] for epoch in epochs], history.best_epoch if key == monitor else 0)
        + "</g>"
        for number, key in enumerate(shown)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * len(shown)}" height="{height}" '
        'font-family="sans-serif" font-size="11">' + "".join(panels) + "</svg>"
    )


def _panel(name: str, values: Sequence[float], best: int) -> str:
    """One curve; `best` is the epoch (from 1) that is marked, 0 for none."""
    (width, height), (left, right, top, bottom) = _PANEL, _MARGIN
    if not values:
        return f'<text x="{left}" y="20">{name}: no epoch of training</text>'
    low, high = min(values), max(values)
    reach = (high - low) or 1.0
    step = (width - left - right) / max(len(values) - 1, 1)
    points = [
        (left + step * place, height - bottom - (height - top - bottom) * (value - low) / reach)
        for place, value in enumerate(values)
    ]
    title = (
        f"{name}, best {values[best - 1]:.4f} in epoch {best}"
        if best
        else f"{name}, {values[-1]:.4g} at the end"
    )
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    floor = height - bottom
    parts = [
        f'<text x="{left}" y="20" font-size="12" font-weight="bold">{title}</text>',
        f'<line x1="{left}" y1="{floor}" x2="{width - right}" y2="{floor}" stroke="#bbb"/>',
        f'<text x="{left - 6}" y="{top + 4}" text-anchor="end">{high:.3g}</text>',
        f'<text x="{left - 6}" y="{floor + 4}" text-anchor="end">{low:.3g}</text>',
        f'<text x="{left}" y="{height - 10}">epoch 1</text>',
        f'<text x="{width - right}" y="{height - 10}" text-anchor="end">{len(values)}</text>',
        f'<polyline points="{line}" fill="none" stroke="#2a6f97" stroke-width="2"/>',
        *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="#2a6f97"/>' for x, y in points),
    ]
    if best:
        x, y = points[best - 1]
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="none" stroke="#c8553d" stroke-width="2"/>'
        )
    return "".join(parts)
