"""The Million Playlist Dataset as it is shipped: slices of playlists in `data/`, whose names sort as text."""

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from tests.exports.facts import Facts, sampled
from tests.exports.plays import Plays, make_plays, spotify_ids

START: Final = 1493424000
SLICES: Final = (
    0,
    1000,
    2000,
    10000,
    999000,
)  # of a thousand playlists each; `10000-…` sorts before `2000-…`
LONGEST: Final = 100
NAMES: Final = (
    "Throwbacks",
    "musical",
    "Awesome Playlist",
    "gym 💪",
    "korean ",
    "mat",
    "90s",
    '\\o/ "party"',
)
PLACED: Final = 20  # tracks of a playlist whose order is told in the facts


def write(folder: Path, *, listeners: int, seed: int) -> Facts:
    """Writes `folder/spotify_million_playlist_dataset`; a listener's first plays are a playlist."""
    plays = make_plays(listeners, seed, start=START, least=5)
    rng = np.random.default_rng(seed)
    source = folder / "spotify_million_playlist_dataset"
    (source / "data").mkdir(parents=True)
    tracks = _tracks(plays, rng)
    events = plays.events[(plays.items.kind == "track").to_numpy()[plays.events.item]]
    events = events[events.end != "skip"].groupby("listener").head(LONGEST)
    playlists = [rows.item.to_list() for _, rows in events.groupby("listener")]
    share = -(-len(playlists) // len(SLICES))
    pids = [SLICES[place // share] + place % share for place in range(len(playlists))]
    for first in SLICES:
        whole = [
            _playlist(pid, items, tracks, rng)
            for pid, items in zip(pids, playlists, strict=True)
            if first <= pid < first + 1000
        ]
        info = {
            "generated_on": "2017-12-03 08:41:42.057563",
            "slice": f"{first}-{first + 999}",
            "version": "v1",
        }
        text = json.dumps({"info": info, "playlists": whole}, indent=4, separators=(", ", ": "))
        (source / "data" / f"mpd.slice.{first}-{first + 999}.json").write_text(text)
    (source / "src").mkdir()
    (source / "src" / "stats.py").write_text('"""\n    iterates over the million playlist dataset\n"""\n')
    (source / "README.md").write_text("# The Million Playlist Dataset README\n")
    (source / "stats.txt").write_text(f"number of playlists {len(playlists)}\n")
    (source / "md5sums").write_text("d41d8cd98f00b204e9800998ecf8427e  data/mpd.slice.0-999.json\n")
    (source / "license.txt").write_text("Terms and conditions ...\n")

    heard = sorted({item for items in playlists for item in items})
    alone = [item for item in heard if (plays.items.title == plays.items.title[item]).sum() == 1]
    return Facts(
        format="spotify-mpd",
        source=source,
        events=len(events),
        listeners=len(playlists),
        items=len(heard),
        order={
            str(pids[place]): [tracks[item]["track_name"] for item in playlists[place][:PLACED]]
            for place in sampled(len(playlists), seed)
        },
        creators={tracks[item]["track_name"]: tracks[item]["artist_name"] for item in alone[:20]},
    )


def _tracks(plays: Plays, rng: np.random.Generator) -> list[dict[str, Any]]:
    """A track's part of a playlist's row, by place, in the real files' order of keys."""
    items = plays.items
    ids = spotify_ids(len(items), rng)
    codes = pd.Categorical(items.creator).codes
    artists, albums = spotify_ids(codes.max() + 1, rng), spotify_ids(len(items), rng)
    return [
        {
            "pos": 0,
            "artist_name": row.creator,
            "track_uri": f"spotify:track:{ids[place]}",
            "artist_uri": f"spotify:artist:{artists[codes[place]]}",
            "track_name": row.title if place % 40 else f'{row.title} (feat. "Ünï")',
            "album_uri": f"spotify:album:{albums[place]}",
            "duration_ms": int(row.duration_ms),
            "album_name": f"{row.title} - Single",
        }
        for place, row in enumerate(items.itertuples())
    ]


def _playlist(
    pid: int, items: list[int], tracks: list[dict[str, Any]], rng: np.random.Generator
) -> dict[str, Any]:
    rows = [{**tracks[item], "pos": pos} for pos, item in enumerate(items)]
    playlist: dict[str, Any] = {"name": str(rng.choice(NAMES)), "collaborative": "false", "pid": pid}
    if pid % 50 == 7:
        playlist["description"] = "my favourites &amp; more"
        playlist["collaborative"] = "true"
    return playlist | {
        "modified_at": START + 86400 * int(rng.integers(-900, 180)),
        "num_tracks": len(rows),
        "num_albums": len({row["album_uri"] for row in rows}),
        "num_followers": int(rng.integers(1, 4)),
        "tracks": rows,
        "num_edits": int(rng.integers(1, 40)),
        "duration_ms": sum(row["duration_ms"] for row in rows),
        "num_artists": len({row["artist_uri"] for row in rows}),
    }
