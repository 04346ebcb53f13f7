"""What a listener's wishes change: the steers of the session, the next theme, and what lasts beyond it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from listening_log.cleaning.item_tokens import CREATOR, KIND
from models import names as model_names
from surfaces.common.wording.years import FIRST_YEAR, LAST_YEAR, Years
from surfaces.dj.knowing.desk import STEPS, Desk
from surfaces.dj.knowing.session import Steers
from surfaces.dj.steering import phrases as said
from surfaces.dj.steering.hearing import Content, This, Uttered, hear
from surfaces.dj.steering.known_names import Name, known_names
from surfaces.dj.themes.pools import FEWEST, Theme
from surfaces.dj.themes.requests import like_this, request
from surfaces.dj.themes.unfamiliar import turn

QUIET, BRIEF, USUAL, CHATTY = range(4)


@dataclass
class Steering:
    """What came of a listener's words.

    Attributes:
        steers: that hold from now on.
        theme: that comes next, if they wished for one.
        wishes: (wish, value) that were granted.
        not_understood: their own words.
        unmet: wishes that were understood, and for which the catalogue has nothing.
        lasting: tokens that they never want again.
        lifted: tokens that they refused so, and want to hear again.
    """

    steers: Steers
    theme: Theme | None = None
    wishes: list[tuple[str, str]] = field(default_factory=list)
    not_understood: Sequence[str] = ()
    unmet: list[str] = field(default_factory=list)
    lasting: list[str] = field(default_factory=list)
    lifted: list[str] = field(default_factory=list)


def steer(say: str, desk: Desk, current: int | None) -> Steering:
    """Reads what a listener says, and grants what can be.

    Args:
        say: their words; "" for none.
        desk: before the wish.
        current: the place of what is playing, to which `this` refers; None where nothing is.
    """
    steering = Steering(desk.steers)
    if not say.strip():
        return steering
    heard = hear(say, known_names(desk.catalogue))
    steering.not_understood = heard.not_understood
    for uttered in heard.uttered:
        _grant(uttered, steering, without_away(desk, steering.lifted), current)
    return steering


def _grant(uttered: Uttered, steering: Steering, desk: Desk, current: int | None) -> None:
    tokens, value = _target(uttered, desk, current)
    if tokens is None:
        steering.unmet.append(f"{uttered.wish}: nothing is playing")
        return
    lifted = [token for token in tokens if uttered.ever and token in desk.visit.away]
    if uttered.wish != said.AWAY and lifted:
        steering.lifted += lifted
        desk = without_away(desk, lifted)
    steers = _changed(uttered, steering, tokens, desk)
    if steers is None or not _leaves_enough(desk, steers):
        steering.unmet.append(f"{uttered.wish}: {value}" if value else uttered.wish)
        return
    theme = _theme(uttered, tokens, current)
    if theme and uttered.wish == said.PLAY and theme(_at(desk, steers)) is None:
        steering.unmet.append(f"{uttered.wish}: {value}" if value else uttered.wish)
        return
    steering.steers = steers
    steering.theme = theme or steering.theme
    steering.wishes.append((uttered.wish, value))
    if uttered.ever and uttered.wish == said.AWAY:
        steering.lasting += tokens


def _target(uttered: Uttered, desk: Desk, current: int | None) -> tuple[list[str] | None, str]:
    """The tokens that a wish is about, and what they are called; None where `this` is nothing."""
    catalogue = desk.catalogue
    match uttered.target:
        case Name(sort="title", place=place):
            return [], catalogue.titles[place]
        case Name(sort=sort, value=value):
            return [f"{sort}={value}"], value
        case This(creator=True):
            creator = "" if current is None else catalogue.creators.value(current)
            return ([f"{CREATOR}={creator}"], creator) if creator else (None, "")
        case Content(talk=talk):
            kinds = [kind for kind in catalogue.kinds.values if (kind in model_names.TALK_KINDS) == talk]
            return [f"{KIND}={kind}" for kind in kinds], "talk" if talk else "music"
        case Years() as years:
            return [], _years_name(years)
    if uttered.wish == said.MORE_LIKE_THIS and current is None:
        return None, ""
    return [], ""


def _changed(uttered: Uttered, steering: Steering, tokens: list[str], desk: Desk) -> Steers | None:
    """The steers after a wish; None where it can't be granted."""
    steers = steering.steers
    change = steers.model_copy
    match uttered.wish:
        case said.NO_TALK:
            return change(update={"talk": QUIET})
        case said.LESS_TALK:
            return change(update={"talk": max(min(steers.talk, USUAL) - 1, QUIET)})
        case said.MORE_TALK:
            return change(update={"talk": min(steers.talk + 1, CHATTY)})
        case said.CALMER:
            return change(update={"energy": max(min(steers.energy, 0) - 1, -STEPS)})
        case said.MORE_ENERGY:
            return change(update={"energy": min(max(steers.energy, 0) + 1, STEPS)})
        case said.OLDER | said.NEWER:
            year = _reference_year(desk)
            if not year:
                return None
            older = uttered.wish == said.OLDER
            return change(
                update={"first_year": 0 if older else year + 1, "last_year": year - 1 if older else 0}
            )
        case said.YEARS if isinstance(uttered.target, Years):
            return change(update={"first_year": uttered.target.first, "last_year": uttered.target.last})
        case said.UNHEARD:
            return change(update={"heard": False})
        case said.HEARD:
            return change(update={"heard": True})
        case said.ANYTHING:
            return Steers(talk=steers.talk)
        case said.AWAY if tokens:
            return change(
                update={
                    "without": [*steers.without, *(t for t in tokens if t not in steers.without)],
                    "only": [token for token in steers.only if token not in tokens],
                }
            )
        case said.ONLY if tokens:
            return change(
                update={"only": tokens, "without": [token for token in steers.without if token not in tokens]}
            )
        case said.ALLOW if not {*tokens} & {*steers.without, *steering.lifted}:
            return None
        case said.AWAY | said.ONLY:
            return None
        case said.PLAY | said.ALLOW:
            return change(update={"without": [token for token in steers.without if token not in tokens]})
    return steers


def _theme(uttered: Uttered, tokens: list[str], current: int | None) -> Theme | None:
    match uttered.wish:
        case said.PLAY:
            place = uttered.target.place if isinstance(uttered.target, Name) else -1
            return request(tokens, place)
        case said.MORE_LIKE_THIS if current is not None:
            return like_this(current)
        case said.CHANGE:
            return turn
    return None


def _leaves_enough(desk: Desk, steers: Steers) -> bool:
    return int(_at(desk, steers).allowed.sum()) >= FEWEST


def without_away(desk: Desk, lifted: Sequence[str]) -> Desk:
    """The desk once the listener no longer refuses some tokens."""
    if not lifted:
        return desk
    away = [token for token in desk.visit.away if token not in lifted]
    return replace(desk, visit=replace(desk.visit, away=away))


def _at(desk: Desk, steers: Steers) -> Desk:
    return replace(desk, session=desk.session.model_copy(update={"steers": steers}))


def _reference_year(desk: Desk) -> int:
    """The middle of the years of the last segment, else of what the listener plays; 0 where nothing says it."""
    segments = desk.session.segments
    places = desk.catalogue.places_of(segments[-1].items) if segments else desk.visit.plays.kept.items[-50:]
    years = desk.years[places]
    known = years[years > 0]
    if not len(known):
        known = desk.years[desk.years > 0]
    return int(np.median(known)) if len(known) else 0


def _years_name(years: Years) -> str:
    if years.last - years.first == 9 and years.first % 10 == 0:
        return f"the {years.first}s"
    if years.first == years.last:
        return str(years.first)
    if years.last >= LAST_YEAR:
        return f"{years.first} and later"
    if years.first <= FIRST_YEAR:
        return f"{years.last} and earlier"
    return f"{years.first} to {years.last}"
