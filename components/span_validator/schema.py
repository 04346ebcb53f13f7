"""The schema that a new span is held against: the first span's, with what later ones have added."""

from collections.abc import Iterator
from typing import Final

import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import schema_pb2

from components.span_validator.config import SpansConfig
from components.span_validator.features import HOUR, WEEKDAY
from components.span_validator.statistics import (
    FeatureStatistics,
    Statistics,
    features,
    filled,
    is_listed,
    is_text,
    shares,
    values,
)

_FIXED: Final = frozenset({HOUR, WEEKDAY})
"""A value that is new in them is no news."""


def make_schema(
    first: Statistics,
    earlier: Statistics,
    before: Statistics,
    newest: Statistics,
    incomparable: frozenset[str],
    config: SpansConfig,
) -> schema_pb2.Schema:
    """Makes the schema of the features that the newest span has.

    Type and presence are the first span's, the values those of all earlier spans, each as loose as `config`
    allows. Where both sides have enough values there are comparators of drift (with `before`) and of skew (of
    `earlier` with `newest`).

    Args:
        first: statistics of the first span.
        earlier: of all spans before the newest, together.
        before: of the span before the newest.
        newest: of the newest span.
        incomparable: features whose values and distributions are not compared.
        config: the thresholds.
    """
    of_first, of_earlier, of_before, of_newest = map(features, (first, earlier, before, newest))
    schema = schema_pb2.Schema()
    for inferred in _inferred(first, earlier):
        name = inferred.name
        if name not in of_newest:
            continue  # a column that is gone is a finding of `checks`
        feature = schema.feature.add(name=name, type=inferred.type)
        known = of_earlier[name]
        if name in of_first:
            feature.presence.min_fraction = config.min_filled * filled(of_first[name])
        if name in incomparable:
            continue
        if is_text(known) and is_listed(known) and name not in _FIXED and values(known) >= config.min_events:
            feature.string_domain.value.extend(sorted(shares(known)))
            feature.distribution_constraints.min_domain_mass = 1 - config.max_new_values
        if not _comparable(of_newest[name], config):
            continue
        if name in of_before and _comparable(of_before[name], config):
            _set(feature.drift_comparator, is_text(known), config.max_drift, config.max_divergence)
        if _comparable(known, config):
            _set(feature.skew_comparator, is_text(known), config.max_skew, config.max_divergence)
    return schema


def _inferred(first: Statistics, earlier: Statistics) -> Iterator[schema_pb2.Feature]:
    known = set()
    for statistics in (first, earlier):
        for feature in tfdv.infer_schema(statistics, infer_feature_shape=False).feature:
            if feature.name not in known:
                known.add(feature.name)
                yield feature


def _comparable(feature: FeatureStatistics, config: SpansConfig) -> bool:
    return values(feature) >= config.min_events and is_listed(feature)


def _set(
    comparator: schema_pb2.FeatureComparator, text: bool, infinity_norm: float, divergence: float
) -> None:
    if text:
        comparator.infinity_norm.threshold = infinity_norm
    else:
        comparator.jensen_shannon_divergence.threshold = divergence
        comparator.jensen_shannon_divergence.source.type = 2  # STANDARD: buckets of equal width
