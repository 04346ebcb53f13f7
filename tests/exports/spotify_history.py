"""The extended streaming history as listeners download it: one folder a listener, the export unzipped in it."""

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Final

import numpy as np

from tests.exports.facts import Facts, Play, sampled
from tests.exports.plays import make_plays
from tests.exports.spotify_rows import Row, Writer, account_name, forbidden_of, person_folder

START: Final = 1719792000  # 2024-07-01
FOLDER: Final = "Spotify Extended Streaming History"
PRIVATE_TITLE: Final = "Only Ever Heard in Private"
EMAIL: Final = "not.for.anyone@example.org"
ROWS_A_FILE: Final = 90  # real files hold some 12 MB


def write(folder: Path, *, listeners: int, seed: int) -> Facts:
    """Writes `folder/exports/NAME/…` for each listener; every seventh has the older layout."""
    plays = make_plays(listeners, seed, start=START, least=5)
    rng = np.random.default_rng(seed)
    source = folder / "exports"
    source.mkdir(parents=True)
    (source / ".DS_Store").write_bytes(b"\x00\x00\x00\x01Bud1\x00")
    writer = Writer(plays.items, rng)
    found: list[Row] = []
    private = again = books = 0
    for listener, events in plays.events.groupby("listener"):
        person, old = person_folder(listener), listener % 7 == 6
        rows = writer.rows(person, listener, events, old=old)
        found += [row for row in rows if row.counts]
        private += sum(row.private for row in rows)
        extra = [writer.private_only(rows[0], PRIVATE_TITLE, old=old), writer.gone(rows[0], old=old)]
        private += 1
        if listener % 5 == 0 and not old:
            extra.append(writer.chapter(rows[0]))
            books += 1
        rows = sorted(rows + extra, key=lambda row: row.shown)
        again += _write_person(source / person, listener, rows, old=old)

    sample = [found[place] for place in sampled(len(found), seed)]
    offline = [row for row in found if row.offline][:20]
    alone = set(plays.items.title.drop_duplicates(keep=False))
    by_title = {row.title: row for row in found if row.title in alone}
    some = [by_title[title] for title in sorted(by_title)[:40]]
    return Facts(
        format="spotify-history",
        source=source,
        events=len(found),
        listeners=plays.listeners,
        items=len({row.uri for row in found}),
        doubtful_events=again + books,
        doubtful_items=min(books, 1),
        private=private,
        sample=[Play(row.person, row.title, row.start, row.end) for row in sample + offline if row.title],
        creators={row.title: row.creator for row in some},
        kinds={row.title: row.kind for row in some},
        forbidden=forbidden_of(plays.listeners) | {PRIVATE_TITLE, EMAIL},
    )


def _write_person(folder: Path, listener: int, rows: list[Row], *, old: bool) -> int:
    """Writes one listener's files; returns how many rows stand in two of them."""
    inside = folder / ("MyData" if old else FOLDER)
    inside.mkdir(parents=True)
    # Older exports have one kind of file.
    video = [row.json for row in rows if row.video and not old]
    audio = [row.json for row in rows if old or not row.video]
    chunks = [audio[place : place + ROWS_A_FILE] for place in range(0, len(audio), ROWS_A_FILE)]
    again = 0
    if len(chunks) > 1 and listener % 10 == 0:
        chunks[1] = [chunks[0][-1], *chunks[1]]  # exports made in parts repeat the row at the border
        again = 1
    for number, chunk in enumerate(chunks):
        if old:
            # One line, as the older exports are.
            text = json.dumps(chunk, ensure_ascii=False, separators=(",", ":"))
            (inside / f"endsong_{number}.json").write_text(text, encoding="utf-8")
        else:
            name = f"Streaming_History_Audio_{_years(chunk)}_{number}.json"
            _save(inside / name, chunk)
    if old:
        return again
    if video:
        _save(inside / f"Streaming_History_Video_{_years(video)}.json", video)
    (inside / "ReadMeFirst_ExtendedStreamingHistory.pdf").write_bytes(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    if listener % 9 == 0:
        _write_account_data(folder / "Spotify Account Data", listener, audio)
    return again


def _write_account_data(folder: Path, listener: int, audio: list[dict[str, Any]]) -> None:
    """The other download, which people unzip beside it: the last year's plays again, and who they are."""
    folder.mkdir()
    last_year = [
        {
            "endTime": row["ts"][:16].replace("T", " "),
            "artistName": row["master_metadata_album_artist_name"] or "Unknown Artist",
            "trackName": row["master_metadata_track_name"] or "Unknown Track",
            "msPlayed": row["ms_played"],
        }
        for row in audio[:30]
        if not row["incognito_mode"]
    ]
    _save(folder / "StreamingHistory_music_0.json", last_year)
    _save(
        folder / "Userdata.json",
        {"username": account_name(listener), "email": EMAIL, "birthdate": "1990-01-01"},
    )
    _save(folder / "Playlist1.json", {"playlists": [{"name": "mine", "items": []}]})


def _years(rows: list[dict[str, Any]]) -> str:
    first, last = (
        datetime.fromisoformat(row["ts"].rstrip("Z")).replace(tzinfo=timezone.utc)
        for row in (rows[0], rows[-1])
    )
    return str(first.year) if first.year == last.year else f"{first.year}-{last.year}"


def _save(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2), encoding="utf-8")
