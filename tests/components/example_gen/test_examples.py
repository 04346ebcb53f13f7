"""Examples parse to what they are made of, and are the same bytes in every process."""

import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
from tensorflow.core.example import example_pb2

from components.example_gen.examples import catalog_examples, window_examples
from listening_log.cleaning.event_histories import EventHistories
from listening_log.windows.histories import Windows
from models import names
from tests.conftest import ROOT
from tests.listening_log.cleaning.test_event_histories import cleaned

CODE = """
from tests.components.example_gen.test_examples import windows
import sys
sys.stdout.buffer.write(b"".join(windows()))
"""


def windows(begins: tuple[np.ndarray, np.ndarray] | None = None) -> list[bytes]:
    """The examples of two overlapping windows of one listener and one of another."""
    events = cleaned(
        ["u"] * 3 + ["v"], [7, 8, 9, 5], [1, 2, 1, 2], [0, 1, 2, 3], surface=["home", "", "car", "home"]
    )
    shard, _ = EventHistories.of(events)
    cuts = Windows(*(np.array(column) for column in ([0, 0, 1], [0, 1, 0], [2, 3, 1], [0, 2, 0])))
    return list(
        window_examples(
            shard,
            cuts,
            item_ids=pa.array(["å", "b"]),
            listener_tokens=pa.array([["country=SE"], None], pa.list_(pa.string())),
            context_columns=["device", "surface"],
            time_features=True,
            begins=begins,
        )
    )


def parse_example(record: bytes) -> dict[str, list[object]]:
    features = example_pb2.Example.FromString(record).features.feature
    return {
        name: list(getattr(feature, feature.WhichOneof("kind")).value) for name, feature in features.items()
    }


def test_windows_hold_their_events_with_a_slot_for_each_context_column() -> None:
    first, second, third = map(parse_example, windows())
    assert first == {
        "user_id": [b"u"],
        "window_start": [0],
        "item_ids": ["å".encode(), b"b"],
        "timestamps": [7, 8],
        "outcomes": [1, 1],
        "targets": [1, 1],
        "listener": [b"country=SE"],
        "context": [b"", b"surface=home", b"", b""],
    }
    assert (second["window_start"], second["timestamps"], second["targets"]) == ([1], [8, 9], [0, 1])
    assert second["context"] == [b"", b"", b"", b"surface=car"]
    assert (third["user_id"], third["item_ids"], third["listener"]) == ([b"v"], [b"b"], [])


def test_a_target_bears_the_code_of_the_split_that_asks_for_it() -> None:
    begins = np.array([1, 0]), np.array([2, 1])  # where `eval` and `test` begin, of either listener
    targets = [parse_example(record)["targets"] for record in windows(begins)]
    assert targets == [
        [names.TARGET_OF[names.TRAIN], names.TARGET_OF[names.EVAL]],
        [0, names.TARGET_OF[names.TEST]],
        [names.TARGET_OF[names.EVAL]],
    ]


def test_an_item_without_tokens_has_an_empty_list() -> None:
    table = pa.table(
        {
            "item_id": ["a"],
            "title": ["Ah"],
            "description": [""],
            "duration_ms": pa.array([-1], pa.int64()),
            "release_day": pa.array([0], pa.int64()),
            "item_tokens": pa.array([[]], pa.list_(pa.string())),
        }
    )
    (record,) = catalog_examples(table)
    assert parse_example(record) == {
        "item_id": [b"a"],
        "title": [b"Ah"],
        "description": [b""],
        "duration_ms": [-1],
        "release_day": [0],
        "item_tokens": [],
    }


def test_another_process_writes_the_same_bytes() -> None:
    command = [sys.executable, "-c", CODE]
    environment = {**os.environ, "PYTHONHASHSEED": "5"}
    other = subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=environment).stdout
    assert other == b"".join(windows())
