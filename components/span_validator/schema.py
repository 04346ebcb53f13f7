"""The schema that a new span is held against: the first span's, with what later ones have added."""

from collections.abc import Iterator
from typing import Any, Final

from components.span_validator.config import SpansConfig
from components.span_validator.features import HOUR, WEEKDAY
from components.span_validator.statistics import (
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
) -> Any:
    """Makes the schema of the features that the newest span has.

    Type and presence are the first span's, the values those of all earlier spans, each as loose as `config`
    says. Where both sides have enough values there are comparators of drift (with `before`) and of skew (of
    `earlier` with `newest`).

    Args:
        first: statistics of the first span.
        earlier: of all spans before the newest, together.
        before: of the span before the newest.
        newest: of the newest span.
        first, earlier, before, newest: statistics of these sets of events.
        incomparable: features that get no comparator.
        config: the thresholds.
    """
    import tensorflow_data_validation as tfdv
    from tensorflow_metadata.proto.v0 import schema_pb2

    there = features(newest)
    of = {"first": features(first), "earlier": features(earlier), "before": features(before)}
    schema = schema_pb2.Schema()
    for inferred in _inferred(tfdv, first, earlier):
        name = inferred.name
        if name not in there:
            continue  # a column that is gone; `checks` tells
        feature = schema.feature.add(name=name, type=inferred.type)
        known = of["earlier"][name]
        if name in of["first"]:
            feature.presence.min_fraction = config.min_filled * filled(of["first"][name])
        if is_text(known) and is_listed(known) and name not in _FIXED and values(known) >= config.min_events:
            feature.string_domain.value.extend(sorted(shares(known)))
            feature.distribution_constraints.min_domain_mass = 1 - config.max_new_values
        if name in incomparable or not _comparable(there[name], config):
            continue
        if name in of["before"] and _comparable(of["before"][name], config):
            _set(feature.drift_comparator, is_text(known), config.max_drift, config.max_divergence)
        if _comparable(known, config):
            _set(feature.skew_comparator, is_text(known), config.max_skew, config.max_divergence)
    return schema


def _inferred(tfdv: Any, first: Statistics, earlier: Statistics) -> Iterator[Any]:
    known = set()
    for statistics in (first, earlier):
        for feature in tfdv.infer_schema(statistics, infer_feature_shape=False).feature:
            if feature.name not in known:
                known.add(feature.name)
                yield feature


def _comparable(feature: Any, config: SpansConfig) -> bool:
    return values(feature) >= config.min_events and is_listed(feature)


def _set(comparator: Any, text: bool, most: float, divergence: float) -> None:
    if text:
        comparator.infinity_norm.threshold = most
    else:
        comparator.jensen_shannon_divergence.threshold = divergence
        comparator.jensen_shannon_divergence.source.type = 2  # STANDARD: buckets of equal width
