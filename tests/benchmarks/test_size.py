"""Made logs for the size benchmark, and what a process takes."""

import subprocess

import pyarrow.parquet as pq
import pytest

from benchmarks.made_logs import one_item, one_listener, ratings, skewed
from benchmarks.size import SizedRun, Usage, run_alone, skew_table
from listening_log.cleaning.catalog import read_catalog
from listening_log.importers import import_log
from listening_log.world import make_world


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world") / "log"
    make_world(folder, users=20, items=60, days=20, seed=1)
    return folder


def test_a_made_world_is_imported_as_a_movielens_release(world, tmp_path):
    ratings(world, tmp_path / "release")
    import_log("movielens", str(tmp_path / "release"), str(tmp_path / "log"))
    events = pq.read_metadata(world / "events.parquet").num_rows
    (imported,) = (tmp_path / "log").glob("events*")
    assert pq.read_table(imported).num_rows == events
    assert read_catalog(str(tmp_path / "log")).size == 60


def test_half_of_a_small_log_is_one_listeners(world, tmp_path):
    skewed(world, tmp_path, one_listener)
    users = pq.read_table(tmp_path / "events.parquet")["user_id"].to_pylist()
    assert users.count("everyone") == len(users) // 2


def test_three_plays_of_ten_are_one_items(world, tmp_path):
    skewed(world, tmp_path, one_item)
    items = pq.read_table(tmp_path / "events.parquet")["item_id"].to_pylist()
    assert items.count(items[0]) >= 0.3 * len(items)


def test_a_process_is_measured_by_itself():
    usage = run_alone("-c", "held = bytearray(100 * 2**20); sum(range(3_000_000))")
    assert 100 < usage.peak_mib < 200
    assert usage.cpu > 0


def test_a_process_that_fails_shows_what_it_printed(capsys):
    with pytest.raises(subprocess.CalledProcessError):
        run_alone("-c", "raise SystemExit('no such log')")
    assert "no such log" in capsys.readouterr().out


def test_skewed_logs_are_told_beside_the_plain_one():
    runs = [SizedRun("data check", log, 9, Usage(8, cpu, 10)) for log, cpu in (("plain", 2.0), ("item", 3.0))]
    assert [line.split()[-1] for line in skew_table(runs).splitlines()] == ["plain", "1.00", "1.50"]
