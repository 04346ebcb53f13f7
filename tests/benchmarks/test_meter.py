"""The meter: each stage's own time and peak."""

import logging

import numpy as np
import pytest

from benchmarks.meter import Measured, Memory, StageMeter

MIB = 2**20


@pytest.fixture
def meter():
    with Memory() as memory:
        yield StageMeter(memory)


def tell(meter: StageMeter, **facts: object) -> None:
    record = logging.makeLogRecord({"progress": facts})
    meter.emit(record)


def test_a_stages_time_and_state_are_those_that_were_reported(meter: StageMeter):
    tell(meter, stage="Push", state="start", seconds=0.0)
    tell(meter, stage="Push", step=3, steps=9)
    tell(meter, stage="Push", state="done", seconds=4.26)

    assert [(one.stage, one.state, one.seconds) for one in meter.measured] == [("Push", "done", 4.3)]


def test_memory_that_was_freed_before_the_end_counts(meter: StageMeter):
    tell(meter, stage="Transform", state="start")
    block = np.ones(200 * MIB, np.uint8)
    del block
    tell(meter, stage="Transform", state="done", seconds=1.0)

    (one,) = meter.measured
    assert one.peak_mib - one.start_mib >= 120  # a child of an earlier test may end meanwhile


def test_a_stages_peak_does_not_count_for_the_next(meter: StageMeter):
    with meter.measure("first"):
        block = np.ones(200 * MIB, np.uint8)
        del block
    with meter.measure("second"):
        pass

    first, second = meter.measured
    assert first.peak_mib - second.peak_mib >= 150


def test_records_of_other_loggers_are_no_stages(meter: StageMeter):
    meter.emit(logging.makeLogRecord({"msg": "hello"}))

    assert meter.measured == []


def test_the_table_adds_times_and_takes_the_highest_peak():
    from benchmarks.pipeline import table

    lines = table([Measured("A", "done", 61.0, 10, 3000), Measured("B", "cached", 1.0, 10, 20)]).splitlines()

    assert lines[1].split() == ["A", "done", "1:01", "10", "3,000"]
    assert lines[3].split() == ["whole", "1:02", "3,000"]


def test_a_world_of_a_million_events_has_four_thousand_listeners():
    from benchmarks.pipeline import world_size

    assert world_size(1_000_000, None) == ["--users", "3968", "--items", "10000", "--days", "120"]
