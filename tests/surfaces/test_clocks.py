"""Clocks that are far off, change to winter time or are put back: the rules hold by the listener's own clock."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from surfaces.destinations import all_destinations
from tests.surfaces.test_store_faults import ITEMS, LOG
from tests.surfaces.worlds import service

CALLS = {
    "home": ("GET", {}),
    "search": ("GET", {"q": "title"}),
    "discover-weekly": ("GET", {}),
    "daylist": ("GET", {}),
    "dj": ("POST", {"say": "something older"}),
    "playlists": ("POST", {"prompt": "20 songs, only new, from last summer"}),
}


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(all_destinations(service(tmp_path, ITEMS, LOG)))


def ask(client: TestClient, path: str, at: str) -> dict[str, Any]:
    method, said = CALLS[path]
    said = {"user_id": "u", "at": at, **said}
    parts = {"params": said} if method == "GET" else {"json": said}
    answer = client.request(method, f"/v1/{path}", **parts)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize(
    "at",
    [
        "0012-01-05T00:00:00+14:00",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00Z",
        "2026-11-26T08:30:00+23:59",
        "2026-11-26T08:30:00-23:59",
        "9988-12-31T23:59:59-12:00",
    ],
)
def test_at_any_time_of_the_calendar_there_is_an_answer(client: TestClient, path: str, at: str) -> None:
    assert not ask(client, path, at)["degraded"]


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("at", ["0002-02-05T00:00:00Z", "9999-01-01T00:00:00Z"])
def test_at_the_ends_of_the_calendar_it_is_refused(client: TestClient, path: str, at: str) -> None:
    method, said = CALLS[path]
    said = {"user_id": "u", "at": at, **said}
    answer = client.request(
        method, f"/v1/{path}", **({"params": said} if method == "GET" else {"json": said})
    )
    assert answer.status_code == 400
    assert "expected a time with its offset" in answer.json()["error"]


def test_a_week_with_a_change_of_the_clock_is_one_week_from_monday_to_monday(client: TestClient) -> None:
    in_the_week = [
        "2026-10-19T00:00:00+02:00",
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:30:00+01:00",  # the same hour again, in winter time
        "2026-10-25T23:59:59+01:00",
    ]
    lists = [ask(client, "discover-weekly", at) for at in in_the_week]
    assert {one["week"] for one in lists} == {"2026-W43"}
    assert [one["items"] for one in lists] == [lists[0]["items"]] * 4
    later = ask(client, "discover-weekly", "2026-10-26T00:00:00+01:00")
    assert later["week"] == "2026-W44"
    assert not {item["item_id"] for item in later["items"]} & {item["item_id"] for item in lists[0]["items"]}
    again = ask(client, "discover-weekly", "2026-10-25T23:59:59+01:00")  # a clock that was put back
    assert again["items"] == lists[0]["items"]


def test_a_part_of_the_day_is_one_list_when_its_hour_comes_twice_or_the_clock_is_put_back(
    client: TestClient,
) -> None:
    first, again = (ask(client, "daylist", f"2026-10-25T02:30:00{offset}") for offset in ("+02:00", "+01:00"))
    assert (first["part_of_day"], first["items"]) == ("late night", again["items"])
    evening, afternoon = (
        ask(client, "daylist", f"2026-10-25T{time}:00+01:00") for time in ("18:10", "17:50")
    )
    assert (evening["part_of_day"], afternoon["part_of_day"]) == ("evening", "afternoon")
    assert ask(client, "daylist", "2026-10-25T18:20:00+01:00")["items"] == evening["items"]


def test_a_clock_that_is_years_ahead_or_behind_takes_no_list_of_today_away(client: TestClient) -> None:
    today = ask(client, "daylist", "2026-10-25T09:00:00+01:00")["items"]
    for at in ("2031-01-01T09:00:00+01:00", "1999-01-01T09:00:00+01:00"):
        ask(client, "daylist", at)
    assert ask(client, "daylist", "2026-10-25T09:00:00+01:00")["items"] == today
