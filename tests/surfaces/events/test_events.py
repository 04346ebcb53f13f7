import time
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from listening_log.cleaning.forgotten import Forgotten
from surfaces.common.moment import Moment
from surfaces.destinations import all_destinations
from surfaces.service.service import Service
from tests.surfaces.worlds import catalogue, service

NOW = 1_795_678_200
ITEMS = catalogue([{"item_id": item} for item in "abc"])


@pytest.fixture
def shared(tmp_path: Path) -> Service:
    return service(tmp_path, ITEMS)


@pytest.fixture
def client(shared: Service) -> TestClient:
    return TestClient(all_destinations(shared))


def play(**more: object) -> dict[str, object]:
    return {"user_id": "u", "item_id": "a", "timestamp": NOW, **more}


def test_a_posted_play_is_known_to_the_next_request(shared: Service, client: TestClient) -> None:
    answer = client.post("/v1/events", json=[play(ms_played=1000, end_reason="skip", request_id="r")])
    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "repeated": 0, "dropped": []})
    assert shared.visit("u", Moment.now()).plays.items.tolist() == [0]


def test_a_repeated_post_counts_once(shared: Service, client: TestClient) -> None:
    client.post("/v1/events", json=[play(), play(item_id="b")])
    answer = client.post("/v1/events", json=[play(ms_played=5), play(item_id="c")])
    assert answer.json() == {"accepted": 1, "repeated": 1, "dropped": []}
    assert shared.visit("u", Moment.now()).plays.items.tolist() == [0, 1, 2]


def test_times_are_mended_as_those_of_the_log_are(shared: Service, client: TestClient) -> None:
    written = [NOW * 1000 + 7, NOW + 1.9, str(NOW + 2), "2026-11-26T08:30:03+01:00", "2026-11-26T07:30:04"]
    answer = client.post("/v1/events", json=[play(timestamp=one) for one in written])
    assert answer.json()["accepted"] == 5
    assert [one.timestamp for one in shared.store.plays("u")] == [NOW + second for second in range(5)]


def test_what_the_logs_policies_drop_is_named(client: TestClient) -> None:
    rows = [
        play(item_id="nowhere"),
        play(),
        play(timestamp=-5),
        play(timestamp=int(time.time()) + 200_000),
        play(timestamp=0),
    ]
    answer = client.post("/v1/events", json=rows)
    assert answer.status_code == 202
    assert [(one["row"], one["reason"].split(":")[0]) for one in answer.json()["dropped"]] == [
        (0, "an item_id that the catalogue lacks"),
        (2, "timestamp below 0"),
        (3, "timestamp more than a day ahead of now"),
        (4, "no timestamp"),
    ]
    assert answer.json()["dropped"][0]["item_id"] == "nowhere"


@pytest.mark.parametrize(
    ("row", "where"),
    [
        ({"user_id": "u", "item_id": "a"}, "row 1, timestamp"),
        (play(user_id=""), "row 1, user_id"),
        (play(user_id="u\0"), "row 1, user_id"),
        (play(user_id=7), "row 1, user_id"),
        (play(item_id="x" * 257), "row 1, item_id"),
        (play(timestamp="yesterday"), "row 1, timestamp"),
        (play(timestamp=1e300), "row 1, timestamp"),
        (play(ms_played="long"), "row 1, ms_played"),
        (play(ms_played=2**60), "row 1, ms_played"),
        (play(end_reason="r" * 65), "row 1, end_reason"),
        ("no event", "row 1"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_taken(
    row: object, where: str, shared: Service, client: TestClient
) -> None:
    answer = client.post("/v1/events", json=[play(), row])
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(where)
    assert shared.store.plays("u") == []


def test_a_body_that_is_no_list_or_too_long_is_refused(client: TestClient) -> None:
    for body in (b"", b"{", b"{}", b"null", b'["\\ud800"]', b"\xff", b"[" * 5000):
        answer = client.post("/v1/events", content=body, headers={"content-type": "application/json"})
        assert (answer.status_code, list(answer.json())) == (400, ["error"]), body
    many = client.post("/v1/events", json=[play()] * 1001)
    assert many.status_code == 413
    assert "1,000" in many.json()["error"]


def test_a_negative_length_is_unknown(shared: Service, client: TestClient) -> None:
    client.post("/v1/events", json=[play(ms_played=-3)])
    assert shared.store.plays("u")[0].ms_played is None


def test_who_is_forgotten_has_no_play_counted(shared: Service) -> None:
    forgetful = TestClient(all_destinations(replace(shared, forgotten=Forgotten().with_user("u"))))
    answer = forgetful.post("/v1/events", json=[play(), play(user_id="v")]).json()
    assert (answer["accepted"], [one["row"] for one in answer["dropped"]]) == (1, [0])
    assert "forgotten" in answer["dropped"][0]["reason"]
