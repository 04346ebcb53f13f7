"""Lets listeners live for some weeks, and counts what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from listening_log.world import Truth
from listening_log.world.sessions import DAY
from models import names
from surfaces.common.catalogue import NOBODY
from tfx_pipeline.simulation.listener import Listener
from tfx_pipeline.simulation.lives import Life

OPENS: Final = 0.4
"""The chance that a listener opens the application on a day."""
_FIRST_HOUR, _HOURS = 7, 15


@dataclass(frozen=True)
class Outcome:
    """What came of one life."""

    sessions: int
    plays: int
    """What was started and not skipped."""
    skips: int
    non_habitual: float
    """The share of plays whose creator the listener had not played before."""
    new_shows: int
    """How often a listener kept the first episode of a show that was new to them."""
    coverage: float
    """The share of the catalogue's creators who were played."""

    @property
    def skip_share(self) -> float:
        """The share of started items that were skipped."""
        return self.skips / max(self.plays + self.skips, 1)


def simulate(life: Life, truth: Truth, user_ids: Sequence[str], days: int, seed: int) -> Outcome:
    """Lets listeners live for some days after the log's last; the same seed, the same days.

    Args:
        life: what they open.
        truth: of the world that the log is of.
        user_ids: of the listeners.
        days: how many.
        seed: of who opens it when, and of what they do then.
    """
    catalogue = life.service.catalogue
    creators = catalogue.creators.codes
    people = [Listener(truth, user_id) for user_id in user_ids]
    known = {user_id: set(creators[life.service.log.plays(user_id).items].tolist()) for user_id in user_ids}
    sessions = plays = skips = other = new_shows = 0
    covered: set[int] = set()
    first = truth.start + truth.catalogue.days * DAY
    for day in range(days):
        for number, listener in enumerate(people):
            rng = np.random.default_rng([seed, day, number])
            if rng.random() > OPENS:
                continue
            unix = first + day * DAY + (_FIRST_HOUR + int(rng.integers(_HOURS))) * 3600
            shown = life.open(listener, unix, rng)
            starts = listener.listen(shown.item_ids, unix, rng)
            life.post(listener, shown, starts, unix)
            sessions += 1
            skips += sum(one.skipped for one in starts)
            for one in starts:
                place = catalogue.place_of(one.item_id)
                if one.skipped or place is None:
                    continue
                plays += 1
                code = int(creators[place])
                if code == NOBODY:
                    continue
                covered.add(code)
                if code not in known[listener.user_id]:
                    known[listener.user_id].add(code)
                    other += 1
                    new_shows += catalogue.kinds.value(place) in names.TALK_KINDS
    return Outcome(
        sessions=sessions,
        plays=plays,
        skips=skips,
        non_habitual=other / max(plays, 1),
        new_shows=new_shows,
        coverage=len(covered) / max(len(catalogue.creators.values), 1),
    )


def table(outcomes: dict[str, Outcome]) -> str:
    """The outcomes as a table in Markdown, a row a life."""
    lines = [
        "| life | sessions | plays | skipped | plays of new creators | new shows | creators covered |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {name} | {one.sessions} | {one.plays} | {one.skip_share:.1%} | {one.non_habitual:.1%} "
        f"| {one.new_shows} | {one.coverage:.1%} |"
        for name, one in outcomes.items()
    ]
    return "\n".join(lines)
