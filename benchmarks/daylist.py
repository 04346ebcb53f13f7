"""The daylist's mix on a made world: how near it is to what is played at such times, beside other lists.

python -m benchmarks.daylist --home HOME [--listeners N]
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np

from benchmarks.made_world import open_world
from surfaces.common.calibration import divergence
from surfaces.common.moment import Moment
from surfaces.daylist.choosing import COUNT, SURFACE, choose_day, such_plays

LEAST_PLAYS = 10
"""So many plays at such times, or a mix of them says nothing."""


def main(argv: Sequence[str] | None = None) -> None:
    """Prints the table: means over listeners and four times of a week."""
    arguments = _parser().parse_args(argv)
    figures, titles = defaultdict(list), list[int]()
    with open_world(arguments.home) as world:
        service, catalogue = world.service, world.service.catalogue
        shares = catalogue.genres.shares
        end = datetime.fromtimestamp(world.truth.start, timezone.utc) + timedelta(
            days=world.truth.catalogue.days
        )
        for user_id in service.log.listeners()[: arguments.listeners]:
            for days, hour in ((2, 9), (2, 19), (5, 15), (5, 20)):
                moment = Moment.parse(world.local(user_id, end + timedelta(days=days), hour))
                visit = service.visit(user_id, moment, surface=SURFACE)
                such, plays = such_plays(service, visit), visit.plays.kept
                if len(such) < LEAST_PLAYS:
                    continue
                now, always = (np.asarray(shares[p.items].mean(axis=0)).ravel() for p in (such, plays))
                top = int(np.argmax(np.where(now >= 0.05, now / np.maximum(always, 1e-9), 0)))
                day = choose_day(service, visit)
                titles.append(len(day.descriptors))
                eligible = np.where(visit.eligible(catalogue), service.log.popularity.everywhere, -1)
                lists = {
                    "daylist": day.places,
                    "the models' top 50": service.models.recommend(
                        visit.plays, visit.wish(catalogue), COUNT
                    ).places,
                    "popularity": np.argsort(-eligible, kind="stable")[:COUNT].tolist(),
                }
                for name, places in lists.items():
                    mix = np.asarray(shares[places].mean(axis=0)).ravel()
                    figures[name].append(
                        (divergence(now, mix), divergence(always, mix), mix[top] / always[top])
                    )
                figures["what is played at such times"].append(
                    (0.0, divergence(always, now), now[top] / always[top])
                )
    print("| list | lists | KL to such times | KL to all times | lift of the tag with the most |")
    print("| --- | --- | --- | --- | --- |")
    for name, rows in figures.items():
        such_gap, gap, lift = np.mean(rows, axis=0)
        print(f"| {name} | {len(rows)} | {such_gap:.2f} | {gap:.2f} | {lift:.2f} |")
    print(f"Titles with a word beside the time: {np.mean(np.array(titles) > 0):.0%}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--listeners", type=int, default=60)
    return parser


if __name__ == "__main__":
    main()
