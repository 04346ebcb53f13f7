from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening_log.check.checking import check_log
from listening_log.errors import UserError
from listening_log.importers import import_log, lastfm_1k
from listening_log.importers.lastfm_1k import PLAYS, PROFILES


def play(user: str, time: str, track_id: str, track: str = "Song", artist: str = "Band") -> str:
    return f"{user}\t{time}\tartist-id\t{artist}\t{track_id}\t{track}\n"


@pytest.fixture
def plays(src: Path):
    def write(*lines: str) -> None:
        (src / PLAYS).write_text("".join(lines), encoding="utf-8")

    return write


def test_a_play_is_an_event_of_a_track(plays, import_of, written) -> None:
    plays(
        play("user_000001", "2009-05-04T23:08:57Z", "mbid-1", 'Say "Hi"', "坂本龍一"),
        play("user_000001", "2009-05-04T13:54:10Z", "mbid-2", "Mc² 'x", "Deep Dish"),
    )

    import_of("lastfm-1k")

    assert written("events") == {
        "user_id": ["user_000001", "user_000001"],
        "item_id": ["mbid-1", "mbid-2"],
        "timestamp": [1241478537, 1241445250],
    }
    assert written("catalog") == {
        "item_id": ["mbid-1", "mbid-2"],
        "kind": ["track", "track"],
        "title": ['Say "Hi"', "Mc² 'x"],
        "creator": ["坂本龍一", "Deep Dish"],
    }


def test_a_track_without_an_id_is_known_by_its_names(plays, import_of, written) -> None:
    plays(
        play("a", "2009-05-04T23:08:57Z", "", "Song", "Band"),
        play("a", "2009-05-04T23:08:56Z", "", " SONG", "band "),
        play("a", "2009-05-04T23:08:55Z", "", "Song", "Other Band"),
    )

    import_of("lastfm-1k")

    ids = written("events")["item_id"]
    # blake2b, 8 bytes, of "band", a tab, "song": it must stay so, for logs that follow each other.
    assert ids[0] == ids[1] == "name-74d026c7d6a3f654"
    assert ids[2] != ids[0]
    assert written("catalog")["title"] == ["Song", "Song"]
    assert written("catalog")["creator"] == ["Band", "Other Band"]


def test_of_plays_in_one_second_the_lower_line_was_first(plays, import_of, written) -> None:
    plays(
        play("a", "2009-05-04T23:08:57Z", "last"),
        play("a", "2009-05-04T23:08:56Z", "third"),
        play("a", "2009-05-04T23:08:56Z", "second"),
        play("a", "2009-05-04T23:08:56Z", "first"),
        play("b", "2009-05-04T23:08:56Z", "other"),
    )

    import_of("lastfm-1k")

    assert written("events")["item_id"] == ["last", "first", "second", "third", "other"]


def test_a_file_in_order_of_time_keeps_the_order_of_ties(plays, import_of, written) -> None:
    plays(
        play("a", "2009-05-04T23:08:55Z", "first"),
        play("a", "2009-05-04T23:08:56Z", "second"),
        play("a", "2009-05-04T23:08:56Z", "third"),
    )

    import_of("lastfm-1k")

    assert written("events")["item_id"] == ["first", "second", "third"]


def test_bad_lines_are_dropped_and_counted_with_their_place(src: Path, plays, import_of, written) -> None:
    plays(
        play("a", "2009-05-04T23:08:57Z", "good"),
        play("a", "2009-05-04T23:08:57Z", "x", "a\ttab"),
        play("a", "2009-05-04T23:08:57Z", "x", "a\nbreak"),
        play("", "2009-05-04T23:08:57Z", "x"),
        play("a", "May 4", "x"),
        play("a", "2009-05-04T23:08:57Z", "", "", "Band"),
        play("a", "2009-05-04T23:08:57Z", "nameless", "", ""),
    )

    imported = import_of("lastfm-1k")

    # A break within a name leaves a whole line, with half the name, and a broken one.
    assert written("events")["item_id"] == ["nameless", "x", "good"]
    assert {
        policy.policy: (policy.count, policy.place.rpartition(", ")[2]) for policy in imported.applied
    } == {
        "odd_line": (2, "line 2"),
        "no_listener": (1, "line 5"),
        "unreadable_time": (1, "line 6"),
        "no_track": (1, "line 7"),
    }


def test_profiles_are_listeners_with_the_year_they_came(src: Path, plays, import_of, written) -> None:
    plays(play("user_000001", "2009-05-04T23:08:57Z", "x"))
    (src / PROFILES).write_text(
        "#id\tgender\tage\tcountry\tregistered\n"
        "user_000001\tm\t\tJapan\tAug 13, 2006\n"
        "user_000002\tf\t24\tPeru\t\n"
    )

    import_of("lastfm-1k")

    assert written("users") == {
        "user_id": ["user_000001", "user_000002"],
        "gender": ["m", "f"],
        "age": ["", "24"],
        "country": ["Japan", "Peru"],
        "registered": ["2006", ""],
    }


def test_the_file_of_plays_alone_is_a_source(src: Path, plays, import_of) -> None:
    plays(play("a", "2009-05-04T23:08:57Z", "x"))
    (src / "plays.tsv").write_text((src / PLAYS).read_text())
    assert import_of("lastfm-1k", src / "plays.tsv").events == 1


def test_another_folder_is_told_what_is_expected(src: Path, import_of) -> None:
    (src / "usersha1-artmbid-artname-plays.tsv").write_text("")
    (src / "README.txt").write_text("")
    with pytest.raises(
        UserError, match=f"expected {PLAYS} .* found README.txt, usersha1-artmbid-artname-plays"
    ):
        import_of("lastfm-1k")


def test_the_archive_is_to_be_unpacked(src: Path, import_of) -> None:
    (src / "lastfm-dataset-1K.tar.gz").write_bytes(b"\x1f\x8b")
    with pytest.raises(UserError, match="unpack it first"):
        import_of("lastfm-1k", src / "lastfm-dataset-1K.tar.gz")


def test_what_was_imported_passes_the_check(plays, out: Path, import_of) -> None:
    plays(play("a", "2009-05-04T23:08:57Z", "x"), play("b", "2013-09-29T18:32:04Z", "", "later"))
    import_of("lastfm-1k")
    report = check_log(str(out))
    assert (report.events.usable, report.listeners.count, report.items.count, report.findings) == (
        2,
        2,
        2,
        [],
    )


PLAYED = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 5)), min_size=1, max_size=30)


@settings(deadline=None, max_examples=15)
@given(played=PLAYED, block_bytes=st.integers(60, 400))
def test_plays_come_out_in_the_order_in_which_they_were(
    played: list[tuple[str, int]], block_bytes: int
) -> None:
    played = sorted(played)  # oldest first, ties in any order
    numbered = [(user, second, str(n)) for n, (user, second) in enumerate(played)]
    newest_first = sorted(numbered, key=lambda row: (row[0], -int(row[2])))
    text = "".join(play(user, f"2009-05-04T23:08:0{second}Z", track) for user, second, track in newest_first)
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        (Path(folder) / PLAYS).write_text(text)
        whole = lastfm_1k.read_blocks
        patch.setattr(lastfm_1k, "read_blocks", lambda *arguments: whole(*arguments, block_bytes=block_bytes))

        import_log("lastfm-1k", folder, f"{folder}/out")

        events = pq.read_table(f"{folder}/out/events.parquet").to_pylist()
    events.sort(key=lambda event: (event["user_id"], event["timestamp"]))  # stable, as a run sorts
    assert [event["item_id"] for event in events] == [track for _, _, track in numbered]
