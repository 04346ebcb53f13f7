import random

import pytest

from listening_log.errors import UserError
from tests.components.example_gen.conftest import CATALOG, EVENTS


def test_a_tiny_log_becomes_windows_catalogue_and_summary(generate):
    written = generate()
    assert written.windows("train") == [
        {
            "user_id": [user],
            "window_start": [0],
            "item_ids": items,
            "timestamps": [0] * len(items),  # a step of 60 s throughout: order only
            "outcomes": [0] * len(items),
            "targets": [1] * len(items),
            "listener": [],
            "context": [""] * len(items),
        }
        for user, items in (("u1", ["a", "b"]), ("u2", ["d"]), ("u3", ["a"]))
    ]
    test = [(w["item_ids"], w["targets"]) for w in written.windows("test")]
    assert test == [(["a", "b", "c", "d"], [0, 0, 0, 1]), (["d", "c", "b"], [0, 0, 1])]
    evaluation = [(w["item_ids"], w["targets"]) for w in written.windows("eval")]
    assert evaluation == [(["a", "b", "c"], [0, 0, 1]), (["d", "c"], [0, 1])]
    assert [w["targets"] for w in written.windows("all")] == [[1, 1, 2, 3], [1, 2, 3], [1]]
    assert written.items()[0] == {
        "item_id": ["a"],
        "title": ["Ah"],
        "description": [""],
        "item_tokens": ["genre=x", "genre=y"],
        "duration_ms": [0],
        "release_day": [-1_000_000],
    }
    assert [item["item_id"] for item in written.items()] == [["a"], ["b"], ["c"], ["d"]]
    summary = written.summary
    assert summary["split"]["kind"] == "leave-last-out"
    assert (summary["events"], summary["listeners"], summary["items"]) == (8, 3, 4)
    assert summary["time_features"] is False
    assert summary["context"] == {"columns": [], "slots": 1}
    assert summary["heads"] == []
    assert {s: (c["windows"], c["targets"]) for s, c in summary["splits"].items()} == {
        "train": (3, 4),
        "eval": (2, 2),
        "test": (2, 2),
        "all": (3, 8),
    }


def test_the_artifacts_tell_their_splits_and_format(generate):
    from tfx.components.util import examples_utils
    from tfx.types import artifact_utils

    artifacts = generate(final_fit=False).artifacts
    assert artifact_utils.decode_split_names(artifacts["examples"].split_names) == ["train", "eval", "test"]
    assert artifact_utils.decode_split_names(artifacts["catalog"].split_names) == ["catalog"]
    assert examples_utils.get_payload_format_string(artifacts["catalog"]) == "FORMAT_TF_EXAMPLE"


def test_the_order_of_rows_and_files_changes_nothing_where_times_differ(generate, monkeypatch):
    monkeypatch.setattr("components.example_gen.executor.EVENTS_A_SHARD", 2)
    header, *rows = EVENTS.splitlines()
    random.Random(1).shuffle(rows)
    parts = {
        "events-0.csv": "\n".join([header, *rows[:3]]),
        "events-1.csv": "\n".join([header, *rows[3:]]),
    }
    whole = generate({"events.csv": EVENTS, "catalog.csv": CATALOG})
    again = generate({**parts, "catalog.csv": CATALOG})
    assert len([name for name in whole.files() if "Split-all" in name]) > 1
    for split in ("train", "eval", "test", "all"):
        assert whole.windows(split) == again.windows(split)


def test_two_runs_write_the_same_bytes(generate):
    assert generate().files() == generate().files()


def test_ties_in_time_keep_the_order_of_the_file_and_repeats_go(generate):
    events = "user_id,item_id,timestamp\n" + "".join(
        f"{user},{item},{time}\n"
        for user, plays in (
            ("u1", [("c", 7000), ("a", 7000), ("b", 7000), ("a", 7000), ("d", 60_013)]),
            ("u2", [("d", 9001), ("c", 9500), ("b", 70_000)]),
        )
        for item, time in plays
    )
    written = generate({"events.csv": events, "catalog.csv": CATALOG}, split="leave-last-out")
    assert written.windows("all")[0]["item_ids"] == ["c", "a", "b", "d"]
    assert written.windows("all")[0]["timestamps"] == [7000, 7000, 7000, 60_013]
    assert written.summary["policies"] == {"repeat": 1}
    assert written.summary["places"]["repeat"].endswith("events.csv, line 5")


def test_context_outcomes_and_listeners_become_tokens_and_heads(generate):
    plays = [
        ("u1", "a", 100, "done", "home"),
        ("u1", "b", 8019, "skip", ""),
        ("u1", "c", 15_938, "done", "car"),
        ("u1", "d", 23_857, "done", "home"),
        ("u1", "a", 31_776, "skip", "home"),
        ("u2", "a", 10_157, "done", "home"),
        ("u2", "a", 40_178, "done", "home"),
        ("u2", "a", 90_213, "done", "home"),
        ("u2", "a", 160_262, "done", "home"),
    ]
    events = "user_id,item_id,timestamp,end_reason,surface\n" + "".join(
        ",".join(map(str, play)) + "\n" for play in plays
    )
    users = "user_id,country\nu1,SE\n"
    written = generate(
        {"events.csv": events, "catalog.csv": CATALOG, "users.csv": users}, split="leave-last-out"
    )
    first, second = written.windows("all")
    assert first["context"] == ["surface=home", "", "surface=car", "surface=home", "surface=home"]
    assert first["outcomes"] == [1, 3, 1, 1, 3]
    assert (first["listener"], second["listener"]) == (["country=SE"], [])
    assert written.summary["heads"] == ["p_complete", "p_skip"]
    assert written.summary["context"] == {"columns": ["surface"], "slots": 1}
    assert written.summary["listener"] == {"columns": ["country"]}
    assert written.summary["splits"]["train"]["outcomes"]["skipped"] == 1


def test_unknown_items_are_counted_and_their_first_place_is_told(generate):
    written = generate({"events.csv": EVENTS + "u3,zzz,1060\n", "catalog.csv": CATALOG})
    assert written.summary["policies"] == {"unknown_item": 1}
    assert written.summary["places"]["unknown_item"].endswith("events.csv, line 10")


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ("user_id,item_id,timestamp\nu1,a,1\nu1,b,2\nu1,c,3\n", "one listener only"),
        ("user_id,item_id,timestamp\nu1,zzz,1\n", "no usable event"),
        ("user_id,item_id,timestamp\n", "no usable event"),
        ("user_id,item_id,timestamp\nu1,a,1\nu2,b,1\n", "no event is left for `eval`"),
        (
            "user_id,item_id,timestamp,end_reason\n"
            + "".join(f"{user},a,{time},skip\n" for user in "xy" for time in (9, 99, 777, 5555)),
            "every event of `train` was skipped",
        ),
        ("user_id,item_id,timestamp\nu1,a,monday\n", "events.csv, line 2, column timestamp"),
    ],
)
def test_a_log_that_teaches_nothing_stops_with_one_line(generate, events, message):
    with pytest.raises(UserError, match=message) as raised:
        generate({"events.csv": events, "catalog.csv": CATALOG})
    assert "\n" not in str(raised.value)
    assert "while running" not in str(raised.value)


def test_an_empty_catalogue_stops_with_one_line(generate):
    with pytest.raises(UserError, match="catalogue is empty"):
        generate({"events.csv": EVENTS, "catalog.csv": "item_id\n"})


def test_a_column_that_follows_from_the_item_is_item_data_and_no_context(generate):
    rows = ["user_id,item_id,timestamp,brand,device"]
    rng = random.Random(4)
    for user in range(20):
        for step in range(8):
            item = rng.randrange(12)
            device = rng.choice(["phone", "car"])
            rows.append(f"u{user:02},i{item:02},{1000 + 3600 * user + 977 * step},brand {item % 3},{device}")
    catalog = "item_id\n" + "".join(f"i{item:02}\n" for item in range(12))
    written = generate({"catalog.csv": catalog, "events.csv": "\n".join(rows) + "\n"})
    assert written.summary["context"] == {"columns": ["device"], "slots": 1}
    assert written.summary["item_columns"] == {"brand": 1.0}
    tokens = {token for window in written.windows("train") for token in window["context"]}
    assert tokens == {"device=phone", "device=car"}
    assert [item["item_tokens"] for item in written.items()] == [
        [f"brand=brand {item % 3}"] for item in range(12)
    ]
