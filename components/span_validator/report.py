"""What the stage leaves: its figures as JSON, and the statistics, schema and anomalies that they rest on."""

import os
from collections.abc import Mapping
from typing import Final

import tensorflow as tf

from components.common.records import SpanFigures, SpanValidation
from components.span_validator.span_facts import SpanFacts
from components.span_validator.statistics import Statistics, without_rare_names
from components.span_validator.verdict import Verdict

SCHEMA_FILE: Final = "schema.pbtxt"
STATISTICS_FILE: Final = "statistics-{}.pb"
ANOMALIES_FILE: Final = "anomalies-{}.pbtxt"


def write(uri: str, verdict: Verdict | None, statistics: Mapping[str, Statistics]) -> None:
    """Writes a verdict that is good; None where there was nothing to compare with."""
    as_record(verdict).write(uri)
    if verdict is None:
        return
    for name, of_set in statistics.items():
        _write(uri, STATISTICS_FILE.format(name), without_rare_names(of_set).SerializeToString())
    if verdict.findings.schema is not None:
        _write(uri, SCHEMA_FILE, str(verdict.findings.schema))
    for kind, anomalies in verdict.findings.anomalies.items():
        _write(uri, ANOMALIES_FILE.format(kind), str(anomalies))


def as_record(verdict: Verdict | None) -> SpanValidation:
    """The verdict as the notebook and people read it."""
    if verdict is None:
        return SpanValidation(newest=None, spans={}, distances={})
    return SpanValidation(
        newest=verdict.plan.newest,
        spans={span: _figures(facts) for span, facts in sorted(verdict.facts.items())},
        distances=verdict.findings.distances,
    )


def _figures(facts: SpanFacts) -> SpanFigures:
    return SpanFigures(
        rows=facts.rows,
        events=facts.events,
        days=len(facts.days()),
        items=len(facts.log.plays.value),
        policies=dict(facts.policies.counts),
        columns=sorted(facts.columns),
    )


def _write(uri: str, name: str, content: str | bytes) -> None:
    with tf.io.gfile.GFile(os.path.join(uri, name), "wb" if isinstance(content, bytes) else "w") as file:
        file.write(content)
