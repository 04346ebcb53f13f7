"""How each kind of claim must show in a sentence, and what it allows beside: the checker's own reading of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from surfaces.dj.speech import claims, item_claims
from surfaces.dj.speech.claim import Claim
from surfaces.dj.speech.reading import (
    CUES,
    DAYS,
    DECADE,
    FIRST,
    ITEMS,
    KIND_NOUNS,
    LAST,
    MINUTES,
    MOST,
    NEGATION,
    OTHERS,
    PART_OF_DAY,
    PICK,
    PLAYS,
    SEASON,
    SINCE,
    SKIP,
    WEEKDAY,
    YEAR,
)  # fmt: skip

Mention = tuple[str, str | int]


@dataclass(frozen=True)
class Saying:
    """How a claim must, and may, show in a sentence.

    Attributes:
        mentions: all must be there.
        titles: all must be quoted.
        names: all must stand there.
        cues: kinds of words that it allows beside.
        words: of each set a word must be there.
        nouns: what its items may be called.
    """

    mentions: frozenset[Mention] = frozenset()
    titles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    cues: frozenset[str] = frozenset()
    words: tuple[frozenset[str], ...] = ()
    nouns: frozenset[str] = frozenset()


def saying(claim: Claim) -> Saying:
    """How a claim shows: titles and names by its fields, the rest by its kind."""
    mentions, cues, words, nouns = _shows(claim)
    fields = [name for name in type(claim).model_fields if getattr(claim, name)]
    return Saying(
        mentions=frozenset(mentions),
        titles=tuple(getattr(claim, name) for name in ("title", "other_title") if name in fields),
        names=tuple(getattr(claim, name) for name in ("creator", "genre", "value") if name in fields),
        cues=frozenset(cues),
        words=tuple(frozenset(choice) for choice in words),
        nouns=frozenset(nouns),
    )


def _of(cue: str) -> tuple[str, ...]:
    return tuple(CUES[cue].split())


_YOU: Final = ("you", "your", "you've", "you'd", "you'll", "yours", "you're")
_UNHEARD: Final = ("never", "not", "unheard", "new", "yet", "haven't", "hasn't")
_RELEASE: Final = ("from", "released", "out", "came", "dated", "dates", "vintage", "born", "issued")
_SHELF: Final = ("here", "catalogue", "shelf", "shelves")
_STOPPED: Final = ("stopped", "left", "paused", "broke", "unfinished")
_BOTH: Final = ("same", "both", "share", "shared", "shares", "too")
_ANY: Final = ("", PICK, "title", *KIND_NOUNS.values())
_WISH: Final = {
    "no talk": ("quiet", "silent", "hush", "music"),
    "less talk": ("less", "shorter", "brief"),
    "more talk": ("more", "chatty", "longer"),
    "calmer": ("calmer", "calm", "gentler", "softer", "quieter", "slower"),
    "more energy": ("energy", "louder", "livelier", "faster"),
    "older": ("older", "back"),
    "newer": ("newer", "forward"),
    "more like this": ("more", "like"),
    "away": ("no", "without", "enough", "rest", "out", "off", "away"),
    "change": ("change", "turn", "different", "elsewhere"),
    "play": ("play", "playing", "here"),
    "only": ("only", "nothing"),
    "years": ("years",),
    "unheard": ("new", "unheard", "never"),
    "heard": ("know", "known", "familiar", "played"),
    "anything": ("anything", "everything", "open"),
}
_CUES_OF_WISH: Final = {"away": (NEGATION,), "only": (NEGATION, MOST), "unheard": (NEGATION,)}

_Shows = tuple[Iterable[Mention], Iterable[str], Iterable[Iterable[str]], Iterable[str]]
"""Mentions, cues, choices of words and nouns."""


def _shows(claim: Claim) -> _Shows:
    match claim:
        case claims.Clock():
            return [(WEEKDAY, claim.weekday), (PART_OF_DAY, claim.part_of_day)], [], [], []
        case claims.Coming():
            return [(ITEMS, claim.items)], [], [], ["", PICK, KIND_NOUNS.get(claim.kind, PICK)]
        case item_claims.Opens():
            return [], [FIRST], [], []
        case item_claims.SameCreator() | item_claims.SameGenre():
            return [], [], [_BOTH], []
        case item_claims.MostPlayed():
            return [(PLAYS, claim.plays)], [MOST, NEGATION], [_of(MOST), _YOU], []
        case item_claims.FirstPlay() | claims.CreatorSince():
            return [(YEAR, claim.year)], [FIRST, SINCE], [(*_of(FIRST), "since"), _YOU], []
        case item_claims.LastPlay():
            return [(DAYS, claim.days)], [LAST, SINCE], [_of(LAST), _YOU], []
        case item_claims.Unheard() | claims.NewCreator():
            return [], [NEGATION], [_UNHEARD, _YOU], []
        case item_claims.ReleasedIn():
            return [(YEAR, claim.year)], [], [_RELEASE], []
        case item_claims.ReleasedAgo():
            return [(DAYS, claim.days)], [LAST], [(*_RELEASE, "old", "new")], []
        case item_claims.Length():
            return [(MINUTES, claim.minutes)], [], [], []
        case item_claims.Unfinished():
            return [(MINUTES, claim.minutes)], [LAST], [_STOPPED, _YOU], []
        case item_claims.SeasonPlays():
            counted: list[Mention] = [(SEASON, claim.season), (YEAR, claim.year), (PLAYS, claim.plays)]
            return counted, [], [_YOU], []
        case item_claims.Popular():
            return [(PLAYS, claim.plays), (DAYS, claim.days)], [OTHERS, LAST], [_of(OTHERS)], []
        case item_claims.Skipped():
            return [], [SKIP], [_of(SKIP), _YOU], []
        case item_claims.ItemPlays() | claims.CreatorPlays() | claims.GenrePlays() | claims.TotalPlays():
            return [(PLAYS, claim.plays)], [], [_YOU], []
        case claims.CreatorItems():
            return [(ITEMS, claim.items)], [], [_YOU], _ANY
        case claims.CreatorHas() | claims.GenreHas():
            return [(ITEMS, claim.items)], [], [_SHELF], _ANY
        case claims.CreatorUnheard() | claims.UnheardHere():
            return [(ITEMS, claim.items)], [NEGATION], [_UNHEARD, _YOU], _ANY
        case claims.GenreHere():
            return [(ITEMS, claim.items)], [], [], _ANY
        case claims.DecadePlays():
            return [(DECADE, claim.decade), (PLAYS, claim.plays)], [], [_YOU], []
        case claims.DecadeHere():
            return [(DECADE, claim.decade), (ITEMS, claim.items)], [], [_RELEASE], _ANY
        case claims.FreshHere():
            return [(ITEMS, claim.items), (DAYS, claim.days)], [LAST], [(*_RELEASE, "new"), _of(LAST)], _ANY
        case claims.PartPlays():
            return [(PART_OF_DAY, claim.part_of_day), (PLAYS, claim.plays)], [], [_YOU], []
        case claims.Steered():
            return [], _CUES_OF_WISH.get(claim.wish, ()), [_WISH[claim.wish]], []
    return [], [], [], []
