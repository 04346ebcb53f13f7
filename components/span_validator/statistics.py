"""TFDV's statistics of features: how they are made, and what is read from them."""

from typing import Any, Final

Statistics = Any
"""A `DatasetFeatureStatisticsList` of one dataset."""
MOST_VALUES: Final = 1000
"""Of a column with more distinct values, names of playlists say, it is only told how often it is filled."""


def statistics_options() -> Any:
    """How statistics are made: in memory that distinct values don't fill."""
    import tensorflow_data_validation as tfdv

    return tfdv.StatsOptions(
        num_top_values=MOST_VALUES,
        num_rank_histogram_buckets=MOST_VALUES,
        num_histogram_buckets=50,
        experimental_use_sketch_based_topk_uniques=True,
    )


def features(statistics: Statistics) -> dict[str, Any]:
    """The statistics of each feature by its name."""
    return {feature.path.step[0]: feature for dataset in statistics.datasets for feature in dataset.features}


def values(feature: Any) -> int:
    """Number of events that have a value."""
    return int(_common(feature).num_non_missing)


def filled(feature: Any) -> float:
    """Share of the events that have a value."""
    common = _common(feature)
    return common.num_non_missing / max(common.num_non_missing + common.num_missing, 1)


def is_text(feature: Any) -> bool:
    return bool(feature.HasField("string_stats"))


def is_listed(feature: Any) -> bool:
    """Whether the distribution is known: numbers, or few enough distinct values."""
    return not is_text(feature) or feature.string_stats.unique <= MOST_VALUES


def shares(feature: Any) -> dict[str, float]:
    """The share of each value of a text feature."""
    counts = {bucket.label: bucket.sample_count for bucket in feature.string_stats.rank_histogram.buckets}
    total = sum(counts.values())
    return {value: count / total for value, count in counts.items()}


def without_rare_names(statistics: Statistics) -> Statistics:
    """A copy without the values of columns that have too many: such may name a person."""
    told = type(statistics)()
    told.CopyFrom(statistics)
    for feature in features(told).values():
        if not is_listed(feature):
            del feature.string_stats.top_values[:]
            feature.string_stats.ClearField("rank_histogram")
    return told


def _common(feature: Any) -> Any:
    return (feature.string_stats if is_text(feature) else feature.num_stats).common_stats
