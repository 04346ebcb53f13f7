"""Rows of the extended streaming history, with what is personal in them."""

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Final

import numpy as np
import pandas as pd

from tests.exports.plays import spotify_ids

PEOPLE: Final = ("anna", "björn", "chloe", "dev", "emre", "fatou")
AGENT: Final = "Mozilla%2F5.0+(Macintosh;+Intel+Mac+OS+X+10_15_7)+AppleWebKit"
PLATFORMS: Final = {
    "phone": ("android", "ios"),
    "desktop": ("windows", "OS X 12.6 arm 8"),
    "car": ("android",),
    "tv": ("Partner android_tv Sony;BRAVIA4K;;tpapi", "not_applicable"),
    "speaker": ("Partner google cast;Chromecast;;", "web_player windows 10;chrome 120.0.0.0;desktop"),
}
REASONS: Final = {"done": "trackdone", "skip": "fwdbtn", "stop": "endplay"}
ODD_STOPS: Final = ("endplay", "logout", "unexpected-exit-while-paused", "remote", "backbtn", "unknown")
NAMELESS: Final = 33  # the place of a track that was withdrawn: rows keep its id and lose its names


@dataclass(frozen=True)
class Row:
    """One row of the export, and what it means."""

    json: dict[str, Any]
    person: str
    kind: str
    title: str
    creator: str
    uri: str
    start: int  # unix seconds, when it was played
    end: int
    shown: int  # the row's own `ts`; of an offline play: when the phone was online again
    private: bool
    offline: bool
    video: bool

    @property
    def counts(self) -> bool:
        """Whether an importer must take it."""
        return bool(self.uri) and not self.private


def person_folder(listener: int) -> str:
    """The sub-folder that holds a listener's export."""
    return f"{PEOPLE[listener % len(PEOPLE)]}-{listener:03d}"


def account_name(listener: int) -> str:
    """The listener's name at Spotify, in older exports and in the account data."""
    return f"31k{7_919_117 * (listener + 11) % 10**9:09d}xq"


def address(listener: int) -> str:
    """An address from the ranges for documentation; every third is of the newer kind."""
    if listener % 3 == 0:
        return f"2001:db8:43d0:3800:60c9:f135:{listener:x}:43ba"
    return f"203.0.113.{listener % 250 + 1}"


def forbidden_of(listeners: int) -> frozenset[str]:
    """What the exports of that many listeners say of them."""
    everyone = range(listeners)
    return frozenset({*map(address, everyone), *map(account_name, everyone), AGENT, "Mozilla"})


class Writer:
    """Makes rows of the plays of `items`."""

    def __init__(self, items: pd.DataFrame, rng: np.random.Generator):
        self._items, self._rng = list(items.itertuples(index=False)), rng
        self._ids = spotify_ids(len(items), rng)
        self._other_ids = iter(spotify_ids(10_000, rng))
        self._private_uri = f"spotify:track:{next(self._other_ids)}"
        self._book = [next(self._other_ids) for _ in range(2)]

    def rows(self, person: str, listener: int, events: pd.DataFrame, *, old: bool) -> list[Row]:
        """A listener's plays, in the order of their own times."""
        rng = self._rng
        draws = rng.random((len(events), 4))
        rows = []
        offline_until = 0  # plays until then stand with the time of the next connection
        for event, draw in zip(events.itertuples(), draws, strict=True):
            if draw[0] < 0.01:
                offline_until = event.time + 7200
            rows.append(self._row(person, listener, event, draw, offline_until, old))
        return rows

    def _row(
        self, person: str, listener: int, event: Any, draw: np.ndarray, offline_until: int, old: bool
    ) -> Row:
        item = self._items[event.item]
        start = int(event.time)
        end = start + -(-int(event.ms) // 1000)
        offline = start < offline_until
        shown = offline_until + 3600 * 5 if offline else end
        # Seconds in new exports, milliseconds in old ones; beside a play online too, or null.
        moment = start * 1000 + 608 if old else start
        offline_timestamp = moment if offline or draw[1] < 0.7 else (0 if draw[1] < 0.75 else None)
        uri = f"spotify:{item.kind}:{self._ids[event.item]}"
        named = event.item != NAMELESS
        track = item.kind == "track"
        reason = REASONS[event.end]
        if event.end == "stop":
            reason = ODD_STOPS[int(draw[2] * len(ODD_STOPS))]
        skipped = {"skip": True, "done": False, "stop": False}[event.end]
        fields = self._fields(
            listener,
            old,
            shown,
            platform=PLATFORMS[event.device][int(draw[2] * len(PLATFORMS[event.device]))],
            ms_played=int(event.ms),
            master_metadata_track_name=item.title if track and named else None,
            master_metadata_album_artist_name=item.creator if track and named else None,
            master_metadata_album_album_name=f"{item.title} (Deluxe)" if track and named else None,
            spotify_track_uri=uri if track else None,
            episode_name=None if track or not named else item.title,
            episode_show_name=None if track or not named else item.creator,
            spotify_episode_uri=None if track else uri,
            reason_end=reason,
            skipped=(None if draw[2] < 0.5 and not skipped else skipped) if old else skipped,
            offline=offline,
            offline_timestamp=offline_timestamp,
            incognito_mode=bool(draw[3] < 0.03),
        )
        return Row(
            fields, person, item.kind, item.title if named else "", item.creator, uri, start, end, shown,
            fields["incognito_mode"], offline, video=draw[2] < (0.01 if track else 0.2),
        )  # fmt: skip

    def private_only(self, like: Row, title: str, *, old: bool) -> Row:
        """A private play of a track that nobody plays openly."""
        fields = {
            **like.json,
            "master_metadata_track_name": title,
            "master_metadata_album_artist_name": f"{title} Band",
            "master_metadata_album_album_name": title,
            "spotify_track_uri": self._private_uri,
            "episode_name": None,
            "episode_show_name": None,
            "spotify_episode_uri": None,
            "incognito_mode": True,
        }
        return self._like(like, fields, title, self._private_uri, private=True)

    def gone(self, like: Row, *, old: bool) -> Row:
        """A row of which nothing is left but its time: no track, no episode."""
        names = [name for name in like.json if name.startswith(("master_", "episode_", "spotify_"))]
        fields = {**like.json, **dict.fromkeys(names), "incognito_mode": False}
        return self._like(like, fields, "", "", private=False)

    def chapter(self, like: Row) -> Row:
        """A chapter of an audiobook."""
        fields = {
            **self.gone(like, old=False).json,
            "audiobook_title": "The Long Winter",
            "audiobook_uri": f"spotify:show:{self._book[0]}",
            "audiobook_chapter_uri": f"spotify:episode:{self._book[1]}",
            "audiobook_chapter_title": "Chapter 1: Snow",
        }
        return self._like(like, fields, "Chapter 1: Snow", "", private=False)

    @staticmethod
    def _like(like: Row, fields: dict[str, Any], title: str, uri: str, *, private: bool) -> Row:
        return Row(
            fields, like.person, "track", title, "", uri, like.start, like.end, like.shown, private,
            offline=False, video=False,
        )  # fmt: skip

    def _fields(self, listener: int, old: bool, shown: int, **known: Any) -> dict[str, Any]:
        """A row's fields in the order of the real files, whose names changed over the years."""
        stamp = datetime.fromtimestamp(shown, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        first: dict[str, Any] = {"ts": stamp}
        if old:
            first["username"] = account_name(listener)
        first |= {
            "platform": known.pop("platform"),
            "ms_played": known.pop("ms_played"),
            "conn_country": "SE",
        }
        if old:
            first |= {"ip_addr_decrypted": address(listener), "user_agent_decrypted": AGENT}
        else:
            first["ip_addr"] = address(listener)
        books = ("audiobook_title", "audiobook_uri", "audiobook_chapter_uri", "audiobook_chapter_title")
        names = ("reason_end", "skipped", "offline", "offline_timestamp", "incognito_mode")
        last = {name: known.pop(name) for name in names}
        between = {} if old else dict.fromkeys(books)
        return (
            first
            | known
            | between
            | {"reason_start": "trackdone", "reason_end": last["reason_end"], "shuffle": False, **last}
        )
