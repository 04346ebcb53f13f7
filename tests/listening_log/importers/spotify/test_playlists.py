import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening_log.check.checking import check_log
from listening_log.errors import UserError
from tests.listening_log.importers.conftest import SourceAndLog


def _track(pos: int | None, name: str = "a", **changes: Any) -> dict[str, Any]:
    return {
        "pos": pos,
        "artist_name": f"Artist {name}",
        "track_uri": f"spotify:track:{name}",
        "artist_uri": f"spotify:artist:{name}",
        "track_name": f"Song {name}",
        "album_uri": f"spotify:album:{name}",
        "duration_ms": 201_000,
        "album_name": f"Album {name}",
        **changes,
    }


def _playlist(pid: int, *tracks: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "name": "PERSONAL words",
        "description": "PERSONAL too",
        "collaborative": "false",
        "pid": pid,
        "modified_at": 1_493_424_000,
        "num_tracks": len(tracks),
        "tracks": list(tracks),
        **changes,
    }


class Playlists(SourceAndLog):
    def slice(self, name: str, *playlists: object) -> "Playlists":
        """Writes a slice of playlists."""
        info = {"generated_on": "2017-12-03 08:41:42.057563", "slice": "0-999", "version": "v1"}
        return self.text(name, json.dumps({"info": info, "playlists": playlists}, indent=4))

    @property
    def plays(self) -> list[tuple[str, str, int]]:
        """Listener, item and place of each event."""
        assert list(self.events[0]) == ["user_id", "item_id", "timestamp"]
        return [(row["user_id"], row["item_id"], row["timestamp"]) for row in self.events]

    @property
    def items(self) -> list[dict[str, Any]]:
        """The rows of the catalogue."""
        return self.rows("catalog")


@pytest.fixture
def log(tmp_path: Path) -> Playlists:
    return Playlists(tmp_path, "spotify-mpd")


def test_a_playlist_becomes_a_listener_whose_times_are_places(log: Playlists) -> None:
    log.slice(
        "mpd.slice.0-999.json", _playlist(0, _track(0, "a"), _track(1, "b")), _playlist(7, _track(0, "a"))
    )
    assert log.run().plays == [
        ("playlist-0", "spotify:track:a", 1),
        ("playlist-0", "spotify:track:b", 2),
        ("playlist-7", "spotify:track:a", 1),
    ]
    assert log.items == [
        {
            "item_id": f"spotify:track:{name}",
            "kind": "track",
            "title": f"Song {name}",
            "creator": f"Artist {name}",
            "duration_ms": 201_000,
        }
        for name in ("a", "b")
    ]
    assert log.counts == {}


def test_the_order_is_that_of_pos_and_not_of_the_file(log: Playlists) -> None:
    log.slice("mpd.slice.0-999.json", _playlist(3, _track(2, "c"), _track(0, "a"), _track(1, "b"))).run()
    assert [item for _, item, _ in log.plays] == ["spotify:track:a", "spotify:track:b", "spotify:track:c"]


def test_without_pos_the_order_is_the_files(log: Playlists) -> None:
    log.slice("mpd.slice.0-999.json", _playlist(3, _track(None, "c"), _track(None, "a"))).run()
    assert log.plays == [("playlist-3", "spotify:track:c", 1), ("playlist-3", "spotify:track:a", 2)]


def test_a_track_that_a_playlist_holds_twice_stays_twice(log: Playlists) -> None:
    log.slice(
        "mpd.slice.0-999.json",
        _playlist(0, _track(0, "a"), _track(1, "a"), _track(2, "b"), _track(3, "a")),
    ).run()
    assert [time for _, item, time in log.plays if item == "spotify:track:a"] == [1, 2, 4]
    assert check_log(str(log.out)).events.usable == 4


def test_slices_are_read_in_the_order_of_their_numbers_and_from_data(log: Playlists) -> None:
    for first in (2000, 1000, 0):
        log.slice(f"data/mpd.slice.{first}-{first + 999}.json", _playlist(first, _track(0)))
    log.slice("stats.json", _playlist(5, _track(0)))
    assert [user for user, _, _ in log.run().plays] == ["playlist-0", "playlist-1000", "playlist-2000"]


def test_the_challenge_set_is_read_too(log: Playlists) -> None:
    without_name = _playlist(1_000_001, _track(40, "c"), _track(3, "a"), num_holdouts=8, num_samples=2)
    del without_name["name"], without_name["modified_at"]
    title_only = _playlist(1_000_000, num_holdouts=10, num_samples=0)
    log.slice("challenge_set.json", title_only, without_name).run()
    assert log.plays == [
        ("playlist-1000001", "spotify:track:a", 1),
        ("playlist-1000001", "spotify:track:c", 2),
    ]
    assert log.counts == {"no_tracks": (1, f"{log.src}/challenge_set.json, playlist 1")}


def test_a_track_without_an_id_is_dropped_and_leaves_no_gap(log: Playlists) -> None:
    tracks = _track(0, "a"), _track(1, "b", track_uri=None), _track(2, "c")
    log.slice("mpd.slice.0-999.json", _playlist(0, _track(0)), _playlist(1, *tracks)).run()
    assert log.plays[1:] == [("playlist-1", "spotify:track:a", 1), ("playlist-1", "spotify:track:c", 2)]
    assert log.counts == {"no_item": (1, f"{log.src}/mpd.slice.0-999.json, playlist 2")}
    assert len(log.items) == 2


def test_what_a_person_wrote_is_not_copied(log: Playlists) -> None:
    log.slice("mpd.slice.0-999.json", _playlist(0, _track(0))).run()
    assert log.imported is not None
    tables = [pq.read_table(log.out / name).to_pylist() for name in log.imported.files]
    assert "PERSONAL" not in json.dumps(tables)
    assert not any(b"PERSONAL" in path.read_bytes() for path in log.out.rglob("*") if path.is_file())


def test_a_run_takes_the_times_as_an_order_only(log: Playlists) -> None:
    log.slice(
        "mpd.slice.0-999.json",
        *(_playlist(pid, *(_track(pos * 3, str(pid + pos)) for pos in range(5))) for pid in range(4)),
    ).run()
    report = check_log(str(log.out))
    assert (report.events.usable, report.listeners.count, report.items.count) == (20, 4, 8)
    assert report.time.order_only
    assert report.split.kind == "leave-last-out"
    assert not any(finding.count for finding in report.findings)


def test_one_playlist_alone_is_an_order_only_too(log: Playlists) -> None:
    log.slice("mpd.slice.0-999.json", _playlist(0, *(_track(pos, str(pos)) for pos in range(5)))).run()
    assert check_log(str(log.out)).time.order_only


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"playlists": [{"pid": 1, ', ": not readable as JSON (Expecting property name enclosed in double"),
        ("[]", ": no list of playlists in it; not a slice of the Million Playlist Dataset"),
        ('{"playlists": 3}', ": no list of playlists in it; not a slice of the Million Playlist Dataset"),
        ('{"playlists": [{"tracks": []}]}', ", playlist 1: no pid"),
        ('{"playlists": [{"pid": "one", "tracks": []}]}', ", playlist 1: pid is not a whole number"),
        (
            '{"playlists": [{"pid": 1, "tracks": []}, {"pid": 2, "tracks": [{"track_uri": 5}]}]}',
            ", playlist 2: track_uri is not text",
        ),
    ],
)
def test_a_broken_slice_is_told_with_file_and_playlist_and_leaves_nothing(
    log: Playlists, content: str, message: str
) -> None:
    log.slice("mpd.slice.0-999.json", _playlist(0, _track(0)))
    (log.src / "mpd.slice.1000-1999.json").write_text(content)
    with pytest.raises(UserError) as error:
        log.run()
    assert str(error.value).startswith(f"{log.src}/mpd.slice.1000-1999.json{message}")
    assert not log.out.exists()


def test_empty_slices_and_what_is_no_playlist_or_track_are_passed_over_and_counted(log: Playlists) -> None:
    log.slice("mpd.slice.0-999.json", 3, _playlist(0, 5, _track(1, "a"), None), {"pid": 1})
    (log.src / "mpd.slice.1000-1999.json").write_text("")

    assert log.run().plays == [("playlist-0", "spotify:track:a", 1)]
    assert log.counts == {
        "odd_playlist": (2, f"{log.src}/mpd.slice.0-999.json, playlist 1"),
        "odd_entry": (2, f"{log.src}/mpd.slice.0-999.json, playlist 2"),
        "empty_file": (1, f"{log.src}/mpd.slice.1000-1999.json"),
    }


def test_bytes_that_are_no_text_are_told(log: Playlists) -> None:
    log.slice("mpd.slice.0-999.json", _playlist(0, _track(0)))
    (log.src / "mpd.slice.0-999.json").write_bytes(b'{"playlists": "\xff"}')
    with pytest.raises(UserError, match="not UTF-8 text, at byte 15"):
        log.run()


def test_a_folder_without_slices_is_told(log: Playlists) -> None:
    log.src.mkdir()
    with pytest.raises(UserError, match=r"has no slices: expected mpd\.slice\.0-999\.json"):
        log.run()


@settings(max_examples=40, deadline=None)
@given(
    playlists=st.lists(st.lists(st.integers(0, 5), max_size=6), min_size=1, max_size=6).filter(any),
    slice_size=st.integers(1, 3),
    rotate=st.integers(0, 5),
)
def test_any_playlists_in_any_slices_become_the_same_sequences(
    tmp_path_factory: pytest.TempPathFactory, playlists: list[list[int]], slice_size: int, rotate: int
) -> None:
    log = Playlists(tmp_path_factory.mktemp("mpd"), "spotify-mpd")
    rows = []
    for pid, names in enumerate(playlists):
        tracks = [_track(pos, str(name)) for pos, name in enumerate(names)]
        rows.append(_playlist(pid, *tracks[rotate:], *tracks[:rotate]))
    for first in range(0, len(rows), slice_size):
        name = f"mpd.slice.{first}-{first + slice_size - 1}.json"
        log.slice(name, *rows[first : first + slice_size])
    assert log.run().plays == [
        (f"playlist-{pid}", f"spotify:track:{name}", place)
        for pid, names in enumerate(playlists)
        for place, name in enumerate(names, start=1)
    ]
