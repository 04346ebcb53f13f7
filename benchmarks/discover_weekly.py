"""Discover Weekly on a made world: who comes back, plays ten and saves one, beside two plain lists.

    python -m benchmarks.discover_weekly --home HOME [--weeks N] [--listeners N]

HOME learnt from a world of `upnext data make`, whose true tastes say how a listener takes a list.

The listener, as we suppose them: they play the list from its top. Each track is skipped with the world's own
chance for something unfamiliar; after three skips in a row they stop. A track that they played to its end is
saved with a chance of SAVE times its cosine to their taste. They come back next week with a chance of the share
of what they began that they did not skip. All lists leave out what was played before, also in earlier weeks.

A plain list keeps neither of the other two rules: at most two by a creator, and creators whom the listener hasn't
played first. So it has twins that keep one of them, or both: what a rule costs is the difference.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np

from benchmarks.made_world import MadeWorld, open_world
from listening_log.world.music import skip_chances, taste_on
from models import names
from surfaces.common.calibration import divergence
from surfaces.common.model_server import Wish
from surfaces.common.moment import Moment
from surfaces.common.plays import Plays
from surfaces.common.taste import taste
from surfaces.discover_weekly.candidates import COUNT, MOST_A_CREATOR
from surfaces.discover_weekly.discovering import discover
from surfaces.discover_weekly.seeker import Seeker
from surfaces.discover_weekly.week import monday_of

SAVE = 0.2
PATIENCE = 3
"""So many skips in a row end the listening."""

Lists = Callable[[MadeWorld, Sequence[Seeker], int], list[list[int]]]


def weekly(world: MadeWorld, seekers: Sequence[Seeker], monday: int) -> list[list[int]]:
    """Discover Weekly."""
    service = world.service
    lists = []
    for start in range(0, len(seekers), 64):
        some = seekers[start : start + 64]
        lists += discover(service.catalogue, service.models.recommend_each, some, monday)
    return [one.places for one in lists]


@dataclass(frozen=True)
class Plain:
    """The first thirty unheard tracks of an order that knows no genres.

    Attributes:
        order: gives each listener's order, longer than a list.
        few: whether at most two are by one creator.
        new_first: whether creators whom the listener hasn't played stand first.
    """

    order: Lists
    few: bool = False
    new_first: bool = False

    def __call__(self, world: MadeWorld, seekers: Sequence[Seeker], monday: int) -> list[list[int]]:
        """Makes the lists."""
        orders = self.order(world, seekers, monday)
        return [self._list(world, seeker, order) for seeker, order in zip(seekers, orders, strict=True)]

    def _list(self, world: MadeWorld, seeker: Seeker, order: list[int]) -> list[int]:
        catalogue = world.service.catalogue
        creators, used, chosen = catalogue.creators.codes, Counter[int](), list[int]()
        for place in order:
            if not self.few or used[creators[place]] < MOST_A_CREATOR:
                chosen.append(place)
                used[creators[place]] += 1
        known = seeker.knows_creator(catalogue)[creators]
        return sorted(chosen[:COUNT], key=lambda place: self.new_first and known[place])


def by_models(world: MadeWorld, seekers: Sequence[Seeker], monday: int) -> list[list[int]]:
    """Unheard tracks as the ranker has them, of all that there are."""
    orders = []
    for one in seekers:
        wish = Wish(context=one.tokens, unix=max(monday, int(one.plays.times[-1])))
        places = np.flatnonzero(one.allowed(world.service.catalogue)).tolist()
        orders.append(world.service.models.rank(one.plays, places, wish).places)
    return orders


def by_plays(world: MadeWorld, seekers: Sequence[Seeker], _: int) -> list[list[int]]:
    """Unheard tracks, the most played first."""
    plays = world.service.log.popularity.everywhere
    allowed = [np.flatnonzero(seeker.allowed(world.service.catalogue)) for seeker in seekers]
    return [places[np.argsort(-plays[places], kind="stable")].tolist() for places in allowed]


@dataclass
class Weeks:
    """What came of the lists of a policy, a value for each list."""

    plays: list[int] = field(default_factory=list)
    saves: list[int] = field(default_factory=list)
    returns: list[float] = field(default_factory=list)
    new_creators: list[float] = field(default_factory=list)
    creators: list[int] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)

    def row(self, name: str) -> str:
        """A row of the table."""
        plays, saves = np.array(self.plays), np.array(self.saves)
        return (
            f"| {name} | {len(plays):,} | {np.mean(self.returns):.1%} | {np.mean(plays >= 10):.1%} "
            f"| {np.mean(saves >= 1):.1%} | {plays.mean():.1f} | {np.mean(self.new_creators):.0%} "
            f"| {np.mean(self.creators):.1f} | {np.mean(self.gaps):.2f} |"
        )


def live(world: MadeWorld, lists: Lists, users: Sequence[str], weeks: int) -> Weeks:
    """Lets listeners live with a policy, each until they don't come back."""
    truth, rows, outcome = world.truth, world.track_rows(), Weeks()
    end = datetime.fromtimestamp(truth.start, timezone.utc) + timedelta(days=truth.catalogue.days)
    present = {}
    for user_id in users:
        visit = world.service.visit(user_id, Moment(end + timedelta(days=7)))
        present[user_id] = Seeker(user_id, visit.plays, visit.tokens)
    for week in range(weeks):
        now = Moment(end + timedelta(days=7 * (week + 1)))
        monday = monday_of(now.week)
        seekers = list(present.values())
        present = {}
        for seeker, places in zip(seekers, lists(world, seekers, monday), strict=True):
            row = truth.user_row[seeker.user_id]
            rng = np.random.default_rng([row, week])  # the same chances under each policy
            own = taste_on(
                np.array([truth.catalogue.days - 1]), truth.listeners, truth.catalogue.days, np.array([row])
            )[0]
            liking = truth.catalogue.track_vector[rows[places]] @ own
            skipped = rng.random(COUNT)[: len(places)] < skip_chances(liking, False)
            began = _began(skipped)
            finished = ~skipped[:began]
            saved = finished & (rng.random(COUNT)[:began] < SAVE * np.maximum(liking[:began], 0))
            comes = rng.random() < finished.mean() if began else False
            _note(outcome, world, seeker, places, monday)
            outcome.plays.append(int(finished.sum()))
            outcome.saves.append(int(saved.sum()))
            outcome.returns.append(float(comes))
            if comes:
                heard = Plays(
                    np.array(places[:began], np.int32),
                    np.full(began, monday + 3600) + 240 * np.arange(began),
                    np.where(finished, names.COMPLETED, names.SKIPPED).astype(np.int8),
                    np.full(began, -1),
                )
                earlier = seeker.earlier | frozenset(places)
                present[seeker.user_id] = Seeker(
                    seeker.user_id, seeker.plays.then(heard), seeker.tokens, earlier
                )
    return outcome


def _began(skipped: np.ndarray) -> int:
    """How many items of a list are begun before the listener stops."""
    in_a_row = 0
    for place, skip in enumerate(skipped.tolist(), start=1):
        in_a_row = in_a_row + 1 if skip else 0
        if in_a_row == PATIENCE:
            return place
    return len(skipped)


def _note(outcome: Weeks, world: MadeWorld, seeker: Seeker, places: list[int], monday: int) -> None:
    catalogue = world.service.catalogue
    codes = catalogue.creators.codes[places]
    if not places:
        return
    genres = taste(catalogue, seeker.plays, monday).genres
    mix = np.asarray(catalogue.genres.shares[places].mean(axis=0)).ravel()
    outcome.new_creators.append(float(np.mean(~seeker.knows_creator(catalogue)[codes])))
    outcome.creators.append(len(set(codes.tolist())))
    outcome.gaps.append(divergence(genres, mix))


POLICIES: dict[str, Lists] = {
    "Discover Weekly": weekly,
    "top 30 of the models, by both rules": Plain(by_models, few=True, new_first=True),
    "popularity, by both rules": Plain(by_plays, few=True, new_first=True),
    "top 30 of the models, two by a creator": Plain(by_models, few=True),
    "top 30 of the models, unplayed creators first": Plain(by_models, new_first=True),
    "plain top 30 of the models": Plain(by_models),
    "popularity": Plain(by_plays),
}


def main(argv: Sequence[str] | None = None) -> None:
    """Prints the table."""
    arguments = _parser().parse_args(argv)
    print(
        "| list | lists | came back next week | 10 plays | 1 save | plays | creators not played before | creators "
        "| KL to the genres |\n" + "| --- |" + " --- |" * 8
    )
    with open_world(arguments.home) as world:
        users = world.service.log.listeners()[: arguments.listeners]
        for name, lists in POLICIES.items():
            print(live(world, lists, users, arguments.weeks).row(name), flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--weeks", type=int, default=2)
    parser.add_argument("--listeners", type=int, default=400)
    return parser


if __name__ == "__main__":
    main()
