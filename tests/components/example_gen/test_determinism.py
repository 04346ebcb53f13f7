"""The same log gives the same bytes, however it lies on disk and wherever it is read."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from listening_log.world import make_world
from tests.components.example_gen.conftest import Written
from tests.conftest import ROOT

EVENTS_A_SHARD = 400
FAR = {
    "TZ": "Pacific/Kiritimati",
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONHASHSEED": "77",
}


@pytest.fixture(autouse=True)
def _several_shards(monkeypatch):
    monkeypatch.setattr("components.example_gen.executor.EVENTS_A_SHARD", EVENTS_A_SHARD)


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> dict[str, pa.Table]:
    """A small made world whose events have no ties, nor ids of ASCII alone."""
    folder = tmp_path_factory.mktemp("world")
    make_world(folder / "log", users=40, items=60, days=30, seed=3)
    tables = {
        name: pq.read_table(folder / "log" / f"{name}.parquet") for name in ("events", "catalog", "users")
    }
    events = tables["events"]
    ids = pa.compute.binary_join_element_wise(events["user_id"], "é", "")
    events = events.set_column(0, "user_id", ids)
    times = pa.compute.cast(events["timestamp"], pa.string())
    keys = pa.compute.binary_join_element_wise(ids, times, " ").combine_chunks()
    _, first = np.unique(keys.dictionary_encode().indices.to_numpy(), return_index=True)
    return {**tables, "events": events.take(pa.array(np.sort(first)))}


def _parquet(tables: dict[str, pa.Table], **changed: pa.Table) -> dict[str, pa.Table]:
    return {f"{name}.parquet": table for name, table in {**tables, **changed}.items()}


def _csv(table: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    pacsv.write_csv(table, sink)
    return sink.getvalue().to_pybytes().decode()


def _bytes(written: Written) -> dict[str, bytes]:
    return {name: content for name, content in written.files().items() if "Split-" in name}


def test_another_order_of_the_rows_gives_the_same_bytes(generate, world):
    events = world["events"]
    shuffled = events.take(pa.array(np.random.default_rng(0).permutation(events.num_rows)))
    whole, other = generate(_parquet(world)), generate(_parquet(world, events=shuffled))
    assert len([name for name in _bytes(whole) if "Split-all" in name]) > 3
    assert _bytes(other) == _bytes(whole)
    assert other.summary == whole.summary


def test_files_cut_at_other_rows_give_the_same_bytes(generate, world):
    events = world["events"]
    # Everything at one time of a listener: only the order of the rows is left to tell.
    tied = events.set_column(2, "timestamp", pa.array(np.arange(events.num_rows) // 50 * 60 + 1_700_000_000))
    parts = {
        "events-0.parquet": tied.slice(0, 1),
        "events-1.parquet": tied.slice(1, 700),
        "events-2.parquet": tied.slice(701),
    }
    rest = {name: table for name, table in _parquet(world).items() if name != "events.parquet"}
    whole, cut = generate(_parquet(world, events=tied)), generate({**parts, **rest})
    assert _bytes(cut) == _bytes(whole)
    assert cut.summary["split"] == whole.summary["split"]


def test_batches_of_other_sizes_give_the_same_bytes(generate, world, monkeypatch):
    whole = generate(_parquet(world))
    monkeypatch.setattr("components.example_gen.beam_steps.EVENTS_A_BATCH", 123)
    assert _bytes(generate(_parquet(world))) == _bytes(whole)


def test_csv_gives_the_same_bytes_as_parquet(generate, world):
    texts = {f"{name}.csv": _csv(table) for name, table in world.items()}
    as_csv, as_parquet = generate(texts), generate(_parquet(world))
    assert _bytes(as_csv) == _bytes(as_parquet)
    assert as_csv.summary == as_parquet.summary


def _in_another_process(data: Path, out: Path, workers: int, **environment: str) -> Written:
    words = (str(data), str(out), str(workers), str(EVENTS_A_SHARD))
    command = [sys.executable, "-m", "tests.components.example_gen.generate_log", *words]
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, **environment}, capture_output=True)
    return Written(out, {}, {})


def test_time_zone_locale_and_hash_seed_change_nothing(generate, world, tmp_path):
    here = generate(_parquet(world))
    far = _in_another_process(here.root.parent / "data", tmp_path / "far", 1, **FAR)
    assert far.files() == here.files()


@pytest.mark.long
def test_the_number_of_workers_changes_nothing(generate, world, tmp_path):
    one = generate(_parquet(world))
    several = _in_another_process(one.root.parent / "data", tmp_path / "several", 2)
    assert several.files() == one.files()
