"""What a spoken sentence claims of creators, genres, times and all that is played; and all claims together."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from surfaces.dj.speech.claim import Claim
from surfaces.dj.speech.item_claims import (
    ByCreator,
    FirstPlay,
    ItemPlays,
    LastPlay,
    Length,
    MostPlayed,
    Opens,
    Popular,
    ReleasedAgo,
    ReleasedIn,
    SameCreator,
    SameGenre,
    SeasonPlays,
    Skipped,
    Unfinished,
    Unheard,
)


class _OfCreator(Claim):
    creator: str


class _OfGenre(Claim):
    genre: str


class Clock(Claim):
    """It is this weekday and part of the day on the listener's clock."""

    fact: Literal["clock"] = "clock"
    weekday: str
    part_of_day: str


class Coming(Claim):
    """The segment has so many items; all of one kind, where it is named."""

    fact: Literal["coming"] = "coming"
    items: int
    kind: str = ""


class CreatorPlays(_OfCreator):
    """The listener has played the creator's items so often."""

    fact: Literal["creator_plays"] = "creator_plays"
    plays: int


class CreatorItems(_OfCreator):
    """The listener has played so many different items by the creator."""

    fact: Literal["creator_items"] = "creator_items"
    items: int


class CreatorSince(_OfCreator):
    """The listener first played an item by the creator in this year."""

    fact: Literal["creator_since"] = "creator_since"
    year: int


class CreatorHas(_OfCreator):
    """The catalogue has so many items by the creator."""

    fact: Literal["creator_has"] = "creator_has"
    items: int


class CreatorUnheard(_OfCreator):
    """The catalogue has so many items by the creator that the listener has never played."""

    fact: Literal["creator_unheard"] = "creator_unheard"
    items: int


class NewCreator(_OfCreator):
    """The listener has never played an item by the creator."""

    fact: Literal["new_creator"] = "new_creator"


class GenrePlays(_OfGenre):
    """The listener has played items of the genre so often."""

    fact: Literal["genre_plays"] = "genre_plays"
    plays: int


class GenreHas(_OfGenre):
    """The catalogue has so many items of the genre."""

    fact: Literal["genre_has"] = "genre_has"
    items: int


class GenreHere(_OfGenre):
    """So many items of this segment are of the genre."""

    fact: Literal["genre_here"] = "genre_here"
    items: int


class DecadePlays(Claim):
    """The listener has played items that came out in the decade so often."""

    fact: Literal["decade_plays"] = "decade_plays"
    decade: int
    plays: int


class DecadeHere(Claim):
    """So many items of this segment came out in the decade."""

    fact: Literal["decade_here"] = "decade_here"
    decade: int
    items: int


class FreshHere(Claim):
    """So many items of this segment came out within the last days."""

    fact: Literal["fresh_here"] = "fresh_here"
    items: int
    days: int


class UnheardHere(Claim):
    """So many items of this segment the listener has never played."""

    fact: Literal["unheard_here"] = "unheard_here"
    items: int


class PartPlays(Claim):
    """So many of the listener's plays began in this part of the day, by the clock of the request."""

    fact: Literal["part_plays"] = "part_plays"
    part_of_day: str
    plays: int


class TotalPlays(Claim):
    """The listener has played so much in all."""

    fact: Literal["total_plays"] = "total_plays"
    plays: int


class Steered(Claim):
    """The listener wished this, in this request."""

    fact: Literal["steered"] = "steered"
    wish: str
    value: str = ""


SpokenFact: TypeAlias = Annotated[
    Clock
    | Coming
    | Opens
    | ByCreator
    | SameCreator
    | SameGenre
    | ItemPlays
    | MostPlayed
    | FirstPlay
    | LastPlay
    | Unheard
    | ReleasedIn
    | ReleasedAgo
    | Length
    | Unfinished
    | SeasonPlays
    | Popular
    | Skipped
    | CreatorPlays
    | CreatorItems
    | CreatorSince
    | CreatorHas
    | CreatorUnheard
    | NewCreator
    | GenrePlays
    | GenreHas
    | GenreHere
    | DecadePlays
    | DecadeHere
    | FreshHere
    | UnheardHere
    | PartPlays
    | TotalPlays
    | Steered,
    Field(discriminator="fact"),
]
