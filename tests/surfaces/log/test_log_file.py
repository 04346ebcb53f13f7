import os
from pathlib import Path

import numpy as np
import pytest

from listening_log.cleaning.forgotten import Forgotten
from listening_log.errors import UserError
from listening_log.storage import event_store
from models import names
from surfaces.common.catalogue import Catalogue
from surfaces.log import log_file
from surfaces.log.log_file import LogFile
from surfaces.log.source import LogSource
from tests.surfaces.worlds import catalogue

DAY = 86_400
START = 1_700_000_000
PUSHED = catalogue([{"item_id": item} for item in ("c", "a", "b")])


def write(path: Path, *rows: tuple[object, ...]) -> None:
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    write(folder / "catalog.csv", ("item_id", "duration_ms"), ("a", 100_000), ("b", 0), ("c", 0), ("gone", 0))
    write(folder / "users.csv", ("user_id", "country"), ("u", "SE"), ("v", "NO"), ("silent", "SE"))
    write(
        folder / "events.csv",
        ("user_id", "item_id", "timestamp", "ms_played", "end_reason"),
        ("u", "b", START + 30 * DAY, 90_000, "done"),
        ("u", "a", START, 1_000, "skip"),
        ("u", "a", START, 1_000, "skip"),
        ("u", "gone", START + 5, 90_000, "done"),
        ("u", "unknown", START + 6, 90_000, "done"),
        ("u", "a", START + 29 * DAY, 60_000, "skip"),
        ("v", "b", START + 17, "", "done"),
        ("v", "c", START + 29 * DAY + 11, 40_000, ""),
    )
    return folder


def open_log(data: Path, items: Catalogue = PUSHED, forgotten_file: str = "") -> LogFile:
    return LogFile.open(data.parent / "surfaces", LogSource(str(data), forgotten_file=forgotten_file), items)


def test_plays_are_those_that_the_pipeline_reads(data: Path) -> None:
    plays = open_log(data).plays("u")
    assert [PUSHED.item_ids[place] for place in plays.items] == ["a", "a", "b"]
    assert plays.times.tolist() == [START, START + 29 * DAY, START + 30 * DAY]
    assert plays.outcomes.tolist() == [names.SKIPPED, names.PARTIAL, names.COMPLETED]
    assert plays.ms_played.tolist() == [1_000, 60_000, 90_000]
    assert open_log(data).plays("v").ms_played.tolist() == [-1, 40_000]


def test_a_listener_is_described_whether_they_have_played_or_not(data: Path) -> None:
    log = open_log(data)
    assert (log.tokens("u"), log.tokens("silent"), log.tokens("x")) == (["country=SE"], ["country=SE"], ())
    assert log.listeners() == ["u", "v"]
    assert (len(log.plays("silent")), len(log.plays("x"))) == (0, 0)


def test_popular_is_what_was_played_in_the_last_days(data: Path) -> None:
    popularity = open_log(data).popularity
    assert popularity.days == 14
    assert popularity.everywhere.tolist() == [1, 1, 1]  # of c, a, b: the first days and the skip don't count
    assert {country: counts.tolist() for country, counts in popularity.by_country.items()} == {
        "NO": [1, 0, 0],
        "SE": [0, 1, 1],
    }
    assert "DE" not in popularity.by_country


def test_times_that_say_the_order_alone_tell_no_day(data: Path) -> None:
    assert open_log(data).has_times
    rows = [(user, item, time) for user in "uv" for time, item in enumerate("abab")]
    write(data / "events.csv", ("user_id", "item_id", "timestamp"), *rows)
    log = open_log(data)
    assert (log.has_times, log.popularity.days) == (False, 0)
    assert log.popularity.everywhere.tolist() == [0, 4, 4]


def test_an_unchanged_log_is_opened_and_a_changed_one_read_again(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_log(data)
    with monkeypatch.context() as patch:
        patch.setattr(log_file, "make_log_file", lambda *_: pytest.fail("it is there already"))
        assert open_log(data).path == first.path
    with (data / "events.csv").open("a") as file:
        file.write(f"u,c,{START + 30 * DAY + 1},90000,done\n")
    second = open_log(data)
    assert len(second.plays("u")) == 4
    assert list(second.path.parent.iterdir()) == [second.path]
    assert len(first.plays("u")) == 3  # who has the old one open reads on


def test_another_catalogue_has_its_own_file(data: Path) -> None:
    fewer = catalogue([{"item_id": "b"}])
    assert open_log(data, fewer).plays("u").items.tolist() == [0]
    assert open_log(data).plays("u").items.tolist() == [1, 1, 2]


def test_a_broken_file_is_made_anew(data: Path) -> None:
    path = open_log(data).path
    path.write_bytes(b"SQLite format 3\0 and then nothing")
    assert len(open_log(data).plays("u")) == 3


def test_who_is_forgotten_is_not_in_the_file(data: Path) -> None:
    before = open_log(data).path
    forgotten = data.parent / "forgotten.json"
    Forgotten().with_user("u").with_user("silent").save(forgotten)
    log = open_log(data, forgotten_file=str(forgotten))
    assert (log.listeners(), log.tokens("u"), log.tokens("silent")) == (["v"], (), ())
    assert b"silent" not in log.path.read_bytes()
    assert not before.exists()


def test_a_long_log_is_read_in_parts(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = open_log(data)
    os.utime(data / "events.csv", ns=(0, 0))
    monkeypatch.setattr(event_store, "PART_ROWS", 2)
    parts = open_log(data)
    assert parts.path != whole.path
    for user in ("u", "v"):
        assert np.array_equal(parts.plays(user).items, whole.plays(user).items)
    assert parts.popularity.everywhere.tolist() == whole.popularity.everywhere.tolist()


def test_a_log_that_is_gone_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such data directory"):
        open_log(tmp_path / "nowhere")
