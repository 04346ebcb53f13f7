import pytest

from tests.listening_log.importers.spotify.conftest import History

END = 1_614_877_920  # 2021-03-04T17:12:00Z
SHORT = {
    "endTime": "2021-03-04 17:12",
    "artistName": "The Harbours",
    "trackName": "First Light",
    "msPlayed": 180_000,
}
SHORT_EPISODE = {
    "endTime": "2021-03-04 18:00",
    "podcastName": "Sea Talk",
    "episodeName": "On Tides",
    "msPlayed": 60_000,
}


@pytest.mark.parametrize("name", ["StreamingHistory0.json", "StreamingHistory_music_0.json"])
def test_account_data_is_read_where_there_is_no_extended_history(log: History, name: str) -> None:
    again = {**SHORT, "endTime": "2021-03-05 00:01", "trackName": " first LIGHT"}
    log.file(name, SHORT, again).file("StreamingHistory_podcast_0.json", SHORT_EPISODE).run()

    track, episode = log.items
    assert log.items[track] == ("track", "First Light", "The Harbours")
    assert log.items[episode] == ("episode", "On Tides", "Sea Talk")
    assert track.startswith("name-")
    assert [(event["item_id"], event["timestamp"], event["ms_played"]) for event in log.events] == [
        (track, END - 180, 180_000),
        (track, 1_614_902_460 - 180, 180_000),
        (episode, 1_614_880_800 - 60, 60_000),
    ]


def test_account_data_without_names_times_or_playing_is_dropped_and_counted(log: History) -> None:
    odd = ({"trackName": "Unknown Track"}, {"endTime": "soon"}, {"msPlayed": 0})
    log.file("StreamingHistory0.json", SHORT, *({**SHORT, **changes} for changes in odd)).run()

    place = f"{log.src}/StreamingHistory0.json, entry"
    assert len(log.events) == 1
    assert log.counts == {
        "no_item": (1, f"{place} 2"), "no_time": (1, f"{place} 3"), "unheard": (1, f"{place} 4")
    }  # fmt: skip
