import json
import random
from pathlib import Path
from typing import Any

import pytest

from listening_log.storage import atomic
from serving import batch
from serving.batch import BatchSummary
from serving.client import Client
from serving.errors import FlagError, ServerError
from tests.serving.running import ServerProcess
from tests.serving.toy import ITEMS, STEP, after
from tests.support.small_disk import small_disk


def write(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def rank_file(model: Path, source: Path, out: Path, **settings: Any) -> BatchSummary:
    """Ranks as the command does, into a file that appears whole or not at all."""
    with atomic.replace_file(out, "wb") as file:
        return batch.rank_file(model, source, file, **settings)


def rank(model: Path, folder: Path, rows: list[Any], **settings: Any) -> list[dict[str, Any]]:
    out = folder / "out.jsonl"
    summary = rank_file(model, write(folder / "in.jsonl", rows), out, **settings)
    answers = [json.loads(line) for line in out.read_text().splitlines()]
    assert summary.rows == len(answers)
    return answers


def listener(user_id: str, *item_ids: str, **more: Any) -> dict[str, Any]:
    return {"user_id": user_id, "item_ids": list(item_ids), **more}


def test_each_line_has_its_answer_in_order(upnext_dir: Path, tmp_path: Path) -> None:
    rows = [listener("b", "i01", "i02", "i03"), "", listener("a"), listener("b", "i07", "unheard")]
    assert rank(upnext_dir, tmp_path, rows, k=2) == [
        {"user_id": "b", "item_ids": after("i03", 2), "scores": [0.0, -1.0]},
        {"user_id": "a", "item_ids": ["i00", "i01"], "scores": [0.0, -1.0]},
        {"user_id": "b", "item_ids": after("i07", 2), "scores": [0.0, -1.0]},
    ]


def test_unfilled_places_are_left_out(upnext_dir: Path, tmp_path: Path) -> None:
    (answer,) = rank(upnext_dir, tmp_path, [listener("a", *ITEMS[:15])], k=10, exclude_history=True)
    assert answer["item_ids"] == ITEMS[15:]


def test_the_history_is_excluded_when_asked(upnext_dir: Path, tmp_path: Path) -> None:
    rows = [listener("a", "i04", "i03"), listener("b", "i08")]
    first, second = rank(upnext_dir, tmp_path, rows, k=2, exclude_history=True)
    assert first["item_ids"] == ["i05", "i06"]
    assert second["item_ids"] == ["i09", "i10"]


def test_times_reach_the_model_for_those_who_have_them(upnext_dir: Path, tmp_path: Path) -> None:
    rows = [listener("a", "i03", "i04", timestamps=[5, 6]), listener("b", "i04")]
    first, second = rank(upnext_dir, tmp_path, rows, k=1)
    assert first["scores"] == [2 * STEP]
    assert second["scores"] == [0.0]


@pytest.mark.parametrize("unit", [10**3, 10**6, 10**9])
def test_times_finer_than_seconds_are_recognised_as_in_the_log(tmp_path: Path, unit: int) -> None:
    times = [1_700_000_000, 1_700_000_060]
    for factor in (1, unit):
        line = json.dumps(listener("a", "i03", "i04", timestamps=[factor * time for time in times]))
        assert batch._parse(line, "in.jsonl:1").timestamps == times


def test_a_byte_order_mark_is_passed_over(upnext_dir: Path, tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps(listener("a", "i03")) + "\n", encoding="utf-8-sig")
    rank_file(upnext_dir, source, out, k=1)
    assert json.loads(out.read_text())["item_ids"] == ["i04"]


def test_blocks_and_batches_keep_the_order(
    upnext_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "BLOCK_LINES", 7)
    monkeypatch.setattr(batch, "MAX_PLACES", 40)
    chance = random.Random(1)
    rows = [listener(f"u{n}", *chance.choices(ITEMS, k=chance.randrange(30))) for n in range(50)]
    answers = rank(upnext_dir, tmp_path, rows, k=1, batch_size=3)
    assert [answer["user_id"] for answer in answers] == [row["user_id"] for row in rows]
    expected = [after(row["item_ids"][-1], 1) if row["item_ids"] else ["i00"] for row in rows]
    assert [answer["item_ids"] for answer in answers] == expected


def test_grpc_rest_and_batch_give_the_same_answers(
    server: ServerProcess, upnext_dir: Path, tmp_path: Path
) -> None:
    chance = random.Random(2)
    histories = [chance.choices(ITEMS, k=chance.randrange(12)) for _ in range(200)]
    by_grpc = Client(server.address).recommend(histories, k=10)
    padded = [[""] * (12 - len(row)) + row for row in histories]
    _, answer = server.rest("/v1/models/upnext:predict", {"instances": padded})
    by_rest = [(row["item_ids"][:10], row["scores"][:10]) for row in answer["predictions"]]
    by_batch = rank(upnext_dir, tmp_path, [listener("u", *row) for row in histories])
    assert by_grpc == by_rest == [(row["item_ids"], row["scores"]) for row in by_batch]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "in.jsonl:2: not a line of JSON"),
        ("[" * 100_000, "in.jsonl:2: not a line of JSON"),
        ("[]", "in.jsonl:2: not a JSON object"),
        ('{"item_ids": []}', "in.jsonl:2: user_id"),
        ('{"user_id": 5, "item_ids": []}', "in.jsonl:2: user_id"),
        ('{"user_id": "secret"}', "in.jsonl:2: item_ids"),
        ('{"user_id": "secret", "item_ids": "i03"}', "in.jsonl:2: item_ids"),
        ('{"user_id": "secret", "item_ids": ["i03", 4]}', "in.jsonl:2: item_ids"),
        ('{"user_id": "secret", "item_ids": ["i03"], "timestamps": [1, 2]}', "in.jsonl:2: timestamps"),
        ('{"user_id": "secret", "item_ids": ["i03"], "timestamps": ["1"]}', "in.jsonl:2: timestamps"),
        ('{"user_id": "secret", "item_ids": ["i03"], "timestamps": [1e400]}', "in.jsonl:2: timestamps"),
        (
            f'{{"user_id": "secret", "item_ids": ["i03"], "timestamps": [{1 << 63}]}}',
            "in.jsonl:2: timestamps",
        ),
    ],
)
def test_a_wrong_line_is_told_by_file_line_and_field(tmp_path: Path, line: str, message: str) -> None:
    source, out = write(tmp_path / "in.jsonl", [listener("a", "i03"), line]), tmp_path / "out.jsonl"
    with pytest.raises(ServerError, match=message) as error:
        rank_file(tmp_path / "never loaded", source, out)
    assert "secret" not in str(error.value)
    assert list(tmp_path.iterdir()) == [source]


def test_a_wrong_line_far_down_leaves_no_output(
    upnext_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "BLOCK_LINES", 2)
    source = write(tmp_path / "in.jsonl", [listener("a"), listener("b"), "", "x"])
    with pytest.raises(ServerError, match=r"in\.jsonl:4"):
        rank_file(upnext_dir, source, tmp_path / "out.jsonl")
    assert list(tmp_path.iterdir()) == [source]


def test_an_empty_file_gives_an_empty_file(upnext_dir: Path, tmp_path: Path) -> None:
    assert rank(upnext_dir, tmp_path, []) == []


def test_odd_strings_pass_through(upnext_dir: Path, tmp_path: Path) -> None:
    rows = ['{"user_id": "\\ud800é", "item_ids": ["\\ud800"]}']
    assert rank(upnext_dir, tmp_path, rows, k=1)[0]["user_id"] == "\ud800é"


@pytest.mark.parametrize("k", [0, 101])
def test_k_has_limits(tmp_path: Path, k: int) -> None:
    with pytest.raises(FlagError, match="from 1 to 100"):
        rank_file(tmp_path, tmp_path / "in", tmp_path / "out", k=k)


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match=r"absent\.jsonl: No such file"):
        rank_file(tmp_path, tmp_path / "absent.jsonl", tmp_path / "out.jsonl")
    source = write(tmp_path / "in.jsonl", [listener("a")])
    with pytest.raises(ServerError, match="not a model that can be loaded"):
        rank_file(tmp_path / "absent", source, tmp_path / "out.jsonl")


def test_an_output_that_does_not_fit_on_the_disk_leaves_nothing(upnext_dir: Path, tmp_path: Path) -> None:
    questions = write(tmp_path / "in.jsonl", [listener(f"user-{n:05}", "i01") for n in range(3000)])
    with small_disk(tmp_path / "disk", 64) as disk:
        with pytest.raises(OSError, match="No space left on device"):
            rank_file(upnext_dir, questions, disk / "out.jsonl", k=5)
        assert list(disk.iterdir()) == []
