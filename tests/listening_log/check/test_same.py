"""The same log gives the same report: whatever its files, the machine's zone and language, or the hash seed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from listening_log.check.checking import as_json, check_log
from listening_log.storage import event_store
from listening_log.world import make_world

ROOT = Path(__file__).parents[3]
NOW = 1_800_000_000
CODE = """
import sys
from listening_log.check.checking import as_json, check_log, render
report = check_log(sys.argv[1], now=1_800_000_000)
sys.stdout.buffer.write((as_json(report) + render(report)).encode())
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    make_world(folder, users=40, items=120, days=30, seed=5)
    return folder


def figures(folder: Path) -> dict[str, Any]:
    """The report, apart from where its files lie."""
    content = json.loads(as_json(check_log(str(folder), now=NOW)))
    del content["data"], content["events"]["files"], content["events"]["bytes"]
    return content


def variant(world: Path, folder: Path) -> tuple[pa.Table, Path]:
    folder.mkdir()
    for name in ("catalog.parquet", "users.parquet"):
        (folder / name).write_bytes((world / name).read_bytes())
    return pq.read_table(world / "events.parquet"), folder


def test_the_order_of_rows_makes_no_difference(world: Path, tmp_path: Path) -> None:
    events, folder = variant(world, tmp_path / "mixed")
    order = np.random.default_rng(1).permutation(events.num_rows)
    pq.write_table(events.take(pa.array(order)), folder / "events.parquet")
    assert figures(folder) == figures(world)


def test_many_files_in_another_format_make_no_difference(world: Path, tmp_path: Path) -> None:
    events, folder = variant(world, tmp_path / "split")
    for number, first in enumerate(range(0, events.num_rows, 1000)):
        pacsv.write_csv(events.slice(first, 1000), folder / f"events-{number}.csv")
    assert figures(folder) == figures(world)


def test_events_on_disk_make_no_difference(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_memory = figures(world)
    monkeypatch.setattr(event_store, "PART_ROWS", 700)
    assert figures(world) == in_memory


def test_zone_language_and_hash_seed_of_the_machine_make_no_difference(world: Path) -> None:
    machines = [
        {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"},
        {"TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "1"},
        {"TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONHASHSEED": "2"},
    ]
    outputs = [
        subprocess.run(
            [sys.executable, "-c", CODE, str(world)],
            env=os.environ | machine,
            cwd=ROOT,
            check=True,
            capture_output=True,
        ).stdout
        for machine in machines
    ]
    assert outputs[0]
    assert outputs[1] == outputs[0] == outputs[2]
