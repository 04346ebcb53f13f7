import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from listening_log.check.checking import check_log
from listening_log.errors import UserError

TRACK: dict[str, Any] = {
    "track_name": "First Light",
    "artist_name": "The Harbours",
    "recording_msid": "msid-1",
    "mbid_mapping": None,
    "additional_info": {"submission_client": "PERSONAL", "duration": 201},
}


def listen(time: Any = 1_700_000_000, **changes: Any) -> dict[str, Any]:
    return {"listened_at": time, "inserted_at": 1_700_000_001.5, "track_metadata": {**TRACK, **changes}}


def lines(*listens: object) -> str:
    return "".join(json.dumps(each) + "\n" for each in listens)


@pytest.fixture
def export(src: Path) -> Path:
    """One listener's export, unpacked."""
    (src / "listens/2023").mkdir(parents=True)
    (src / "listens/2024").mkdir()
    (src / "user.json").write_text('{"user_id": 17, "username": "PERSONAL"}\n')
    (src / "feedback.jsonl").write_text('{"score": 1, "recording_msid": "msid-1"}\n')
    mapped = {"mbid_mapping": {"recording_mbid": "mbid-2", "recording_name": "Tides", "artists": []}}
    (src / "listens/2023/12.jsonl").write_text(lines(listen(), listen(1_700_000_300.0, **mapped)))
    (src / "listens/2024/2.jsonl").write_text(lines(listen(1_707_000_000)))
    (src / "listens/2024/10.jsonl").write_text("")
    return src


def test_a_listeners_export_is_read_month_by_month(export: Path, import_of, written) -> None:
    imported = import_of("listenbrainz")

    assert written("events") == {
        "user_id": ["listener"] * 3,
        "item_id": ["msid-1", "mbid-2", "msid-1"],
        "timestamp": [1_700_000_000, 1_700_000_300, 1_707_000_000],
    }
    assert written("catalog") == {
        "item_id": ["msid-1", "mbid-2"],
        "kind": ["track"] * 2,
        "title": ["First Light"] * 2,
        "creator": ["The Harbours"] * 2,
        "duration_ms": [201_000] * 2,
    }
    assert [(policy.policy, policy.count) for policy in imported.applied] == [("empty_file", 1)]
    assert imported.unread == ("feedback.jsonl", "user.json")


def test_zips_are_listeners_of_their_names(export: Path, src: Path, import_of, written) -> None:
    for name in ("ann", "bob"):
        with zipfile.ZipFile(src / f"{name}.zip", "w") as archive:
            archive.writestr("user.json", "{}")
            archive.writestr("listens/2024/1.jsonl", lines(listen()))
    for part in ("listens/2023/12", "listens/2024/2", "listens/2024/10"):
        (src / f"{part}.jsonl").unlink()

    import_of("listenbrainz")

    assert written("events")["user_id"] == ["ann", "bob"]


def test_exports_under_the_names_they_came_with_are_nobodys(src: Path, import_of) -> None:
    for name in ("listenbrainz_ann_1700000000", "listenbrainz_bob_1700000000"):
        (src / name / "listens/2024").mkdir(parents=True)
        (src / name / "listens/2024/1.jsonl").write_text(lines(listen()))
    with pytest.raises(UserError, match="nothing says whose is that in"):
        import_of("listenbrainz")


def test_the_public_dump_tells_who_listened(src: Path, import_of, written) -> None:
    (src / "listens/2024").mkdir(parents=True)
    entries = [{**listen(), "user_id": user, "recording_msid": "outer"} for user in (3, 5)]
    (src / "listens/2024/1.listens").write_text(lines(*entries))

    import_of("listenbrainz")

    assert written("events")["user_id"] == ["3", "5"]


@pytest.mark.parametrize(
    ("changes", "item"),
    [
        ({"mbid_mapping": {"recording_mbid": "m"}, "additional_info": {"recording_mbid": "p"}}, "m"),
        ({"additional_info": {"recording_mbid": "p"}}, "p"),
        ({"additional_info": {"recording_mbid": ["odd"], "duration_ms": "3:21"}}, "msid-1"),
        ({"additional_info": None, "recording_msid": ""}, "name-"),
    ],
)
def test_an_item_is_its_best_id(src: Path, import_of, written, changes: dict[str, Any], item: str) -> None:
    (src / "1.jsonl").write_text(lines(listen(**changes)))
    import_of("listenbrainz", src / "1.jsonl")
    assert written("events")["item_id"][0].startswith(item)


def test_listens_without_item_or_time_are_dropped_and_counted(src: Path, import_of) -> None:
    nameless = {"listened_at": 5, "track_metadata": None}
    (src / "1.jsonl").write_text(lines(listen(), nameless, listen(None), listen("noon"), 3) + "{")
    imported = import_of("listenbrainz")
    assert imported.events == 1
    assert {policy.policy: (policy.count, policy.place) for policy in imported.applied} == {
        "odd_entry": (2, f"{src}/1.jsonl, line 5"),
        "no_item": (1, f"{src}/1.jsonl, line 2"),
        "no_time": (2, f"{src}/1.jsonl, line 3"),
    }


def test_nothing_that_tells_of_the_person_is_written(export: Path, out: Path, import_of) -> None:
    import_of("listenbrainz")
    assert not any(b"PERSONAL" in path.read_bytes() for path in out.iterdir())


def test_another_folder_is_told_what_is_expected(src: Path, import_of) -> None:
    (src / "x.csv").write_text("")
    with pytest.raises(
        UserError, match=r"no ListenBrainz export; expected listens/2024/1.jsonl .*found x.csv"
    ):
        import_of("listenbrainz")


def test_what_was_imported_passes_the_check(export: Path, out: Path, import_of) -> None:
    import_of("listenbrainz")
    report = check_log(str(out))
    assert (report.events.usable, report.items.count, report.findings) == (3, 2, [])
