"""TFDV's statistics of features: how they are made, and what is read from them."""

from typing import Final, TypeAlias

import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0.statistics_pb2 import (
    CommonStatistics,
    DatasetFeatureStatisticsList,
    FeatureNameStatistics,
)

Statistics: TypeAlias = DatasetFeatureStatisticsList
"""Statistics of one dataset."""
FeatureStatistics: TypeAlias = FeatureNameStatistics
MOST_VALUES: Final = 1000
"""Values of a column that are counted; of one with more (say, names of playlists) only the filled rows are."""


def statistics_options() -> tfdv.StatsOptions:
    """How statistics are made: in memory that distinct values don't fill."""
    return tfdv.StatsOptions(
        num_top_values=MOST_VALUES,
        num_rank_histogram_buckets=MOST_VALUES,
        num_histogram_buckets=50,
        experimental_use_sketch_based_topk_uniques=True,
    )


def features(statistics: Statistics) -> dict[str, FeatureStatistics]:
    """The statistics of each feature by its name."""
    return {feature.path.step[0]: feature for dataset in statistics.datasets for feature in dataset.features}


def values(feature: FeatureStatistics) -> int:
    """Number of events that have a value."""
    return int(_common(feature).num_non_missing)


def filled(feature: FeatureStatistics) -> float:
    """Share of the events that have a value."""
    common = _common(feature)
    return common.num_non_missing / max(common.num_non_missing + common.num_missing, 1)


def is_text(feature: FeatureStatistics) -> bool:
    """Whether the values are text."""
    return bool(feature.HasField("string_stats"))


def is_listed(feature: FeatureStatistics) -> bool:
    """Whether the distribution is known: numbers, or few enough distinct values."""
    return not is_text(feature) or feature.string_stats.unique <= MOST_VALUES


def shares(feature: FeatureStatistics) -> dict[str, float]:
    """The share of each value of a text feature."""
    counts = {bucket.label: bucket.sample_count for bucket in feature.string_stats.rank_histogram.buckets}
    total = sum(counts.values())
    return {value: count / total for value, count in counts.items()}


def without_rare_names(statistics: Statistics) -> Statistics:
    """A copy without the values of columns that have too many: such may name a person."""
    copy = Statistics()
    copy.CopyFrom(statistics)
    for feature in features(copy).values():
        if not is_listed(feature):
            del feature.string_stats.top_values[:]
            feature.string_stats.ClearField("rank_histogram")
    return copy


def _common(feature: FeatureStatistics) -> CommonStatistics:
    return (feature.string_stats if is_text(feature) else feature.num_stats).common_stats
