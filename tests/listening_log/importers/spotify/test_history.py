import json
import zipfile
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening_log.check.checking import check_log
from listening_log.errors import UserError
from listening_log.importers import import_log, render
from tests.listening_log.importers.spotify.conftest import History

FOLDER = "Spotify Extended Streaming History"
AUDIO = "Streaming_History_Audio_2019-2021_3.json"
END = 1_614_877_953  # 2021-03-04T17:12:33Z
NOW = 1_700_000_000

PLAY: dict[str, Any] = {
    "ts": "2021-03-04T17:12:33Z",
    "username": "4uqz0secretname",
    "platform": "iOS 12.1 (iPhone9,3)",
    "ms_played": 180_000,
    "conn_country": "SE",
    "ip_addr_decrypted": "203.0.113.7",
    "user_agent_decrypted": "Mozilla/5.0 secret-agent",
    "master_metadata_track_name": "First Light",
    "master_metadata_album_artist_name": "The Harbours",
    "master_metadata_album_album_name": "Mornings",
    "spotify_track_uri": "spotify:track:aaa",
    "episode_name": None,
    "episode_show_name": None,
    "spotify_episode_uri": None,
    "reason_start": "clickrow",
    "reason_end": "trackdone",
    "shuffle": False,
    "skipped": None,
    "offline": False,
    "offline_timestamp": 0,
    "incognito_mode": False,
}
NO_TRACK = dict.fromkeys(
    [
        "spotify_track_uri",
        "master_metadata_track_name",
        "master_metadata_album_artist_name",
        "master_metadata_album_album_name",
    ]
)
EPISODE = {
    **PLAY,
    **NO_TRACK,
    "episode_name": "On Tides",
    "episode_show_name": "Sea Talk",
    "spotify_episode_uri": "spotify:episode:eee",
}
CHAPTER = {
    **PLAY,
    **NO_TRACK,
    "audiobook_title": "The Long Sea",
    "audiobook_uri": "spotify:show:bbb",
    "audiobook_chapter_uri": "spotify:episode:ccc",
    "audiobook_chapter_title": "Chapter 2",
}


def _of(log: History, **changes: Any) -> dict[str, Any]:
    """The event that PLAY with `changes` becomes."""
    (event,) = log.file(AUDIO, {**PLAY, **changes}).run().events
    return event


def test_a_play_becomes_an_event_at_its_start(log: History) -> None:
    assert _of(log) == {
        "user_id": "listener",
        "item_id": "spotify:track:aaa",
        "timestamp": END - 180,
        "ms_played": 180_000,
        "end_reason": "trackdone",
        "device": "ios",
        "country": "SE",
        "shuffle": "off",
    }
    assert log.items == {"spotify:track:aaa": ("track", "First Light", "The Harbours")}
    assert log.counts == {}


def test_a_start_within_a_second_counts_as_that_second(log: History) -> None:
    assert _of(log, ms_played=1)["timestamp"] == END - 1


def test_episodes_and_chapters_are_items_beside_tracks(log: History) -> None:
    log.file(AUDIO, PLAY, EPISODE).file("Streaming_History_Video_2018-2024.json", CHAPTER).run()
    assert [event["item_id"] for event in log.events] == [
        "spotify:track:aaa",
        "spotify:episode:eee",
        "spotify:episode:ccc",
    ]
    assert log.items == {
        "spotify:track:aaa": ("track", "First Light", "The Harbours"),
        "spotify:episode:eee": ("episode", "On Tides", "Sea Talk"),
        "spotify:episode:ccc": ("chapter", "Chapter 2", "The Long Sea"),
    }


def test_a_title_that_one_entry_lacks_is_taken_from_another(log: History) -> None:
    nameless = {**PLAY, "master_metadata_track_name": None, "master_metadata_album_artist_name": None}
    gone = {**nameless, "spotify_track_uri": "spotify:track:gone"}
    log.file("endsong_0.json", nameless, gone, nameless).file("endsong_1.json", PLAY).run()
    assert len(log.events) == 4
    assert log.items["spotify:track:aaa"] == ("track", "First Light", "The Harbours")
    assert not log.items["spotify:track:gone"][1]


def test_entries_without_an_id_are_dropped_and_counted(log: History) -> None:
    removed = {**PLAY, **NO_TRACK}
    own_file = {**PLAY, "spotify_track_uri": "spotify:local:Ann:Demos:My+song:213"}
    log.file(AUDIO, PLAY, removed, own_file, {**PLAY, "spotify_track_uri": " "}).run()
    assert len(log.events) == 1
    assert log.counts == {"no_item": (3, f"{log.src}/{AUDIO}, entry 2")}


def test_private_sessions_are_left_out_with_their_items(log: History) -> None:
    private = {**EPISODE, "incognito_mode": True}
    nothing = {**PLAY, **NO_TRACK, "incognito_mode": True}
    log.file(AUDIO, PLAY, private, nothing).run()
    assert [event["item_id"] for event in log.events] == ["spotify:track:aaa"]
    assert list(log.items) == ["spotify:track:aaa"]
    assert log.counts == {"private_session": (2, f"{log.src}/{AUDIO}, entry 2")}


@pytest.mark.parametrize("ts", [None, "", "yesterday", "2021-13-04T17:12:33Z", "2021-03-04T17:12:33+02:00"])
def test_an_entry_without_a_readable_time_is_dropped_and_counted(log: History, ts: str | None) -> None:
    log.file(AUDIO, {**PLAY, "ts": ts}, PLAY).run()
    assert len(log.events) == 1
    assert log.counts == {"no_time": (1, f"{log.src}/{AUDIO}, entry 1")}


@pytest.mark.parametrize(
    "ts",
    ["2021-03-04T17:12:33Z", "2021-03-04 17:12:33 UTC", "2021-03-04T17:12:33.250Z", "2021-03-04 17:12:33"],
)
def test_times_are_utc_however_they_are_written(log: History, ts: str, monkeypatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    assert _of(log, ts=ts)["timestamp"] == END - 180


@pytest.mark.parametrize("stamp", [END - 7200, (END - 7200) * 1000 + 608, float((END - 7200) * 1000)])
def test_an_offline_play_is_moved_to_when_it_was_heard(log: History, stamp: float) -> None:
    assert _of(log, offline=True, offline_timestamp=stamp)["timestamp"] == END - 7200
    assert log.counts == {"offline_play": (1, f"{log.src}/{AUDIO}, entry 1")}


@pytest.mark.parametrize("stamp", [None, 0, 1, END + 3600])
def test_an_offline_timestamp_that_is_none_or_after_the_end_moves_nothing(log: History, stamp: Any) -> None:
    assert _of(log, offline=True, offline_timestamp=stamp)["timestamp"] == END - 180
    assert log.counts == {}


def test_an_offline_play_that_was_told_at_once_is_not_counted_as_moved(log: History) -> None:
    assert _of(log, offline=True, offline_timestamp=END - 200)["timestamp"] == END - 200
    assert log.counts == {}


def test_the_offline_timestamp_of_a_play_online_is_not_used(log: History) -> None:
    assert _of(log, offline=False, offline_timestamp=END - 7200)["timestamp"] == END - 180


@pytest.mark.parametrize(
    ("reason", "skipped", "ms_played", "word", "outcome"),
    [
        ("trackdone", None, 5_000, "trackdone", "completed"),
        ("trackdone", True, 5_000, "trackdone", "completed"),
        ("fwdbtn", True, 2_000, "skip", "skipped"),
        ("fwdbtn", None, 2_000, "fwdbtn", "skipped"),
        ("backbtn", False, 2_000, "backbtn", "skipped"),
        ("fwdbtn", True, 90_000, "skip", "partial"),
        ("fwdbtn", True, 0, "skip", "skipped"),
        ("endplay", True, 2_000, "skip", "skipped"),
        ("endplay", False, 2_000, "endplay", "partial"),
        ("logout", None, 90_000, "logout", "partial"),
        ("unexpected-exit-while-paused", None, 90_000, "unexpected-exit-while-paused", "partial"),
        ("remote", None, 90_000, "remote", "partial"),
        (None, True, 2_000, "skip", "skipped"),
        ("none", None, 2_000, None, "skipped"),
        ("unknown", False, 90_000, None, "partial"),
        ("", None, 90_000, None, "partial"),
    ],
)
def test_how_a_play_ended_decides_its_outcome(
    log: History, reason: str | None, skipped: bool | None, ms_played: int, word: str | None, outcome: str
) -> None:
    event = _of(log, reason_end=reason, skipped=skipped, ms_played=ms_played)
    assert (event.get("end_reason") or None) == word
    assert check_log(str(log.out), now=NOW).events.outcomes[outcome] == 1


@pytest.mark.parametrize("reason", ["trackerror", "logout", "endplay", "unexpected-exit", None])
def test_what_was_not_heard_at_all_is_dropped_and_counted(log: History, reason: str | None) -> None:
    log.file(AUDIO, PLAY, {**PLAY, "reason_end": reason, "ms_played": 0}).run()
    assert len(log.events) == 1
    assert log.counts == {"unheard": (1, f"{log.src}/{AUDIO}, entry 2")}


def test_missing_fields_are_no_fault(log: History) -> None:
    log.file(AUDIO, {"ts": PLAY["ts"], "spotify_track_uri": "spotify:track:aaa"}).run()
    (event,) = log.events
    assert {name: value for name, value in event.items() if value} == {
        "user_id": "listener",
        "item_id": "spotify:track:aaa",
        "timestamp": END,
    }


@pytest.mark.parametrize(
    ("platform", "family"),
    [
        ("iOS 12.1 (iPhone9,3)", "ios"),
        ("ios", "ios"),
        ("Android OS 7.0 API 24 (LGE, LG-H850)", "android"),
        ("Windows 10 (10.0.17134; x64)", "windows"),
        ("OS X 10.14.6 [x86 8]", "macos"),
        ("Linux [x86-64 0]", "linux"),
        ("web_player windows 10;chrome 100.0.4896.127;desktop", "web"),
        ("WebPlayer (websocket RFC6455)", "web"),
        ("Partner google cast;Chromecast;;", "cast"),
        ("Partner android_tv Sony;BRAVIA 4K;3a9d8c7b", "tv"),
        ("Partner sonos_ppc Sonos;PLAY:1;serial-9F2", "speaker"),
        ("Partner scei sony_tv;ps4;0123", "console"),
        ("Ann's own thing", "other"),
        ("not_applicable", ""),
        (None, ""),
    ],
)
def test_a_platform_is_reduced_to_its_family(log: History, platform: str | None, family: str) -> None:
    assert (_of(log, platform=platform).get("device") or "") == family


@pytest.mark.parametrize(
    ("code", "country"), [("GB", "GB"), ("ZZ", ""), ("", ""), (None, ""), ("10.0.0.1", "")]
)
def test_a_country_is_a_code_of_two_letters_or_nothing(log: History, code: str | None, country: str) -> None:
    assert (_of(log, conn_country=code).get("country") or "") == country


def test_nothing_that_tells_of_the_person_is_written(log: History) -> None:
    personal = {
        "username": "PERSONAL-1",
        "ip_addr_decrypted": "PERSONAL-2",
        "ip_addr": "PERSONAL-3",
        "user_agent_decrypted": "PERSONAL-4",
        "platform": "Partner sonos_ppc Sonos;PLAY:1;PERSONAL-5",
        "city": "PERSONAL-6",
        "conn_country": "PERSONAL-7",
        "reason_start": "PERSONAL-8",
    }
    entries = [{**play, **personal} for play in (PLAY, EPISODE, CHAPTER)]
    log.file(
        f"{FOLDER}/{AUDIO}", *entries, {**PLAY, **personal, "ms_played": 0, "reason_end": "logout"}
    ).run()
    assert log.imported is not None
    tables = [pq.read_table(log.out / name) for name in log.imported.files]
    written = json.dumps([table.to_pylist() for table in tables])
    assert "spotify:episode:ccc" in written
    assert "PERSONAL" not in written
    assert "PERSONAL" not in repr(log.imported)
    assert not any(b"PERSONAL" in path.read_bytes() for path in log.out.rglob("*") if path.is_file())


def test_one_download_is_one_listener_wherever_its_files_are(log: History) -> None:
    log.file(f"home/{FOLDER}/{AUDIO}", PLAY).file(f"home/{FOLDER}/ReadMe.json").run("home")
    assert {event["user_id"] for event in log.events} == {"listener"}


def test_a_zip_is_read_as_it_was_downloaded(log: History) -> None:
    log.src.mkdir()
    with zipfile.ZipFile(log.src / "my_spotify_data.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{FOLDER}/{AUDIO}", json.dumps([PLAY]))
        archive.writestr(f"{FOLDER}/Streaming_History_Video_2018-2024.json", json.dumps([EPISODE]))
        archive.writestr(f"{FOLDER}/ReadMeFirst_ExtendedStreamingHistory.pdf", b"%PDF")
        archive.writestr(f"__MACOSX/{FOLDER}/._{AUDIO}", b"\0\5")
    log.run("my_spotify_data.zip")
    assert [event["item_id"] for event in log.events] == ["spotify:track:aaa", "spotify:episode:eee"]
    assert {event["user_id"] for event in log.events} == {"listener"}


def test_a_folder_with_one_downloaded_zip_is_one_listener(log: History) -> None:
    log.src.mkdir()
    with zipfile.ZipFile(log.src / "my_spotify_data (1).zip", "w") as archive:
        archive.writestr(f"{FOLDER}/{AUDIO}", json.dumps([PLAY]))
    assert [event["user_id"] for event in log.run().events] == ["listener"]


def test_several_downloads_are_listeners_named_after_their_folders_and_zips(log: History) -> None:
    log.file(f"ann/{FOLDER}/{AUDIO}", PLAY).file("bob/endsong_0.json", EPISODE)
    with zipfile.ZipFile(log.src / "cleo.zip", "w") as archive:
        archive.writestr(f"{FOLDER}/{AUDIO}", json.dumps([PLAY]))
    (log.src / "dan").mkdir()
    with zipfile.ZipFile(log.src / "dan/my_spotify_data.zip", "w") as archive:
        archive.writestr(f"{FOLDER}/{AUDIO}", json.dumps([PLAY]))
    assert [event["user_id"] for event in log.run().events] == ["ann", "bob", "cleo", "dan"]
    assert len(log.items) == 2


def test_a_history_beside_those_of_named_listeners_is_nobodys(log: History) -> None:
    log.file(AUDIO, PLAY).file(f"ann/{AUDIO}", PLAY)
    with pytest.raises(UserError, match=r"nothing says whose is that in \S+/src: put each listener's"):
        log.run()


def test_two_downloads_under_the_names_they_came_with_are_nobodys(log: History) -> None:
    log.file(f"my_spotify_data/{AUDIO}", PLAY).file(f"my_spotify_data (1)/{AUDIO}", PLAY)
    with pytest.raises(UserError, match=r"src/my_spotify_data, \S+/src/my_spotify_data \(1\): put each"):
        log.run()


def test_the_files_of_a_listener_are_read_in_the_order_of_their_numbers(log: History) -> None:
    for number in (10, 9, 0):
        log.file(f"endsong_{number}.json", {**PLAY, "spotify_track_uri": f"spotify:track:{number}"})
    assert [event["item_id"] for event in log.run().events] == [
        "spotify:track:0",
        "spotify:track:9",
        "spotify:track:10",
    ]


def test_an_entry_that_two_files_hold_is_left_to_the_policy_on_repeats(log: History) -> None:
    log.file("endsong_0.json", PLAY).file(AUDIO, PLAY, EPISODE).run()
    assert len(log.events) == 3
    report = check_log(str(log.out), now=NOW)
    assert report.events.usable == 2
    assert [(finding.policy, finding.count) for finding in report.findings if finding.count] == [
        ("repeat", 1)
    ]


def test_an_imported_history_passes_the_check(log: History) -> None:
    later = {**EPISODE, "ts": "2021-03-04T18:00:00Z", "reason_end": "endplay"}
    before = {**PLAY, "ts": "2021-03-04T09:00:00Z"}
    log.file(f"ann/{AUDIO}", PLAY, later).file(f"bob/{AUDIO}", before, CHAPTER).run()
    report = check_log(str(log.out), now=NOW)
    assert (report.events.usable, report.listeners.count, report.items.count) == (4, 2, 3)
    assert not report.time.order_only
    assert report.events.outcomes == {"unknown": 0, "completed": 3, "partial": 1, "skipped": 0}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"[{json.dumps(PLAY)}, {{", ", entry 2: not readable as JSON ("),
        ("{}", ": not a JSON array"),
        ('[{"endTime": "2020-01-01 10:00"}]', ", entry 1: no ts; not an extended streaming history"),
        (json.dumps([PLAY, {**PLAY, "ms_played": "long"}]), ", entry 2: ms_played is not a whole number"),
        (json.dumps([PLAY, PLAY, {**PLAY, "platform": 7}]), ", entry 3: platform is not text"),
    ],
)
def test_a_broken_file_is_told_with_file_and_entry_and_leaves_nothing(
    log: History, content: str, message: str
) -> None:
    log.file("endsong_0.json", PLAY)
    (log.src / AUDIO).write_text(content)
    with pytest.raises(UserError) as error:
        log.run()
    assert str(error.value).startswith(f"{log.src}/{AUDIO}{message}")
    assert not log.out.exists()


def test_a_folder_without_a_history_is_told(log: History) -> None:
    log.file("Playlist1.json")
    with pytest.raises(
        UserError, match=r"has no extended streaming history: expected Streaming_History_Audio"
    ):
        log.run()


def test_empty_files_and_odd_entries_are_passed_over_and_counted(log: History) -> None:
    log.file(AUDIO, PLAY)
    (log.src / "endsong_0.json").write_text("")
    (log.src / "endsong_1.json").write_text(json.dumps([3, PLAY, None]))

    assert len(log.run().events) == 2
    assert log.counts == {
        "empty_file": (1, f"{log.src}/endsong_0.json"),
        "odd_entry": (2, f"{log.src}/endsong_1.json, entry 1"),
    }


def test_files_that_are_not_read_are_named(log: History) -> None:
    log.file("MyData/endsong_0.json", PLAY).file("MyData/endsong_0 (1).json", PLAY)
    log.file("MyData/endvideo.json", PLAY).file("MyData/Userdata.json").run()

    assert log.imported is not None
    assert log.imported.unread == (
        "MyData/Userdata.json",
        "MyData/endsong_0 (1).json",
        "MyData/endvideo.json",
    )
    assert len(log.events) == 1
    page = render(log.imported)
    assert "  not read   MyData/Userdata.json, MyData/endsong_0 (1).json, MyData/endvideo.json" in page
    assert "Nothing was" not in page


@pytest.mark.parametrize(
    "folder", ["MyData", "mydata", FOLDER, f"{FOLDER} (1)", "my_spotify_data", "my_spotify_data (2)"]
)
def test_a_services_own_folder_name_is_no_listener(log: History, folder: str) -> None:
    assert [event["user_id"] for event in log.file(f"{folder}/{AUDIO}", PLAY).run().events] == ["listener"]


def test_account_data_beside_an_extended_history_is_not_read(log: History) -> None:
    log.file(f"{FOLDER}/{AUDIO}", PLAY).file(
        "Spotify Account Data/StreamingHistory0.json",
        {"endTime": "2021-03-04 17:12", "trackName": "T", "msPlayed": 1},
    ).run()

    assert list(log.items) == ["spotify:track:aaa"]
    assert log.imported is not None
    assert log.imported.unread == ("Spotify Account Data/StreamingHistory0.json",)


ENTRIES = st.fixed_dictionaries(
    {
        "ts": st.integers(1_200_000_000, 1_700_000_000),
        "ms_played": st.integers(1, 10_000_000),
        "title": st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=8),
        "item": st.integers(0, 5),
        "skipped": st.sampled_from([True, False, None]),
    }
)


@settings(max_examples=40, deadline=None)
@given(
    entries=st.lists(ENTRIES, min_size=1, max_size=12),
    block_chars=st.integers(1, 300),
    batch=st.integers(1, 5),
    indent=st.sampled_from([None, 2]),
)
def test_any_entries_in_any_blocks_and_batches_become_the_same_events(
    tmp_path_factory: pytest.TempPathFactory,
    entries: list[dict[str, Any]],
    block_chars: int,
    batch: int,
    indent: int | None,
) -> None:
    import listening_log.importers.reading.json_objects as importer

    folder = tmp_path_factory.mktemp("history")
    rows = [
        {
            "ts": datetime.fromtimestamp(entry["ts"], timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "ms_played": entry["ms_played"],
            "spotify_track_uri": f"spotify:track:{entry['item']}",
            "master_metadata_track_name": entry["title"],
            "skipped": entry["skipped"],
        }
        for entry in entries
    ]
    (folder / "endsong.json").write_text(json.dumps(rows, indent=indent, ensure_ascii=False))
    reader: Callable[..., Any] = importer.read_json_array
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importer, "_BATCH", batch)
        patch.setattr(importer, "read_json_array", lambda *args: reader(*args, block_chars=block_chars))
        import_log("spotify-history", str(folder), str(folder / "out"))

    events = pq.read_table(folder / "out/events.parquet")
    assert events["timestamp"].to_pylist() == [
        entry["ts"] - -(-entry["ms_played"] // 1000) for entry in entries
    ]
    assert events["item_id"].to_pylist() == [f"spotify:track:{entry['item']}" for entry in entries]
    assert events["ms_played"].to_pylist() == [entry["ms_played"] for entry in entries]
    skips = [("skip" if entry["skipped"] else "") for entry in entries]
    written = events["end_reason"] if "end_reason" in events.column_names else pa.array([""] * len(entries))
    assert [reason or "" for reason in written.to_pylist()] == skips
    titles: dict[str, str] = {}
    for entry in entries:
        titles.setdefault(f"spotify:track:{entry['item']}", entry["title"])
    catalog = pq.read_table(folder / "out/catalog.parquet")
    assert dict(zip(catalog["item_id"].to_pylist(), catalog["title"].to_pylist(), strict=True)) == titles
