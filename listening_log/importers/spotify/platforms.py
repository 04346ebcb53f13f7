"""Reduces Spotify's `platform` to a family of devices: what it says beyond that can name a person's device."""

import re
from typing import Final

import pyarrow as pa

OTHER: Final = "other"

# The first that is found decides: a television may run Android, a browser runs on Windows.
_FAMILIES: Final = tuple(
    (family, re.compile(pattern, re.IGNORECASE))
    for family, pattern in (
        ("web", r"web_?player"),
        ("cast", r"cast"),
        ("car", r"\bcar\b|car_?thing|tesla|android_?auto|carplay"),
        ("watch", r"watch|wear ?os|garmin|fitbit"),
        ("console", r"playstation|\bps[345]\b|scei|xbox"),
        ("tv", r"tv|tizen|webos|roku|bravia|fire_?os"),
        ("speaker", r"sonos|alexa|echo|google_?home|speaker|bose|denon|heos|yamaha|libratone|naim|linn"),
        ("ios", r"\bios\b|iphone|ipad|ipod"),
        ("android", r"android"),
        ("windows", r"windows|\bwin32\b"),
        ("macos", r"os ?x\b|mac ?os|darwin"),
        ("linux", r"linux"),
    )
)


def platform_family(platforms: pa.Array) -> pa.Array:
    """The family of each platform, string [n] to string [n]: "ios" of "iOS 12.1 (iPhone9,3)"; "" of none."""
    kinds = platforms.dictionary_encode()  # a history has a few dozen platforms
    families = pa.array([_family(kind) for kind in kinds.dictionary.to_pylist()], pa.string())
    return families.take(kinds.indices).fill_null("")


def _family(platform: str) -> str:
    if not platform.strip() or platform == "not_applicable":
        return ""
    return next((family for family, pattern in _FAMILIES if pattern.search(platform)), OTHER)
