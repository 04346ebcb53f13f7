"""lastfm-dataset-1K as its author ships it: tabs without a header or quoting, newest first, some lines broken."""

import uuid
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from tests.exports.facts import Facts, Play, sampled
from tests.exports.plays import Plays, make_plays

START: Final = 1236988800  # 2009-03-14: the real log ends on 2009-05-05
COUNTRIES: Final = ("United Kingdom", "Korea, Republic of", "Côte D'Ivoire", "Mexico", "", "Finland")
# By place: what breaks readers that take quotes, or names, to be plain.
ODD_NAMES: Final = {
    60: '"Heroes"',
    64: '12" Mix of "The',
    68: "Fall In Love Again?",
    72: "Sigur Rós - () / Untítled ♥ 夜",
    76: "'Round Midnight",
    80: "N/A",
    84: "null",
    88: "#1 Crush",
}
ODD_CREATORS: Final = {92: '"Weird Al" Yankovic', 96: "The Dogs D'Amour", 100: "Björk & 坂本龍一", 104: "!!!"}
CLOCK_WRONG: Final = 2  # plays of the first listener that his player dated 2013, as some in the real log are
AT_ONCE: Final = 6  # oldest plays of the second listener, sent in one go when his player was online again


def write(folder: Path, *, listeners: int, seed: int) -> Facts:
    """Writes `folder/lastfm-dataset-1K`."""
    plays = make_plays(listeners, seed, start=START)
    rng = np.random.default_rng(seed)
    source = folder / "lastfm-dataset-1K"
    source.mkdir(parents=True)
    titles, creators = plays.items.title.to_list(), plays.items.creator.to_list()
    for names, odd in ((titles, ODD_NAMES), (creators, ODD_CREATORS)):
        for place, name in odd.items():
            names[place] = name
    artist_ids = {name: _mbid(rng) if rng.random() < 0.7 else "" for name in sorted(set(creators))}
    track_ids = [_mbid(rng) if rng.random() < 0.6 else "" for _ in titles]

    events = plays.events.copy()
    late = events.index[events.listener == 0][-CLOCK_WRONG:]
    events.loc[late, "time"] += 4 * 365 * 86400
    at_once = events.index[events.listener == 1][:AT_ONCE]
    events.loc[at_once, "time"] = events.time[at_once[0]]
    # A listener's newest play comes first, at one time too.
    newest_first = events.iloc[::-1].sort_values("listener", kind="stable")
    stamps = pd.to_datetime(newest_first.time, unit="s").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = [
        "\t".join(
            (
                _user(listener),
                stamp,
                artist_ids[creators[item]],
                creators[item],
                track_ids[item],
                titles[item],
            )
        )
        for listener, item, stamp in zip(newest_first.listener, newest_first.item, stamps, strict=True)
    ]
    broken = _broken_lines(lines[len(lines) // 2])
    for place, line in enumerate(broken):
        lines.insert((place + 1) * len(lines) // (len(broken) + 1), line)
    log = source / "userid-timestamp-artid-artname-traid-traname.tsv"
    log.write_bytes(("\n".join(lines) + "\n").encode())
    _write_profiles(source / "userid-profile.tsv", plays, rng)
    (source / "README.txt").write_text(" ======\n README \n ======\n\n Version 1.0, May 2010\n")

    heard = set(zip(events.item.map(creators.__getitem__), events.item.map(titles.__getitem__), strict=True))
    rows = events.iloc[sampled(len(events), seed)].itertuples()
    return Facts(
        format="lastfm-1k",
        source=source,
        events=len(events),
        listeners=plays.listeners,
        items=len(heard),
        doubtful_events=len(broken),
        doubtful_items=len(broken),
        profiles=plays.listeners,
        sample=[Play(_user(row.listener), titles[row.item], row.time, row.time) for row in rows],
        order={_user(1): [titles[item] for item in events.item[at_once]]},
        creators={titles[place]: creators[place] for place in sorted(set(events.item)) if place in ODD_NAMES},
    )


def _user(listener: int) -> str:
    return f"user_{listener + 1:06d}"


def _mbid(rng: np.random.Generator) -> str:
    return str(uuid.UUID(bytes=rng.bytes(16), version=4))


def _broken_lines(line: str) -> list[str]:
    """Lines as the real log's bad ones: a name cut by a tab, a line cut short, one without a time, an empty one."""
    user, stamp, *rest = line.split("\t")
    cut_name = "\t".join([user, stamp, *rest[:-1], "One", "Two", "Three"])
    cut_short = "\t".join([user, stamp, rest[0]])
    no_time = "\t".join([user, "", *rest])
    not_a_time = "\t".join([user, "0000-00-00T00:00:00Z", *rest])
    return [cut_name, cut_short, no_time, not_a_time, ""]


def _write_profiles(path: Path, plays: Plays, rng: np.random.Generator) -> None:
    lines = ["#id\tgender\tage\tcountry\tregistered"]
    for listener in range(plays.listeners):
        gender = rng.choice(["m", "f", ""])
        age = str(rng.integers(13, 70)) if rng.random() < 0.3 else ""  # most did not say
        registered = "Aug 13, 2006" if rng.random() < 0.9 else ""
        lines.append("\t".join((_user(listener), gender, age, rng.choice(COUNTRIES), registered)))
    path.write_bytes(("\n".join(lines) + "\n").encode())
