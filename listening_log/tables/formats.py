"""The public formats that `listening_log.importers` reads, for those who only need the names."""

from typing import Final

FORMATS: Final = (
    "lastfm-1k",
    "movielens",
    "spotify-history",
    "spotify-mpd",
    "recbole",
    "listenbrainz",
    "yambda",
    "amazon-reviews",
)
