"""Compares the distributions of a new span's features with those of the spans before it, by TFDV."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2

from components.span_validator.comparison_plan import BEFORE, EARLIER, FIRST, NEWEST, ComparisonPlan
from components.span_validator.config import SpansConfig
from components.span_validator.features import LOGARITHMIC
from components.span_validator.schema import make_schema
from components.span_validator.statistics import (
    FeatureStatistics,
    Statistics,
    features,
    filled,
    is_text,
    shares,
)

DRIFT: Final = "drift"
SKEW: Final = "skew"


@dataclass(frozen=True)
class Findings:
    """What TFDV says of the newest span."""

    lines: list[str] = field(default_factory=list)
    """What is wrong, at most a line a feature and kind of anomaly."""
    distances: dict[str, dict[str, float]] = field(default_factory=dict)
    """By feature, then DRIFT or SKEW."""
    schema: schema_pb2.Schema | None = None
    anomalies: dict[str, anomalies_pb2.Anomalies] = field(default_factory=dict)
    """DRIFT: of the newest span against the schema and the span before; SKEW: of the earlier spans against it."""


def compare(
    plan: ComparisonPlan,
    statistics: Mapping[str, Statistics],
    incomparable: frozenset[str],
    config: SpansConfig,
) -> Findings:
    """Validates the newest span's statistics.

    Args:
        plan: what is compared with what.
        statistics: of each of `plan.sets`, none of them empty.
        incomparable: features whose distribution spans of such lengths can't show.
        config: the thresholds.
    """
    newest, earlier = statistics[NEWEST], statistics[EARLIER]
    before, first = statistics[plan.set_of(BEFORE)], statistics[plan.set_of(FIRST)]
    schema = make_schema(first, earlier, before, newest, incomparable, config)
    drifted = tfdv.validate_statistics(newest, schema, previous_statistics=before)
    skewed = tfdv.validate_statistics(earlier, schema, serving_statistics=newest)
    sides = (
        _Side(DRIFT, before, f"span {plan.earlier[-1]}", "spans.max_drift", drifted),
        _Side(SKEW, earlier, "the spans before", "spans.max_skew", skewed),
    )
    distances: dict[str, dict[str, float]] = {}
    moved: dict[str, str] = {}
    for side in sides:
        for name, value, threshold in side.distances():
            distances.setdefault(name, {})[side.kind] = round(value, 6)
            if value > threshold and name not in moved:
                change, setting = side.change(name, features(newest)[name])
                moved[name] = (
                    f"span {plan.newest}: {name} has moved from {side.name}: {change}, a distance of {value:.2f} "
                    f"(at most {threshold:g}: {setting})"
                )
    unexpected = _against_schema(plan, newest, first, earlier, drifted, config)
    return Findings(
        [*moved.values(), *unexpected], distances, schema, {side.kind: side.anomalies for side in sides}
    )


@dataclass(frozen=True)
class _Side:
    """What the newest span is compared with."""

    kind: str
    statistics: Statistics
    name: str
    """Its name in a message."""
    setting: str
    anomalies: anomalies_pb2.Anomalies

    def distances(self) -> Iterator[tuple[str, float, float]]:
        """Each feature, its distance and the threshold."""
        for info in self.anomalies.drift_skew_info:
            drift = self.kind == DRIFT
            for measurement in info.drift_measurements if drift else info.skew_measurements:
                yield info.path.step[0], measurement.value, measurement.threshold

    def change(self, name: str, now: FeatureStatistics) -> tuple[str, str]:
        """What of the feature has moved most, and the setting of its threshold."""
        then = features(self.statistics)[name]
        if not is_text(now):
            medians = (_median(name, then), _median(name, now))
            return "its median from {:.4g} to {:.4g}".format(*medians), "spans.max_divergence"
        before, after = shares(then), shares(now)
        change = {value: after.get(value, 0.0) - before.get(value, 0.0) for value in {*before, *after}}
        value = max(change, key=lambda each: (round(abs(change[each]), 6), change[each], each))
        return f"{value!r} from {before.get(value, 0.0):.0%} to {after.get(value, 0.0):.0%}", self.setting


def _median(name: str, feature: FeatureStatistics) -> float:
    median = feature.num_stats.median
    return 10**median - 1 if name in LOGARITHMIC else median


def _against_schema(
    plan: ComparisonPlan,
    newest: Statistics,
    first: Statistics,
    earlier: Statistics,
    anomalies: anomalies_pb2.Anomalies,
    config: SpansConfig,
) -> Iterator[str]:
    for name, info in sorted(anomalies.anomaly_info.items()):
        feature = features(newest).get(name)
        if feature is None:
            continue
        what = f"span {plan.newest}: {name}"
        for reason in info.reason:
            kind = info.Type.Name(reason.type)
            if kind in _PRESENCE:
                before = filled(features(first)[name])
                yield (
                    f"{what} is filled in {filled(feature):.0%} of the events, in span {plan.earlier[0]} in "
                    f"{before:.0%} (at least {config.min_filled:.0%} of that: spans.min_filled)"
                )
            elif kind == "ENUM_TYPE_UNEXPECTED_STRING_VALUES":
                known = shares(features(earlier)[name])
                new = {value: share for value, share in shares(feature).items() if value not in known}
                yield (
                    f"{what} has values that no earlier span has, as {max(new, key=lambda each: new[each])!r}, "
                    f"in {sum(new.values()):.0%} (at most {config.max_new_values:.0%}: spans.max_new_values)"
                )
            elif not kind.startswith(_REPORTED_ELSEWHERE):
                yield f"{what}: {reason.description}"


_PRESENCE: Final = ("FEATURE_TYPE_LOW_FRACTION_PRESENT", "FEATURE_TYPE_NOT_PRESENT")
_REPORTED_ELSEWHERE: Final = ("COMPARATOR_", "SCHEMA_NEW_COLUMN")
"""Distances, which are reported with what has moved; a column that is new is no fault."""
